"""The unit of work of a scan: a batch of items in, their rows out.

In: items, limits, perhaps an index. Out: one row an item, in the same order. Next: `scan_run` writes them;
a cluster's scheduler may call `scan_batch` as it stands, for it depends on its arguments and the files
alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import numpy as np

from repit_engine.cli.scan_items import Item
from repit_engine.errors import UnreadableFile
from repit_engine.hash import hash_file, hash_picture
from repit_engine.picture import DEFAULT_LIMITS, Limits
from repit_engine.types import Hashed, NotHashable, RangeResult

Row: TypeAlias = dict[str, Any]
"""`file`, `hash` (64 digits or None), `quality`, `reason` (None where hashed), `matches`: a list of `[id,
distance]`, nearest first, and `more_matches`: whether there were more than the cap. `others`, where the file
has them: the hashes of what else it shows, of which each counts for a match; `unseen`: why not all of it was
looked at.
"""
Hasher: TypeAlias = Callable[[bytes | Path, Limits], Hashed | NotHashable]


class Searchable(Protocol):
    """Any index of `repit_engine.search`."""

    def range_search(
        self, hashes: np.ndarray[Any, np.dtype[np.uint8]], radius: int, max_results: int | None = None
    ) -> RangeResult: ...


@dataclass(frozen=True, slots=True)
class Against:
    """What to match with: an index, the radius (inclusive, in bits) and how many matches a picture may
    report.
    """

    index: Searchable
    radius: int = 31
    max_matches: int = 100


def hash_here(source: bytes | Path, limits: Limits) -> Hashed | NotHashable:
    """Hash in this process; a scan of strangers' files takes `HashingChild.hash` instead."""
    return hash_file(source, limits) if isinstance(source, Path) else hash_picture(source, limits)


def scan_batch(
    items: Sequence[Item],
    limits: Limits = DEFAULT_LIMITS,
    against: Against | None = None,
    hasher: Hasher = hash_here,
) -> list[Row]:
    """Hash each item and look it up. Never raises for what a file holds: that is a row with a `reason`."""
    rows = [_row(item, limits, hasher) for item in items]
    if against is not None:
        match_rows(rows, against)
    return rows


def row_of(item: Item, outcome: Hashed | NotHashable) -> Row:
    """An item's row before it is looked up."""
    row: Row = {"file": item.name, "hash": None, "quality": None, "reason": None}
    row |= {"matches": [], "more_matches": False}
    if isinstance(outcome, NotHashable):
        return row | {"reason": outcome.reason}
    row |= {"hash": outcome.hash.hex, "quality": outcome.quality}
    if outcome.others:
        row["others"] = [view.hex for view in outcome.others]
    if outcome.unseen:
        row["unseen"] = outcome.unseen
    return row


def unhashed() -> NotHashable:
    """The outcome of an item whose archive does not hold it any more."""
    return NotHashable(UnreadableFile.code, "The archive cannot be read there.", "Scan it again.")


def match_rows(rows: list[Row], against: Against) -> None:
    """Look up those that have a hash, all in one search."""
    asked = [(row, digits) for row in rows if row["hash"] for digits in (row["hash"], *row.get("others", ()))]
    if not asked:
        return
    hashes = np.frombuffer(bytes.fromhex("".join(digits for _, digits in asked)), np.uint8).reshape(-1, 32)
    found = against.index.range_search(hashes, against.radius, against.max_matches)
    for number, (row, _) in enumerate(asked):
        part = slice(int(found.lims[number]), int(found.lims[number + 1]))
        pairs = zip(found.distances[part].tolist(), found.ids[part].tolist(), strict=True)
        nearest: dict[int, int] = dict(row["matches"])
        for distance, item in pairs:
            nearest[item] = min(nearest.get(item, distance), distance)
        row["matches"] = [list(pair) for pair in sorted(nearest.items(), key=lambda pair: (pair[1], pair[0]))]
        row["more_matches"] |= bool(found.truncated[number]) or len(nearest) > against.max_matches
        del row["matches"][against.max_matches :]


def _row(item: Item, limits: Limits, hasher: Hasher) -> Row:
    source = item.source(limits.bytes)
    return row_of(item, unhashed() if source is None else hasher(source, limits))
