"""Make the engine's stop-list from the background set, and from any folder that an operator adds.

    python -m tools.make_stoplist --emoji NotoColorEmoji.ttf --version background-1 --out stoplist.bin

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

from repit_engine.anchors import Kind, Stage, bank_family, query_stages
from repit_engine.pdq import distances
from repit_engine.picture import Picture, open_picture
from repit_engine.stoplist import RADIUS, StopList

BANK_ANCHORS = 16
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
    """Anchored hashes of every background picture, as banks keep them and as uploads bring them."""
    drawn = list(pictures(emoji))
    for _, picture in track(drawn, "hashing", transient=True):
        buffer = io.BytesIO()
        picture.save(buffer, "JPEG", quality=90)
        yield anchored(open_picture(buffer.getvalue()))
    for folder in folders:
        for path in sorted(folder.iterdir()):
            yield anchored(open_picture(path))


def anchored(picture: Picture) -> NDArray[np.uint8]:
    """`(n, 32)`: the picture's anchored hashes of both sides, upright."""
    rows = [bank_family(picture, k=BANK_ANCHORS).hashes[1:]]
    for made in query_stages(picture):
        upright = (made.kinds == Kind.ANCHOR) & (made.orientation == 0)
        rows.append(made.hashes[upright])
        if made.stages.size and made.stages[0] >= Stage.ANCHORS:
            break
    return np.concatenate(rows)


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
