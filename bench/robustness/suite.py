"""The suite: 88 named alterations in groups, and a second, held-out 88 with other parameters and other seeds.

In: the alteration modules. Out: `SUITE`, `HELD_OUT`, and `altered`, which makes one query as the bytes of a
JPEG. Next: `run`, `tests`.

Each result depends on the suite, the row's name and the picture's index alone. Adding a row changes no other;
changing one in place is a new version of the suite (`VERSION`), because figures are compared across time.
"""

import hashlib
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from bench.robustness.alterations.base import Context, Picture, Step
from bench.robustness.suite_held_out import HELD_OUT_STEPS
from bench.robustness.suite_main import STEPS

VERSION: Final = 1
JPEG_QUALITY: Final = 85
ROWS: Final = 88
PIXEL_GROUPS: Final = ("compress", "blur", "colour")
"""21 rows; the other 67 are the geometric and overlay ones."""
GROUPS: Final = {
    "compress": 8,
    "blur": 5,
    "colour": 8,
    "mirrors and turns": 5,
    "small rotation": 5,
    "crop": 13,
    "side cut": 2,
    "borders": 8,
    "screenshots": 2,
    "captions": 2,
    "overlays": 8,
    "aspect": 1,
    "collage": 4,
    "picture in picture": 3,
    "perspective": 4,
    "chains": 10,
}


@dataclass(frozen=True)
class Row:
    """One alteration: its name is part of its seed."""

    suite: str
    group: str
    name: str
    step: Step

    @property
    def geometric(self) -> bool:
        return self.group not in PIXEL_GROUPS


@dataclass(frozen=True)
class Query:
    """An altered picture as a platform would receive it, and the fillers that it holds besides."""

    row: Row
    index: int
    jpeg: bytes
    fillers: tuple[int, ...]


def _rows(suite: str, steps: dict[str, dict[str, Step]]) -> tuple[Row, ...]:
    rows = tuple(
        Row(suite, group, name, step) for group, named in steps.items() for name, step in named.items()
    )
    counts = {group: len(named) for group, named in steps.items()}
    if counts != GROUPS or len({row.name for row in rows}) != ROWS:
        raise ValueError(f"The suite {suite} does not have its {ROWS} rows: {counts}")
    return rows


def altered(row: Row, index: int, picture: Picture, fillers: Sequence[Callable[[], Picture]]) -> Query:
    """Make the query of one row and one picture: the same bytes for the same Pillow."""
    seed = hashlib.sha256(f"{VERSION}/{row.suite}/{row.name}/{index}".encode()).digest()
    context = Context(np.random.default_rng(int.from_bytes(seed[:8], "big")), fillers)
    result = row.step(picture, context)
    buffer = io.BytesIO()
    result.convert("RGB").save(buffer, "JPEG", quality=JPEG_QUALITY)
    return Query(row, index, buffer.getvalue(), tuple(context.used))


SUITE: Final = _rows("main", STEPS)
HELD_OUT: Final = _rows("held-out", HELD_OUT_STEPS)
SUITES: Final = {"main": SUITE, "held-out": HELD_OUT}
