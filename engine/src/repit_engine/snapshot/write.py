"""A segment into a file.

In: a `RingSegment`. Out: the file at a path, whole or not at all. Next: `read` opens it.
"""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from repit_engine.search import RingSegment
from repit_engine.snapshot.files import replace_file
from repit_engine.snapshot.format import PAGE, SECTIONS, Header, Section, checksum, pack


def write_snapshot(path: Path, segment: RingSegment, *, threads: int = 1) -> None:
    """Write, flush to disk, rename over `path`; a crash at any point leaves the old file or the new."""
    ids = segment.ids.without_runs()
    kept = {"id_low": ids.low, "id_high": ids.begins}
    arrays = {
        name: np.ascontiguousarray(kept[name] if name in kept else getattr(segment, name))
        for name in SECTIONS
    }
    with ThreadPoolExecutor(threads) as pool:
        sums = dict(zip(arrays, pool.map(_checksum, arrays.values()), strict=True))
    sections, end = {}, PAGE
    for name, array in arrays.items():
        sections[name] = Section(name, end, array.nbytes, array.itemsize, sums[name])
        end += _padded(array.nbytes)
    header = Header(end, segment.rows, ids.first, segment.runs, sections)

    def write(file: BinaryIO) -> None:
        file.write(pack(header))
        for array in arrays.values():
            file.write(_bytes(array))
            file.write(bytes(_padded(array.nbytes) - array.nbytes))

    replace_file(path, write)


def _padded(size: int) -> int:
    return -(-size // PAGE) * PAGE


def _bytes(array: NDArray[np.generic]) -> memoryview:
    return array.reshape(-1).view(np.uint8).data


def _checksum(array: NDArray[np.generic]) -> bytes:
    return checksum(_bytes(array))
