"""Make the engine's stop-list from the background set, and from any folder that an operator adds.

    python -m tools.make_stoplist --emoji NotoColorEmoji.ttf --version background-3 --out stoplist.bin

In: `bench.background`, a colour emoji font under a free licence, folders. Out: a file of
`repit_engine.stoplist`, which ships it. The font is read, not shipped.
"""

import argparse
import io
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from bench.background import pictures
from numpy.typing import NDArray
from rich.progress import track

from repit_engine.anchors import bank, query, squares, tables
from repit_engine.anchors.bank import OCTAVES
from repit_engine.anchors.plane import working_plane
from repit_engine.kernels.jit.anchors_hash import hash_areas
from repit_engine.pdq import distances
from repit_engine.picture import Picture, open_picture
from repit_engine.stoplist import RADIUS, StopList

BANK_ANCHORS, ASKED_ANCHORS = 16, 40
ALIKE = 40
"""Rows this near to one already in the list say nothing new: the list is asked at a wider radius."""


def main(arguments: list[str]) -> int:
    """Hash, thin, write."""
    parser = argparse.ArgumentParser(prog="make_stoplist", description=__doc__)
    parser.add_argument("--emoji", type=Path, help="a colour emoji font (fonts-noto-color-emoji)")
    parser.add_argument(
        "--folder", type=Path, action="append", default=[], help="pictures that everybody has"
    )
    parser.add_argument("--alike", type=int, default=ALIKE)
    parser.add_argument("--radius", type=int, default=RADIUS)
    parser.add_argument("--version", required=True, help="name of this background set")
    parser.add_argument("--out", type=Path, required=True)
    chosen = parser.parse_args(arguments)
    rows = thinned(candidates(chosen.emoji, chosen.folder), chosen.alike)
    rows = np.ascontiguousarray(rows[np.lexsort(rows.T[::-1])])
    StopList(rows, chosen.radius, chosen.version).write(chosen.out)
    print(f"{len(rows)} hashes")  # noqa: T201 - a command's own answer
    return 0


def candidates(emoji: Path | None, folders: Iterable[Path]) -> Iterator[NDArray[np.uint8]]:
    """Anchored hashes of every background picture."""
    drawn = list(pictures(emoji))
    for _, picture in track(drawn, "hashing", transient=True):
        buffer = io.BytesIO()
        picture.save(buffer, "JPEG", quality=90)
        yield anchored(open_picture(buffer.getvalue()))
    for folder in folders:
        for path in sorted(folder.iterdir()):
            yield anchored(open_picture(path))


def anchored(picture: Picture) -> NDArray[np.uint8]:
    """`(n, 32)`: hashes of the picture's squares as both sides choose them, and their mirror images.

    Squares that are told as drawn are kept here: beside another picture the same drawing may not be.
    """
    work = working_plane(picture.luma)
    found = squares.extrema(work, OCTAVES, tables.LEAST_STRENGTH)
    shape = work.shape
    chosen = [
        squares.spread(found, squares.by_place(found, shape), shape, BANK_ANCHORS, bank.OVERLAP),
        squares.spread(found, squares.by_weight(found), shape, ASKED_ANCHORS, query.OVERLAP),
    ]
    areas = squares.squares(found[np.unique(np.concatenate(chosen))])
    hashes, qualities, structure, breadth = hash_areas(work, areas, 2, tables.COSINE_TABLE)
    telling = (
        (qualities >= tables.LEAST_QUALITY)
        & (structure <= tables.MOST_STRUCTURE)
        & (breadth >= tables.LEAST_BREADTH_ASKED)
    )
    return np.ascontiguousarray(hashes[telling].reshape(-1, 32))


def thinned(groups: Iterable[NDArray[np.uint8]], alike: int) -> NDArray[np.uint8]:
    """Walk the groups in order and keep each row that is farther than `alike` from all kept before it."""
    kept = np.zeros((0, 32), np.uint8)
    for rows in groups:
        if len(rows) and len(kept):
            rows = rows[distances(np.ascontiguousarray(rows), kept).min(axis=1) > alike]  # noqa: PLW2901
        fresh: list[NDArray[np.uint8]] = []
        for row in rows:
            if not fresh or int(distances(row[np.newaxis], np.array(fresh)).min()) > alike:
                fresh.append(row)
        kept = np.concatenate([kept, np.array(fresh, np.uint8).reshape(-1, 32)])
    return kept


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
