"""One stored object before the gate's one inspection.

In: an object of the storage. Out: `Looked`: which bytes they were, the verdict, what was found before. Next:
`quarantine`.

The object is read as it comes, into the room that all doors share, and no further than needed: a file that
is no picture, where no whole file is banked, is left after its first bytes. Looking again at an object that
was found before, unchanged and for the same reason, makes no new decision and counts no new match; otherwise
every scan would report the same copies to the hotline as fresh ones.
"""

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from repit.foundation.errors import TooLarge, Unavailable
from repit.foundation.hashes import ALGORITHMS
from repit.platform.gate.channels import Left, left_undone
from repit.platform.gate.decisions import Unwritten
from repit.platform.gate.forms.files import Found
from repit.platform.gate.forms.judging import judged
from repit.platform.gate.inspection import Inspector
from repit.platform.gate.runtime import Gate
from repit.platform.gate.upload_buffer import HEAD, Arriving
from repit.platform.gate.verdict import NOT_A_PICTURE, Verdict
from repit.platform.integrations.s3 import findings, tags
from repit.platform.integrations.s3.codings import CODED, Coding
from repit.platform.integrations.s3.events_wire import Stored
from repit.platform.integrations.s3.models import Finding
from repit.platform.integrations.s3.store import Held, Store
from repit_engine.picture.kinds import kind_of

DOOR: Final = "s3"
ENOUGH: Final = HEAD


class NotLoaded(Unavailable):
    """The gate has not received its entries yet; a stored object can wait for them."""

    code = "not-loaded"


@dataclass(frozen=True, slots=True)
class Looked:
    """`held` names the very version that was read. `before`: the finding that this look only repeats."""

    held: Held
    size: int
    verdict: Verdict
    before: Finding | None


def look(
    gate: Gate,
    store: Store,
    thing: Stored,
    keep: Callable[[], None] = lambda: None,
    *,
    quiet: bool = False,
    earlier: str = "",
) -> Looked:
    """Read and judge it; `quiet`: without a decision; `earlier`: a decision on it that could not be carried
    out, and holds if nothing has changed. Raises `Gone`, `OutboundRefused`, `Unavailable`, as `keep` does."""
    if not gate.board.read().loaded:
        raise NotLoaded
    with store.opened(thing) as content, gate.arriving() as upload:
        read = Stored(thing.bucket, thing.key, thing.version or content.version)
        # Not every server says with an object how many tags it has.
        labels = store.tags(read) if content.tags or findings.known(read) else {}
        before = findings.standing(read, content.etag, tagged=tags.name() in labels)
        coding = Coding(content.encoding)
        damaged = _take(gate, coding.plain(content.pieces()), upload, keep)
        held = Held(read, content.etag, labels)
        if quiet or before is not None or earlier:
            unwritten = replace(gate.inspector, recorder=Unwritten(), hold=None)
            verdict = _judge(unwritten, upload, coding, damaged)
            if before is not None and findings.rests_on(before, verdict):
                return Looked(held, content.size, verdict, before)
            if quiet:
                return Looked(held, content.size, verdict, None)
            if earlier and findings.repeats(earlier, verdict):
                return Looked(held, content.size, verdict.told(decision=earlier, recorded=True), None)
        return Looked(held, content.size, _judge(gate.inspector, upload, coding, damaged), None)


def _judge(inspector: Inspector, upload: Arriving, coding: Coding, damaged: str) -> Verdict:
    if damaged:
        return inspector.cannot_look(damaged, DOOR)
    if coding.doubt:
        return judged(inspector, Found([upload], coding.doubt), DOOR)
    if not coding.sure:
        seen = replace(inspector, recorder=Unwritten(), hold=None).inspect_arrived(upload, DOOR)
        if seen.rule == NOT_A_PICTURE:
            return inspector.cannot_look(CODED, DOOR)
    return inspector.inspect_arrived(upload, DOOR)


def _take(gate: Gate, pieces: Iterator[bytes], upload: Arriving, keep: Callable[[], None]) -> str:
    """Read as much as is needed; why it cannot be looked at, or nothing."""
    index = gate.index
    whole = any(index.knows_files(name) for name in ALGORITHMS)
    try:
        for piece in pieces:
            upload.write(piece)
            if not whole and upload.size >= ENOUGH and (left := _unlooked(upload.head)):
                return "" if left == "no-picture" else left
            keep()
    except TooLarge:
        return "too-many-bytes"
    except zlib.error:
        return "damaged"
    return ""


def _unlooked(head: bytes) -> Left | None:
    """What it is, if that shows already and is nothing to be opened."""
    left = left_undone(DOOR, "unsupported-picture", kind_of(head, whole=False))
    return None if left == "undecided" else left
