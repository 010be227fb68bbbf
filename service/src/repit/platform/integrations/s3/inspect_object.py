"""One stored object before the gate's one inspection.

In: an object of the storage. Out: `Looked`: which bytes they were, the verdict, what was found before. Next:
`quarantine`.

The object is read as it comes, into the room that all channels share, and no further than needed: a file
that is neither picture nor video, where no whole file is banked, is left after its first bytes; a video that
is too long to be kept is read to its end for its digests, and then looked at where it lies. Looking again
at an object that was found before, unchanged and for the same reason, makes no new decision and counts no new
match; otherwise every scan would report the same copies to the hotline as fresh ones.
"""

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from repit.foundation.errors import TooLarge, Unavailable
from repit.foundation.hashes import ALGORITHMS
from repit.platform.gate.inspection.inspector import Inspector
from repit.platform.gate.inspection.question import LongFile, NotLookedAt, OddMessage, WholeFile
from repit.platform.gate.kinds import left_undone
from repit.platform.gate.runtime import Gate
from repit.platform.gate.upload_buffer import HEAD, UploadBuffer
from repit.platform.gate.verdict import CONTAINER_RULE, NOT_A_PICTURE, Verdict
from repit.platform.integrations.s3 import findings, tags
from repit.platform.integrations.s3.codings import CODED, Coding
from repit.platform.integrations.s3.models import Finding
from repit.platform.integrations.s3.store import Held, Store
from repit.platform.integrations.s3.stored import Stored
from repit.platform.integrations.s3.stored_video import StoredVideo
from repit_engine.picture.kinds import Kind

CHANNEL: Final = "s3"
ENOUGH: Final = HEAD
_UNREAD: Final = "unsupported-picture"
_MAY_BE_CODED: Final = frozenset({Kind.OTHER, Kind.CONTAINER})
"""Bytes that a browser may unpack before it shows them, where the label says so."""


class NotLoaded(Unavailable):
    """The gate has not received its entries yet; a stored object can wait for them."""

    code = "not-loaded"


@dataclass(frozen=True, slots=True)
class Inspected:
    """`held` names the very version that was read. `before`: the finding that this look only repeats."""

    held: Held
    size: int
    verdict: Verdict
    before: Finding | None


def inspect(
    gate: Gate,
    store: Store,
    thing: Stored,
    keep: Callable[[], None] = lambda: None,
    *,
    quiet: bool = False,
    earlier: str = "",
) -> Inspected:
    """Read and judge it; `quiet`: without a decision; `earlier`: a decision on it that could not be carried
    out, and holds if nothing has changed. Raises `Gone`, `OutboundRefused`, `Unavailable`, as `keep` does."""
    if not gate.board.read().loaded:
        raise NotLoaded
    with store.opened(thing) as content, gate.admission.buffer(CHANNEL, spooled=False) as upload:
        read = Stored(thing.bucket, thing.key, thing.version or content.version)
        # Not every server says with an object how many tags it has.
        labels = store.tags(read) if content.tags or findings.known(read) else {}
        before = findings.of(read, content.etag, tagged=tags.name() in labels)
        coding = Coding(content.encoding)
        left = _take(gate, coding.plain(content.pieces()), upload, keep)
        held = Held(read, content.etag, labels)
        asked = left or _asked(store, held, upload, coding)
        if quiet or before is not None or earlier:
            verdict = _judge(gate.inspector.quiet(), asked, coding)
            if before is not None and findings.rests_on(before, verdict):
                return Inspected(held, content.size, verdict, before)
            if quiet:
                return Inspected(held, content.size, verdict, None)
            if earlier and findings.repeats(earlier, verdict):
                return Inspected(
                    held, content.size, verdict.with_record(decision=earlier, recorded=True), None
                )
        return Inspected(held, content.size, _judge(gate.inspector, asked, coding), None)


def _asked(store: Store, held: Held, upload: UploadBuffer, coding: Coding) -> WholeFile | LongFile:
    """The question about what was read; a long video is looked at where it lies."""
    question = upload.asked(CHANNEL)
    if isinstance(question, WholeFile) or coding.unpacked or not upload.is_film:
        return question
    return replace(question, content=StoredVideo(store, held, upload.size))


def _judge(inspector: Inspector, asked: WholeFile | LongFile | NotLookedAt, coding: Coding) -> Verdict:
    if isinstance(asked, NotLookedAt) and asked.kind not in _MAY_BE_CODED:
        return inspector.inspect(asked)
    if coding.doubt:
        files = () if isinstance(asked, NotLookedAt) else (asked,)
        return inspector.inspect(OddMessage(files, coding.doubt, CHANNEL))
    if not coding.sure and inspector.quiet().inspect(asked).rule in (NOT_A_PICTURE, CONTAINER_RULE):
        return inspector.inspect(NotLookedAt(CODED, CHANNEL))
    return inspector.inspect(asked)


def _is_left(gate: Gate, upload: UploadBuffer) -> bool:
    """Whether its head shows that nobody looks into it."""
    if upload.is_film and gate.inspector.watches():
        return False
    return left_undone(_UNREAD, upload.kind) != "undecided"


def _take(
    gate: Gate, pieces: Iterator[bytes], upload: UploadBuffer, keep: Callable[[], None]
) -> NotLookedAt | None:
    """Read as much as is needed; what is asked of an object that is not looked at."""
    index = gate.index
    whole = any(index.knows_files(name) for name in ALGORITHMS)
    try:
        for piece in pieces:
            upload.write(piece)
            if not whole and upload.size >= ENOUGH and _is_left(gate, upload):
                return NotLookedAt(_UNREAD, CHANNEL, kind=upload.kind)
            keep()
    except TooLarge:
        return NotLookedAt("too-many-bytes", CHANNEL)
    except zlib.error:
        return NotLookedAt("damaged", CHANNEL)
    return None
