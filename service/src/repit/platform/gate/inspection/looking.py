"""What was seen of a whole file: each of the ways in which it may be shown, and what was found in it.

In: a file, the decoders, the index. Out: `Seen`. Next: `let_go`, `inspector`.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Final

import numpy as np
from numpy.typing import NDArray

from repit.platform.gate import canary
from repit.platform.gate.altered import Upload
from repit.platform.gate.decoder.pool import DecoderPool
from repit.platform.gate.decoder.refusals import NotSeen
from repit.platform.gate.errors import Overloaded
from repit.platform.gate.inspection.question import WholeFile
from repit.platform.gate.verdict import Evidence
from repit_engine.anchors import QueryHashes, Stage
from repit_engine.picture import DEFAULT_LIMITS, Limits
from repit_engine.picture.kinds import Kind

Standard = NDArray[np.uint8]
_UNSURE: Final = "possible"


@dataclass(frozen=True, slots=True)
class Look:
    """One of the ways in which a file may be shown: its standard hash, and what was found in it."""

    standard: Standard | None
    found: list[Evidence]

    @property
    def is_sure(self) -> bool:
        """Whether something was found on which a policy may act."""
        return any(evidence.tier != _UNSURE for evidence in self.found)


@dataclass(slots=True)
class Seen:
    """`reason`: why not all of the file was looked at; None where all was. `kind`: as what it would be shown,
    where it was refused. `moves`: it is an animation."""

    looks: list[Look] = field(default_factory=list)
    reason: str | None = None
    kind: Kind = Kind.PICTURE
    moves: bool = False


def looked_at(
    question: WholeFile,
    pool: DecoderPool,
    limits: Limits,
    *,
    last: Stage,
    find: Callable[[Iterable[QueryHashes], Upload], list[Evidence]],
    enough: Callable[[Look], bool],
) -> Seen:
    """Look at a file until `enough` was found. `find`: what one look has in common with the bank. Raises
    `Overloaded`.
    """
    seen, upload = Seen(), Upload()
    try:
        with pool.open(question.data, limits, last, question.sender) as looks:
            for stages in looks:
                look = _drawn(_look(stages, upload, find), looks.proportion)
                seen.looks.append(look)
                seen.moves = looks.moves
                if enough(look):
                    break
        seen.reason = looks.unseen
    except NotSeen as unseen:
        seen.reason, seen.kind = unseen.outcome.reason, unseen.kind
    return seen


def _drawn(look: Look, proportion: float | None) -> Look:
    """The same, each piece of evidence with the proportions of what it was found in."""
    return replace(look, found=[replace(evidence, proportion=proportion) for evidence in look.found])


def views_of(
    question: WholeFile, pool: DecoderPool, limits: Limits, sender: str
) -> list[list[QueryHashes]] | None:
    """Every view of a file up to its squares, look by look; None where they do not come in time."""
    try:
        with pool.open(question.data, limits, Stage.ANCHORS, sender) as looks:
            return [list(stages) for stages in looks]
    except (NotSeen, Overloaded):
        return None


def limits_of(max_bytes: int, seconds: float) -> Limits:
    """As far as one file is looked at here."""
    return replace(DEFAULT_LIMITS, bytes=max_bytes, seconds=seconds)


def _look(
    stages: Iterator[QueryHashes],
    upload: Upload,
    find: Callable[[Iterable[QueryHashes], Upload], list[Evidence]],
) -> Look:
    first = next(stages, None)
    if first is None:
        return Look(None, [])
    found = find(chain((first,), stages), upload)
    standard = first.hashes[0] if len(first) else None
    return Look(standard, [*found, *canary.seen_in(first)])
