"""One stored object before the gate's one inspection.

In: an object of the storage. Out: `Looked`: which bytes they were, the verdict, what was found before. Next:
`acting`.

The object is read as it comes, into the room that all doors share, and no further than needed: a file that
is no picture, where no whole file is banked, is left after its first bytes. Looking again at an object that
was found before, unchanged and for the same reason, makes no new decision and counts no new match; otherwise
every scan would report the same copies to the hotline as fresh ones.
"""

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from repit.foundation.clock import elapsed
from repit.foundation.errors import TooLarge, Unavailable
from repit.gate.arriving import HEAD, Arriving
from repit.gate.decisions import Recorder
from repit.gate.doors import Left, left_undone
from repit.gate.entries import ALGORITHMS
from repit.gate.inspection import Inspector
from repit.gate.runtime import Gate
from repit.gate.verdict import Verdict
from repit.interfaces.storage_hook.s3 import findings, tags
from repit.interfaces.storage_hook.s3.events_wire import Stored
from repit.interfaces.storage_hook.s3.models import Finding
from repit.interfaces.storage_hook.s3.store import Content, Held, Store

DOOR: Final = "s3"
ENOUGH: Final = HEAD
_KEEP_SECONDS: Final = 30.0
_PIECE: Final = 256 * 1024
_GZIP: Final = b"\x1f\x8b"


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
    out, and holds if nothing has changed. Raises `Gone`, `OutboundRefused`, `Unavailable`."""
    if not gate.board.read().loaded:
        raise NotLoaded
    with store.opened(thing) as content, gate.arriving() as upload:
        read = Stored(thing.bucket, thing.key, thing.version or content.version)
        # Not every server says with an object how many tags it has.
        labels = store.tags(read) if content.tags or findings.known(read) else {}
        before = findings.standing(read, content.etag, tagged=tags.name() in labels)
        damaged = _take(gate, content, upload, keep)
        held = Held(read, content.etag, labels)
        if quiet or before is not None or earlier:
            unwritten = replace(gate.inspector, recorder=_Unwritten(), hold=None)
            verdict = _judge(unwritten, upload, damaged)
            if before is not None and findings.rests_on(before, verdict):
                return Looked(held, content.size, verdict, before)
            if quiet:
                return Looked(held, content.size, verdict, None)
            if earlier and findings.repeats(earlier, verdict):
                return Looked(held, content.size, verdict.told(decision=earlier, recorded=True), None)
        return Looked(held, content.size, _judge(gate.inspector, upload, damaged), None)


def _judge(inspector: Inspector, upload: Arriving, damaged: str) -> Verdict:
    if damaged:
        return inspector.cannot_look(damaged, DOOR)
    return inspector.inspect_arrived(upload, DOOR)


class _Unwritten(Recorder):
    """Writes nothing down."""

    def record(self, verdict: Verdict, door: str, milliseconds: float, sequence: int) -> Verdict:  # noqa: ARG002
        return verdict.told(milliseconds=milliseconds)


def _take(gate: Gate, content: Content, upload: Arriving, keep: Callable[[], None]) -> str:
    """Read as much as is needed; why it cannot be looked at, or nothing."""
    index, told = gate.index, elapsed()
    whole = any(index.knows_files(name) for name in ALGORITHMS)
    try:
        for piece in _plain(content):
            upload.write(piece)
            if not whole and upload.size >= ENOUGH and (left := _unlooked(upload.head)):
                return "" if left == "no-picture" else left
            if elapsed() - told > _KEEP_SECONDS:
                keep()
                told = elapsed()
    except TooLarge:
        return "too-many-bytes"
    except zlib.error:
        return "damaged"
    return ""


def _unlooked(head: bytes) -> Left | None:
    """What it is, if that shows already and is nothing to be opened."""
    left = left_undone(DOOR, "unsupported-picture", head, whole=False)
    return None if left == "undecided" else left


def _plain(content: Content) -> Iterator[bytes]:
    """The bytes as a browser would see them: unpacked where they say so and are."""
    pieces = content.pieces()
    first = next(pieces, b"")
    if content.encoding != "gzip" or not first.startswith(_GZIP):
        yield first
        yield from pieces
        return
    unpacking = zlib.decompressobj(31)
    packed = first
    while packed:
        yield unpacking.decompress(packed, _PIECE)
        packed = unpacking.unconsumed_tail or next(pieces, b"")
    yield unpacking.flush()
