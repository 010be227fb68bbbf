"""The unit of work of a scan: a batch of items in, their rows out.

In: items, limits, perhaps an index. Out: one row an item, in the same order. Next: `scan_run` writes them;
a cluster's scheduler may call `scan_batch` as it stands, for it depends on its arguments and the files
alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol, TypeAlias

import numpy as np

from repit_engine.cli.files import UNREADABLE_FOLDER
from repit_engine.cli.hash_video import head_of, is_film
from repit_engine.cli.names import readable
from repit_engine.cli.scan_items import FOLDER, Item
from repit_engine.cli.scan_names import Names
from repit_engine.errors import UnreadableFile
from repit_engine.hash import hash_file, hash_picture
from repit_engine.picture import DEFAULT_LIMITS, Limits
from repit_engine.types import Hashed, NotHashable, RangeResult

Row: TypeAlias = dict[str, Any]
"""`file`, `file_base64` (its exact bytes where `file` is not them, else None), `hash` (64 digits or None),
`quality`, `reason` (None where hashed), `item` and `item_id`: name and number of the nearest item, `matches`:
a list of objects with `id`, `item` and `distance`, nearest first, and `more_matches`: whether there were more
than the cap. `others`: the hashes of what else the file shows, of which each counts for a match; `unseen`:
why not all of it was looked at. All are there in every row.
"""
VIDEO: Final = NotHashable("video", "A video has no hash of its own.", "Scan with --altered.")
"""What a scan without `--altered` says of one."""
Hasher: TypeAlias = Callable[[bytes | Path, Limits], Hashed | NotHashable]


class Searchable(Protocol):
    """Any index of `repit_engine.search`."""

    def range_search(
        self, hashes: np.ndarray[Any, np.dtype[np.uint8]], radius: int, max_results: int | None = None
    ) -> RangeResult: ...


@dataclass(frozen=True, slots=True)
class Against:
    """What to match with: an index, the radius (inclusive, in bits), how many matches a picture may report,
    and what items are called.
    """

    index: Searchable
    radius: int = 31
    max_matches: int = 100
    names: Names = field(default_factory=Names)


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
        for row in rows:
            for nearest in row["matches"][:1]:
                row.update(item=nearest["item"], item_id=nearest["id"])
    return rows


def row_of(item: Item, outcome: Hashed | NotHashable | None) -> Row:
    """An item's row before it is looked up; None: of a video, which has no hash of its own."""
    name, raw = readable(item.name)
    row: Row = {"file": name, "file_base64": raw, "hash": None, "quality": None, "reason": None}
    row |= {"item": None, "item_id": None, "matches": [], "more_matches": False, "others": [], "unseen": None}
    if outcome is None:
        return row
    if isinstance(outcome, NotHashable):
        return row | {"reason": outcome.reason}
    row |= {"hash": outcome.hash.hex, "quality": outcome.quality, "unseen": outcome.unseen}
    return row | {"others": [view.hex for view in outcome.others]}


def unhashed(item: Item) -> NotHashable:
    """The outcome of a folder that cannot be read, or of what its archive does not hold any more."""
    if item.packing == FOLDER:
        return NotHashable(UNREADABLE_FOLDER, "The folder cannot be read.", "Look at its rights.")
    return NotHashable(UnreadableFile.code, "The archive cannot be read there.", "Scan it again.")


def match_rows(rows: list[Row], against: Against) -> None:
    """Look up those that have a hash, all in one search."""
    asked = [(row, digits) for row in rows if row["hash"] for digits in (row["hash"], *row["others"])]
    if not asked:
        return
    digits_of_all = bytearray.fromhex("".join(digits for _, digits in asked))
    hashes = np.frombuffer(digits_of_all, np.uint8).reshape(-1, 32)
    found = against.index.range_search(hashes, against.radius, against.max_matches)
    for number, (row, _) in enumerate(asked):
        part = slice(int(found.lims[number]), int(found.lims[number + 1]))
        pairs = zip(found.distances[part].tolist(), found.ids[part].tolist(), strict=True)
        nearest: dict[int, int] = {match["id"]: match["distance"] for match in row["matches"]}
        for distance, item in pairs:
            nearest[item] = min(nearest.get(item, distance), distance)
        order = sorted(nearest.items(), key=lambda pair: (pair[1], pair[0]))
        row["matches"] = [
            {"id": item, "item": against.names.of(item), "distance": distance}
            for item, distance in order[: against.max_matches]
        ]
        row["more_matches"] |= bool(found.truncated[number]) or len(nearest) > against.max_matches


def _row(item: Item, limits: Limits, hasher: Hasher) -> Row:
    source = item.source(limits.bytes)
    outcome = unhashed(item) if source is None else hasher(source, limits)
    if source is not None and isinstance(outcome, NotHashable) and is_film(head_of(source)):
        outcome = VIDEO
    return row_of(item, outcome)
