"""What was seen of a video: which items it shows, from when to when.

In: a video that can be read anywhere, the decoders, the index. Out: `Watched`. Next: `inspector`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from repit.platform.gate.content import Content
from repit.platform.gate.decoder.pool import DecoderPool
from repit.platform.gate.decoder.refusals import NotSeen
from repit.platform.gate.films import Track
from repit.platform.gate.inspection.ruling import VIDEO_NOT_COMPARED, ruled
from repit.platform.gate.matching import strongest
from repit.platform.gate.verdict import SURE, Evidence


@dataclass(slots=True)
class Watched:
    """`reason`: why not all of it was looked at; None where all was, or where enough was found."""

    found: list[Evidence] = field(default_factory=list)
    reason: str | None = None


def watched(
    content: Content,
    pool: DecoderPool,
    seconds: float,
    sender: str,
    find: Callable[[Track], list[Evidence]],
) -> Watched:
    """Look at a video until enough is found. `find`: what one of its tracks has in common with the bank,
    asking for one stage after another. Raises `Overloaded`."""
    seen = Watched()
    try:
        with pool.watch(content, seconds, sender) as tracks:
            for track in tracks:
                found, whole = ruled(partial(find, track))
                seen.found = strongest([*seen.found, *found])
                if any(evidence.tier in SURE for evidence in seen.found):
                    return seen
                if not whole:
                    seen.reason = VIDEO_NOT_COMPARED
                    return seen
            seen.reason = tracks.unseen
    except NotSeen as unseen:
        seen.reason = unseen.outcome.reason
    return seen
