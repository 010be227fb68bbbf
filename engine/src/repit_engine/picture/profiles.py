"""Colour profiles, brought to sRGB in each way in which viewers do it.

In: the profiles of a picture. Out: `Way`s from its samples to sRGB, the browsers' first. Next: `layers` and
`jpeg`.

A way: LittleCMS, perceptual intent (what browsers take: the profile's A2B0 table, or its matrix and curves),
8 bits in and out, no black-point compensation. Where readers differ on a profile (`icc`), each reading is a
way of its own, and so is showing the samples as they are stored, which every viewer does that knows nothing
of profiles.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageCms

from repit_engine.picture import icc
from repit_engine.picture.describing import from_code_points
from repit_engine.picture.high_range import HighRange, high_range
from repit_engine.picture.icc_tables import Table
from repit_engine.picture.result import luma_of

NEGLIGIBLE_LUMA: Final = 3.0
"""Levels of 255. Ways that differ by no more than this in the luma of any probed colour are one."""
MOST_WAYS: Final = 6
LARGEST_PROFILE: Final = 16 * 1024 * 1024

_CHANNELS: Final = {"L": 1, "RGB": 3, "CMYK": 4}
_SPACES: Final = {"L": "GRAY", "RGB": "RGB ", "CMYK": "CMYK"}
_SRGB: Final = ImageCms.createProfile("sRGB")
_QUICK: Final = ImageCms.Flags.NOCACHE | ImageCms.Flags.NOWHITEONWHITEFIXUP
_EXACT: Final = _QUICK | ImageCms.Flags.NOOPTIMIZE
_SHORTCUT: Final = 16.0
"""Levels by which the shortcut may be off; more is a curve that it cannot follow."""
_KEPT: Final = 256 * 1024
"""Larger profiles are read anew each time: what is kept must not fill the memory of a decoder."""


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """One way of showing samples: a transform of images of mode `takes`, or none at all.

    `probed`: the luma that it gives to the probe's colours; None where a table may hide what no probe finds.
    `slow`: LittleCMS' shortcut through a coarser table of its own would show something else, so that each
    pixel takes half a microsecond: for fewer of them (`layers`).
    """

    transform: ImageCms.ImageCmsTransform | None
    takes: str
    probed: NDArray[np.float32] | None
    slow: bool = False
    without_black: bool = False
    """Inks are made colours first, and those inks without black, which then go through the profile."""
    table: Table | HighRange | None = None
    """In place of a transform."""

    def applied(self, image: Image.Image) -> Image.Image:
        """`image` (L, RGB or CMYK) in sRGB: L or RGB. CMYK without a transform becomes RGB by ``R = (255 -
        C)(255 - K) / 255``, as browsers and Pillow have it.
        """
        if self.without_black:
            cyan, magenta, yellow = ImageChops.invert(image.convert("RGB")).split()
            image = Image.merge("CMYK", (cyan, magenta, yellow, Image.new("L", image.size, 0)))
        if self.table is not None:
            return _through(self.table, image.convert(self.takes))
        if self.transform is None:
            return image.convert("RGB") if image.mode == "CMYK" else image
        if image.mode == "L":
            shown = np.asarray(_applied(self.transform, self.takes, _grid("L")))[0]
            return Image.fromarray(shown[np.asarray(image)])
        return self.transform.apply(image.convert(self.takes))

    def near(self, other: "Way") -> bool:
        """Whether nobody would see which of the two was taken."""
        if self.probed is None or other.probed is None:
            return self is other
        return float(np.abs(self.probed - other.probed).max()) <= NEGLIGIBLE_LUMA


def ways_of(profiles: Sequence[bytes], mode: str, *, ignored: bool = False) -> tuple[Way, ...]:
    """The ways in which a picture of this mode may be shown; first that of browsers, which go by the first
    of `profiles`, or by none where they are `ignored`.
    """
    if not profiles:
        return (plain(mode),)
    found = [plain(mode)] if ignored else []
    for profile in profiles:
        for way in readings(profile, mode):
            if not any(way.near(other) for other in found):
                found.append(way)
    return tuple(found[:MOST_WAYS])


def readings(profile: bytes, mode: str) -> tuple[Way, ...]:
    """How readers take one profile, Chromium first; `plain` is always among them."""
    if len(profile) > LARGEST_PROFILE or mode not in _CHANNELS:
        return (plain(mode),)
    return _kept_readings(profile, mode) if len(profile) <= _KEPT else _readings(profile, mode)


@lru_cache(maxsize=3)
def plain(mode: str) -> Way:
    """Showing the samples as they are."""
    return Way(None, mode, None if mode == "CMYK" else _luma(_grid(mode)))


@lru_cache(maxsize=64)
def _kept_readings(profile: bytes, mode: str) -> tuple[Way, ...]:
    return _readings(profile, mode)


def _readings(profile: bytes, mode: str) -> tuple[Way, ...]:
    as_given = [_way(profile, mode, mode)]
    if mode == "L" and as_given == [None]:
        # Browsers take grey for three equal colours where the profile wants three.
        as_given = [_way(profile, "RGB", mode)]
    if icc.is_usual(profile):
        ways = as_given
    else:
        ways = [*_reread(profile, mode), *as_given]
        if not icc.browsers_read(profile):
            ways = [plain(mode), *ways]
    if mode == "CMYK":
        # Chromium 156 has made colours of the inks of a JPEG before it looks at the profile.
        ways = [*(replace(way, without_black=True) for way in ways if way and way.slow), *ways]
    ways.append(plain(mode))
    found: list[Way] = []
    for way in ways:
        if way is not None and not any(way.near(other) for other in found):
            found.append(plain(mode) if way.near(plain(mode)) else way)
    return tuple(found)


def _reread(profile: bytes, mode: str) -> list[Way | None]:
    takes = "RGB" if mode == "L" and profile[16:20] != b"GRAY" else mode
    tables = [Way(None, takes, None, True, table=table) for table in icc.tables_of(profile, _CHANNELS[takes])]
    code_points = icc.tags_of(profile).get(b"cicp", b"")
    stated: list[bytes] = []
    high = None
    if len(code_points) >= 12:
        stated = from_code_points(code_points[8], code_points[9])
        high = high_range(code_points[8], code_points[9])
    # Code points count before all else, even in a profile of inks, which Chromium has made colours by then.
    described = [_way(icc_profile, "RGB", mode) for icc_profile in stated]
    if high is not None:
        described.insert(0, Way(None, "RGB", None, True, table=high))
    return (
        described
        + tables
        + [_way(rewritten, takes, mode) for rewritten in icc.in_other_words(profile, _CHANNELS[takes])]
    )


def _way(profile: bytes, takes: str, mode: str) -> Way | None:
    """LittleCMS' way from `profile` in Pillow mode `takes` to sRGB; None where there is none to make."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if source.profile.xcolor_space != _SPACES[takes]:
            return None
        exact = _built(source, takes, _EXACT)
        if mode == "L":
            return Way(exact, takes, _luma(np.asarray(_applied(exact, takes, _grid(mode)))))
        quick = _built(source, takes, _QUICK)
    except (OSError, ValueError, TypeError, ImageCms.PyCMSError):
        return None
    if takes == "CMYK" or not icc.has_tables(profile):
        probed = None if takes == "CMYK" else _luma(np.asarray(_applied(quick, takes, _grid(mode))))
        return Way(quick, takes, probed)
    ways = [_luma(np.asarray(_applied(each, takes, _grid(mode)))) for each in (exact, quick)]
    slow = float(np.abs(ways[0] - ways[1]).max()) > _SHORTCUT
    return Way(exact if slow else quick, takes, None, slow)


