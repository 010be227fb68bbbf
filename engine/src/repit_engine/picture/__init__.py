"""A stranger's bytes become a `Picture`, or a refusal that names itself.

In: the bytes of a file, or its path. Out: upright, composited, bounded luma: as browsers show it
(`open_picture`), or in every way in which some viewer does (`all_shown`). Next: `repit_engine.pdq`.
"""

from collections.abc import Iterator
from pathlib import Path

from repit_engine.picture import baseline, png_deep, result
from repit_engine.picture.formats import Format, sniff
from repit_engine.picture.limits import DEFAULT_LIMITS, Deadline, Limits
from repit_engine.picture.reading import read
from repit_engine.picture.refusals import damaged, decoding
from repit_engine.picture.result import Picture
from repit_engine.picture.shown import STANDS, Of, Shown, Unseen
from repit_engine.picture.source import bytes_of

__all__ = [
    "DEFAULT_LIMITS",
    "Limits",
    "Of",
    "Picture",
    "Shown",
    "Unseen",
    "all_shown",
    "open_picture",
    "warm_up",
]


def warm_up() -> None:
    """Compile or load the kernels, so that the first picture does not wait for them."""
    baseline.warm_up()
    png_deep.warm_up()
    result.warm_up()


def open_picture(
    data: bytes | Path, limits: Limits = DEFAULT_LIMITS, *, colour: bool = False, full: bool = False
) -> Picture:
    """Read a JPEG, PNG, WebP, GIF, BMP, TIFF, HEIC, AVIF or ICO file as Chromium shows it on white.

    The contract, which the browser shares (`conformance/`):

    - **upright**: all eight EXIF orientations (JPEG, PNG), those of the container (HEIC, AVIF), TIFF's tag;
      none of a WebP, which no browser turns;
    - **luma** ``0.299 R + 0.587 G + 0.114 B`` in float32 from 8-bit sRGB, as PDQ's reference has it; grey
      files give their own samples. A JPEG gives its stored luma in uint8 unless `full`, `colour` or a
      profile needs colour;
    - **colours** that a profile, PNG's gAMA, cHRM and cICP or a container's code points describe become sRGB
      (`profiles`, `describing`); those that move no luma by more than 3 levels of 255 count as sRGB; those
      that browsers pass over change nothing;
    - **transparency** is composited on white, after conversion, in sRGB;
    - palettes are looked up, 16-bit samples divided by 257, CMYK and YCCK JPEG read as Adobe stores them;
    - of an **animation**, the frame that stands longest, of equals the first;
    - of a **damaged** file, what browsers show: rows that are missing are white;
    - **shrink-on-load**: a JPEG comes at 1/2, 1/4 or 1/8 while its shorter side keeps 256 pixels, and says
      so in `Picture.shrink`; `full=True` decodes every pixel in colour, for hashes equal to the reference
      bit for bit.

    `colour=True` adds `Picture.rgb` at the size of the luma.

    Raises subclasses of `PictureRefused` only: `UnreadableFile` (a path that cannot be opened), `EmptyFile`,
    `TooManyBytes`, `NotAPicture`, `UnsupportedPicture`, `TooManyPixels`, `TookTooLong`, `DamagedPicture`. A
    decoder can still crash on hostile bytes: for a stranger's file call this in a child process
    (`repit_engine.child`).
    """
    best: Shown | None = None
    for view in all_shown(data, limits, colour=colour, full=full):
        if isinstance(view, Shown) and (best is None or view.seconds > best.seconds):
            best = view
            if best.seconds >= STANDS:
                break
    if best is None:
        raise damaged()
    return best.picture


def all_shown(
    data: bytes | Path,
    limits: Limits = DEFAULT_LIMITS,
    *,
    colour: bool = False,
    full: bool = False,
    closely: bool = False,
    known: Format | None = None,
) -> Iterator[Shown | Unseen]:
    """Every view of a file, one at a time, and word of what could not be looked at. The first of those that
    stand longest is what `open_picture` gives, and what browsers show. `closely`: where colours of a plain
    JPEG show something else than its luma, they come first. `known`: the format, where it was found out
    before. Raises as `open_picture` does.
    """
    deadline = Deadline(limits.seconds)
    content = bytes_of(data, limits)
    kind = known or sniff(content)
    with decoding():
        yield from read(content, kind, limits, deadline, colour=colour, full=full, closely=closely)
