"""A stranger's bytes become a `Picture`, or a refusal that names itself.

In: the bytes of a file, or its path. Out: upright, composited, bounded luma. Next: `repit_engine.pdq`.
"""

from pathlib import Path

from repit_engine.picture import baseline, result
from repit_engine.picture.formats import Format, sniff
from repit_engine.picture.jpeg import read_jpeg
from repit_engine.picture.limits import DEFAULT_LIMITS, Deadline, Limits
from repit_engine.picture.pillow import read_with_pillow
from repit_engine.picture.refusals import decoding
from repit_engine.picture.result import Picture
from repit_engine.picture.source import bytes_of

__all__ = ["DEFAULT_LIMITS", "Limits", "Picture", "open_picture", "warm_up"]


def warm_up() -> None:
    """Compile or load the kernels, so that the first picture does not wait for them."""
    baseline.warm_up()
    result.warm_up()


def open_picture(
    data: bytes | Path, limits: Limits = DEFAULT_LIMITS, *, colour: bool = False, full: bool = False
) -> Picture:
    """Read the first frame of a JPEG, PNG, WebP, GIF, BMP, TIFF, HEIC or AVIF file.

    The contract, which the browser shares (`conformance/`):

    - **upright**: all eight EXIF orientations (JPEG, PNG, WebP), those of the container (HEIC, AVIF),
      TIFF's tag;
    - **luma** ``0.299 R + 0.587 G + 0.114 B`` in float32 from 8-bit sRGB, as PDQ's reference has it; grey
      files give their own samples. A JPEG gives its stored luma in uint8 unless `full`, `colour` or a
      profile needs colour;
    - **profiles** become sRGB through LittleCMS, perceptual intent; those that move no luma by more than 3
      levels of 255 count as sRGB; unreadable ones are ignored;
    - **transparency** is composited on white, after conversion, in sRGB;
    - palettes are looked up, 16-bit samples divided by 257, CMYK and YCCK JPEG read as Adobe stores them;
    - **shrink-on-load**: a JPEG comes at 1/2, 1/4 or 1/8 while its shorter side keeps 256 pixels, and says
      so in `Picture.shrink`; `full=True` decodes every pixel in colour, for hashes equal to the reference
      bit for bit.

    `colour=True` adds `Picture.rgb` at the size of the luma. A truncated file is refused, never half read.

    Raises subclasses of `PictureRefused` only: `UnreadableFile` (a path that cannot be opened), `EmptyFile`,
    `TooManyBytes`, `NotAPicture`, `UnsupportedPicture`, `TooManyPixels`, `TookTooLong`, `DamagedPicture`. A
    decoder can still crash on hostile bytes: for a stranger's file call this in a child process
    (`repit_engine.child`).
    """
    deadline = Deadline(limits.seconds)
    content = bytes_of(data, limits)
    kind = sniff(content)
    with decoding():
        if kind is Format.JPEG:
            return read_jpeg(content, limits, deadline, colour=colour, full=full)
        return read_with_pillow(content, kind, limits, deadline, colour=colour)