def _through(table: Table | HighRange, image: Image.Image) -> Image.Image:
    """A row at a time: the corners of every pixel are held at once."""
    samples = np.asarray(image).reshape(image.height, image.width, -1)
    rows = [table.shown(row) for row in samples]
    return Image.fromarray(np.stack(rows))


def _built(source: ImageCms.ImageCmsProfile, takes: str, flags: ImageCms.Flags) -> ImageCms.ImageCmsTransform:
    return ImageCms.buildTransform(source, _SRGB, takes, "RGB", ImageCms.Intent.PERCEPTUAL, flags)


def _applied(transform: ImageCms.ImageCmsTransform, takes: str, grid: NDArray[np.uint8]) -> Image.Image:
    image = Image.fromarray(grid)
    return transform.apply(image if image.mode == takes else image.convert(takes))


@lru_cache(maxsize=2)
def _grid(mode: str) -> NDArray[np.uint8]:
    """Every level of every curve, and colours between: a profile without tables cannot hide from it."""
    levels = np.arange(256, dtype=np.uint8)
    if mode == "L":
        return levels[np.newaxis, :]
    coarse = np.linspace(0, 255, 9).round().astype(np.uint8)
    edges = [np.where(np.arange(3) == channel, levels[:, np.newaxis], 0) for channel in range(3)]
    parts = [np.repeat(levels[:, np.newaxis], 3, axis=1), *edges, np.array(list(product(coarse, repeat=3)))]
    return np.ascontiguousarray(np.concatenate(parts).astype(np.uint8)[np.newaxis])


def _luma(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    return luma_of(pixels).astype(np.float32)


@lru_cache(maxsize=1)
def _lab() -> ImageCms.ImageCmsTransform:
    source = ImageCms.createProfile("LAB")
    return ImageCms.buildTransform(source, _SRGB, "LAB", "RGB", flags=ImageCms.Flags.NOCACHE)


def lab_to_srgb(image: Image.Image) -> Image.Image:
    """CIE L*a*b* (D50) to sRGB."""
    return _lab().apply(image)
