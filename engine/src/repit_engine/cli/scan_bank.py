"""What a scan looks for: hashes, or items with their families.

In: a snapshot, a text file of hexadecimal hashes, or the lines of `repit-hash --json`. Out: an index, or
`Families`. Next: `scan_batch.Against`, `scan_altered`.
"""

import hashlib
from pathlib import Path
from typing import Final

import numpy as np
import typer
from numpy.typing import NDArray

from repit_engine.align import VideoIndex
from repit_engine.cli.scan_batch import Against, Searchable
from repit_engine.cli.scan_families import Families
from repit_engine.cli.scan_list import BankRefused, Listed, read_list, unreadable
from repit_engine.cli.words import Text, worded
from repit_engine.decision.rule import SLOTS, SMALL_BANK, unpacked
from repit_engine.errors import SnapshotForeign, SnapshotOutdated, SnapshotRefused
from repit_engine.search import FlatIndex, RingIndex
from repit_engine.snapshot import open_snapshot
from repit_engine.stoplist import package_stoplist
from repit_engine.types import HashArray, IdArray

_WORTH_A_RING: Final = 50_000
"""Below this many hashes, comparing them all is quick, and no tables need building."""
_LEAST_QUALITY: Final = 50
"""Below it a picture holds too little to be told from others (PDQ)."""

_STEP: Final = 10_000
"""Hashes compared with the stop-list at a time: the distances of all at once would not fit."""


def load_bank(path: Path, radius: int, max_matches: int) -> Against:
    """The standard hashes: a snapshot, mapped into memory and shared by all threads, or else a list.

    A match's id is the snapshot's, or the number of its line in the list, from 1. Raises `BankRefused`.
    """
    snapshot = _snapshot(path)
    if snapshot is not None:
        return Against(snapshot, radius, max_matches)
    listed = read_list(path)
    if listed.videos:
        typer.echo(
            worded(
                f"{path} holds videos, too: --altered looks for them.",
                f"{path} contient aussi des vidéos : --altered les cherche.",
            ),
            err=True,
        )
    standard = listed.slots == 0
    index = _index(listed.lines[standard], listed.hashes[standard], ring=standard.sum() >= _WORTH_A_RING)
    return Against(index, radius, max_matches, listed.names)


def load_families(path: Path, radius: int, max_matches: int) -> Families:
    """The items, each with its family; one of a snapshot or a plain list has its standard hash alone.

    An item is called as in `load_bank`. Anchored hashes near the stop-list and hashes of a quality below 50
    are left out. `radius` and `max_matches` are for the plain matches. Raises `BankRefused`.
    """
    snapshot = _snapshot(path)
    if snapshot is not None:
        return Families(snapshot.range_search, len(snapshot), Against(snapshot, radius, max_matches), _alone)
    listed = read_list(path)
    standard = listed.slots == 0
    plain = _index(listed.lines[standard], listed.hashes[standard], ring=standard.sum() >= _WORTH_A_RING)
    speaks = _speaks(listed)
    ids = listed.lines[speaks] * np.uint64(SLOTS) + listed.slots[speaks]
    hashes = np.ascontiguousarray(listed.hashes[speaks])

    def family_of(item: int) -> tuple[HashArray, IdArray]:
        first, end = np.searchsorted(ids, np.array([item * SLOTS, (item + 1) * SLOTS], np.uint64)).tolist()
        return hashes[first:end], unpacked(ids[first:end])[1]

    items = len(np.unique(listed.lines))
    videos = VideoIndex()
    videos.add_many(listed.videos)
    # A small bank is asked far beyond the radius at which tables are faster than a scan.
    index = _index(ids, hashes, ring=items > SMALL_BANK and len(ids) >= _WORTH_A_RING)
    return Families(
        index.range_search,
        items,
        Against(plain, radius, max_matches, listed.names),
        family_of=family_of,
        videos=videos,
    )


def stamp(path: Path) -> str:
    """What tells one bank from another in a journal: a digest of its bytes. Raises `BankRefused`."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        raise unreadable(path) from None


def _snapshot(path: Path) -> RingIndex | None:
    try:
        return RingIndex(open_snapshot(path))
    except SnapshotForeign:
        return None
    except SnapshotRefused as refusal:
        raise _not_opened(path, outdated=isinstance(refusal, SnapshotOutdated)) from None
    except OSError:
        raise unreadable(path) from None


def _not_opened(path: Path, *, outdated: bool) -> BankRefused:
    if outdated:
        message = Text(
            f"--against {path} is a snapshot of a version that is no longer read.",
            f"--against {path} est un instantané d’une version qui n’est plus lue.",
        )
    else:
        message = Text(
            f"--against {path} is a snapshot that is damaged.",
            f"--against {path} est un instantané abîmé.",
        )
    return BankRefused(
        message, Text("Make it again, or fetch it again.", "Refaites-le ou récupérez-le de nouveau.")
    )


def _alone(ids: IdArray) -> tuple[IdArray, IdArray]:
    """Every hash is an item's standard one."""
    return ids, np.zeros_like(ids)


def _speaks(listed: Listed) -> NDArray[np.bool_]:
    speaks = listed.qualities >= _LEAST_QUALITY
    stoplist, anchored = package_stoplist(), np.flatnonzero(listed.slots > 0)
    for start in range(0, len(anchored), _STEP):
        some = anchored[start : start + _STEP]
        speaks[some] &= ~stoplist.near(listed.hashes[some])
    return speaks


def _index(ids: IdArray, hashes: HashArray, *, ring: bool) -> Searchable:
    if ring:
        return RingIndex.build(ids, hashes)
    index = FlatIndex()
    index.add(ids, hashes)
    return index
