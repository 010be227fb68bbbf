"""The pictures of a run, split in two: one part to tune on, the other to report.

In: a folder, or nothing. Out: a `Collection` of named pictures. Next: `run`.
Without a folder: scenes drawn by code, and those pictures of scikit-image that show nobody.
"""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from PIL import Image, ImageOps

from bench.robustness.alterations.base import Picture
from bench.robustness.scenes import scene

SHIPPED: Final = (
    "chelsea.png",
    "coffee.png",
    "rocket.jpg",
    "brick.png",
    "grass.png",
    "gravel.png",
    "moon.png",
    "coins.png",
    "motorcycle_left.png",
    "hubble_deep_field.jpg",
    "ihc.png",
    "retina.jpg",
)
"""Of scikit-image's own data: no person in any (astronaut, camera and lfw_subset stay out)."""
SCENES: Final = 48
SUFFIXES: Final = frozenset({".jpg", ".jpeg", ".png", ".webp"})
TUNING, REPORTED = 0, 1


@dataclass(frozen=True)
class Source:
    """One picture: its name, and how to get the bytes that the bank hashes."""

    name: str
    read: Callable[[], bytes]

    def picture(self) -> Picture:
        """RGB and upright, as the alterations take it."""
        return _opened(self.read)


@lru_cache(maxsize=256)
def _opened(read: Callable[[], bytes]) -> Picture:
    return ImageOps.exif_transpose(Image.open(io.BytesIO(read()))).convert("RGB")


@dataclass(frozen=True)
class Collection:
    """Pictures by their place in the sorted list of names: even places to tune, odd ones to report."""

    label: str
    sources: Sequence[Source]

    def part(self, which: int) -> list[int]:
        """Indices of one part (`TUNING` or `REPORTED`)."""
        return list(range(which, len(self.sources), 2))


@dataclass(frozen=True)
class _File:
    path: Path

    def __call__(self) -> bytes:
        return self.path.read_bytes()


@dataclass(frozen=True)
class _Scene:
    seed: int

    def __call__(self) -> bytes:
        buffer = io.BytesIO()
        scene(self.seed).save(buffer, "PNG")
        return buffer.getvalue()


def collection(folder: Path | None) -> Collection:
    """Pictures of a folder, or the shipped and drawn ones. Raises `ValueError` for fewer than four."""
    if folder is None:
        return Collection("drawn scenes and scikit-image", _shipped())
    files = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)
    if len(files) < 4:
        raise ValueError("The folder of pictures needs at least four of them.")
    return Collection(folder.name, [Source(path.stem, _File(path)) for path in files])


def _shipped() -> list[Source]:
    import skimage  # noqa: PLC0415 - only where no folder is given

    data = Path(skimage.__file__).parent / "data"
    shipped = [Source(Path(name).stem, _File(data / name)) for name in SHIPPED if (data / name).exists()]
    drawn = [Source(f"scene {seed:02d}", _Scene(seed)) for seed in range(SCENES)]
    # interleaved by name, so that both parts hold every kind
    return sorted([*shipped, *drawn], key=lambda source: source.name)
