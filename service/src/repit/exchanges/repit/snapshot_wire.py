"""The wire of a snapshot: everything there is, as lines of JSON that may be cut anywhere and gone on with.

In: a head and entries, or lines from the network. Out: lines, or entries whose digest was checked. Next:
`client` and `repit_server`. Pure: no framework, no network, no clock.

The first line is the head, the last one the number of entries and the SHA-256 of all lines before it. Between
them stands, after each block of entries, a mark: the last entry's name, with number and digest so far. A
reader takes in a block once its mark agrees, and never reads a block twice: whoever is cut off asks again
from the last mark. What changed meanwhile is in the changes after the *first* head.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from repit.exchanges.repit.wire import (
    MAX_FEED,
    MAX_ITEM,
    VERSION,
    Entry,
    RejectedEntry,
    dump,
    entry_in,
    entry_out,
    load,
    text,
    time_of,
    versioned,
    whole,
)
from repit.foundation.errors import SnapshotCut, WireRefused

BLOCK: Final = 5_000
MOST_BLOCK: Final = 20_000
BLOCK_SIGNS: Final = 256 * 1024**2
"""What may stand between two marks: it is kept until the second of them was checked."""
SOONER: Final = 32 * 1024**2
"""After so much a mark is set, however few entries it is: moments of videos are long."""
MOST_REJECTED: Final = 10_000
"""So many records that cannot be read are told of; a newer hotline may have more."""


@dataclass(frozen=True, slots=True)
class SnapshotHead:
    """First line of a snapshot: the changes after `sequence` complete it."""

    sequence: int
    feed_id: str
    generated_at: datetime


@dataclass(slots=True)
class Progress:
    """How far a snapshot has been read and checked: the name at its last mark, empty before the first."""

    mark: str = ""


def encode_snapshot(head: SnapshotHead, entries: Iterable[Entry], block: int = 0) -> Iterator[bytes]:
    """Lines of JSON: head, entries, marks every so many entries (0: none) or `SOONER`, the end."""
    digest = hashlib.sha256()
    first = {
        "version": VERSION,
        "feed_id": head.feed_id,
        "sequence": head.sequence,
        "generated_at": head.generated_at.isoformat(),
        "block": block,
    }
    line, count, since, signs = dump(first) + b"\n", 0, 0, 0
    digest.update(line)
    yield line
    for entry in entries:
        line = dump(entry_out(entry)) + b"\n"
        digest.update(line)
        count, since, signs = count + 1, since + 1, signs + len(line)
        yield line
        if block and (since == block or signs >= SOONER):
            since, signs = 0, 0
            mark = {"mark": entry.item, "count": count, "sha256": digest.hexdigest()}
            line = dump(mark) + b"\n"
            digest.update(line)
            yield line
    yield dump({"end": True, "count": count, "sha256": digest.hexdigest()}) + b"\n"


def decode_snapshot(
    lines: Iterable[str], rejected: list[RejectedEntry], progress: Progress | None = None
) -> tuple[SnapshotHead, Callable[[], Iterator[Entry]]]:
    """Head at once, entries on demand, which raise `WireRefused` where the end, a count or a digest is wrong.

    Entries between marks are given out once their mark agrees; without marks, as they come, and all of them
    count for nothing if the end is refused. Records that cannot be read are added to `rejected`. Raises
    `SnapshotCut` where the lines end too early.
    """
    source = iter(lines)
    digest = hashlib.sha256()
    first = next(source, "")
    digest.update(first.encode() + b"\n")
    read = versioned(first)
    head = SnapshotHead(
        whole(read, "sequence"), text(read, "feed_id", MAX_FEED), time_of(read, "generated_at")
    )
    most = whole(read, "block") if "block" in read else 0
    if most > MOST_BLOCK:
        raise WireRefused(detail="a snapshot with too few marks")
    done = progress or Progress()

    def entries() -> Iterator[Entry]:
        count, block, unread = 0, list[Entry](), list[RejectedEntry]()
        since, signs = 0, 0
        for line in source:
            value = load(line)
            if value.get("end") is True or "mark" in value:
                if value.get("count") != count or value.get("sha256") != digest.hexdigest():
                    raise WireRefused(detail="the snapshot does not agree with its own digest")
                rejected.extend(unread)
                yield from block
                block, unread, since, signs = [], [], 0, 0
                if value.get("end") is True:
                    return
                done.mark = text(value, "mark", MAX_ITEM)
                digest.update(line.encode() + b"\n")
                continue
            digest.update(line.encode() + b"\n")
            count, since, signs = count + 1, since + 1, signs + len(line)
            if most and (since > most or signs > BLOCK_SIGNS):
                raise WireRefused(detail="a mark that does not come")
            try:
                entry = entry_in(value, None, unread)
            except WireRefused as refused:
                unread.append(RejectedEntry(None, refused.detail))
                continue
            finally:
                del unread[max(0, MOST_REJECTED - len(rejected)) :]
            if most:
                block.append(entry)
            else:
                yield entry
        raise SnapshotCut(detail="the snapshot ends too early")

    return head, entries
