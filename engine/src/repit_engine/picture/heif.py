"""AVIF and HEIF: what their container says is heard, whatever brand they bear.

In: the bytes of such a file. Out: its views. Next: `reading`. AVIF goes to libavif through Pillow, all else
to libheif.

What libavif leaves to its caller is done here: the clean aperture (`clap`), and a transfer that is not
sRGB's (`nclx`). A crop and its whole picture are both views: Firefox 153 knows no `clap` that is not
essential, Chromium 156 obeys it.
"""

import io
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Final

from PIL import AvifImagePlugin, Image, ImageFile
from pillow_heif import HeifImageFile

from repit_engine.picture.boxes import Container, read_container, renamed
from repit_engine.picture.describing import from_code_points
from repit_engine.picture.exif import exif_orientation
from repit_engine.picture.frames import frames_of
from repit_engine.picture.layers import Layer, added_of, shown_of
from repit_engine.picture.limits import Deadline, Limits
from repit_engine.picture.modes import plain_of
from repit_engine.picture.refusals import damaged
from repit_engine.picture.shown import SEQUENCE, STANDS, Of, Shown, Unseen

Box = tuple[int, int, int, int]
_LEFT_OUT: Final = (b"clap", b"irot", b"imir", b"pixi")
_SHOWN_AS_STORED: Final = (1, 6, 11, 14, 15)
"""Transfers of television, which browsers take for sRGB's in these files."""


def read_avif(
    content: bytes, limits: Limits, deadline: Deadline, *, colour: bool
) -> Iterator[Shown | Unseen]:
    """The views of an AVIF. Raises `PictureRefused`, and whatever Pillow raises (`refusals.decoding`)."""
    container = read_container(content)
    moving = container.has_tracks and (b"avis" in container.brands or not container.has_items)
    seen = False
    if moving:
        image = _avif(content, b"avis")
        limits.check_pixels(*image.size)
        if getattr(image, "n_frames", 1) > 1:
            pattern = _pattern(image, container)
            found = frames_of(lambda: _avif(content, b"avis"), pattern, limits, deadline, colour=colour)
            for frame in found:
                seen = True
                yield frame
    if seen and not container.has_items:
        return
    # Browsers show the sequence unless the file calls itself a still picture first of all.
    beside = seen and container.major != b"avif"
    image = _avif(content, b"avif" if container.has_items else b"avis")
    limits.check_pixels(*image.size)
    if container.is_premultiplied:
        yield from _added(content, _pattern(image, container), colour=colour)
        beside = True
    deadline.check()
    image.load()
    limits.check_pixels(*image.size)
    deadline.check()
    opaque, cover = plain_of(image)
    still = replace(
        _pattern(image, container),
        image=opaque,
        cover=cover,
        of=Of.STILL if beside else Of.SHOWN,
        seconds=0.0 if beside else STANDS,
    )
    crop = _crop(container, image.size)
    if crop is not None:
        cut = None if cover is None else cover.crop(crop)
        yield from shown_of(replace(still, image=opaque.crop(crop), cover=cut), colour=colour)
        still = replace(still, of=Of.UNCUT, seconds=0.0)
    yield from shown_of(still, colour=colour and crop is None)
    if container.has_tracks and not seen:
        yield Unseen(SEQUENCE)


def read_heic(
    content: bytes, limits: Limits, deadline: Deadline, *, colour: bool
) -> Iterator[Shown | Unseen]:
    """The views of any other HEIF. Raises as `read_avif`."""
    container = read_container(content)
    with _heic(content) as image:
        limits.check_pixels(*image.size)
        deadline.check()
        image.load()
        if min(image.size) < 1:
            raise damaged()
        limits.check_pixels(*image.size)
        deadline.check()
        opaque, cover = plain_of(image)
        # libheif crops and turns by itself.
        pattern = replace(_pattern(image, container), orientation=1)
        yield from shown_of(replace(pattern, image=opaque, cover=cover), colour=colour)
        pictures = getattr(image, "n_frames", 1)
    if pictures > 1:
        # Beside the primary one there are others, which some programs show as pages.
        for frame in frames_of(lambda: _heic(content), pattern, limits, deadline, colour=False):
            yield replace(frame, seconds=0.0) if isinstance(frame, Shown) else frame
    if container.has_tracks:
        yield Unseen(SEQUENCE)


def _added(content: bytes, pattern: Layer, *, colour: bool) -> Iterator[Shown]:
    """Premultiplied colours, added to the ground as Chromium 156 adds them: where they are brighter than
    their own transparency allows, a picture shows that libavif would not give.
    """
    image = _avif(renamed(content, b"iref", (b"prem",)), b"avif")
    image.load()
    opaque, cover = plain_of(image)
    if cover is not None:
        yield from added_of(replace(pattern, image=opaque, cover=cover), colour=colour)


def _heic(content: bytes) -> ImageFile.ImageFile:
    image: ImageFile.ImageFile = HeifImageFile(io.BytesIO(content[:8] + b"heic" + content[12:]))  # type: ignore[no-untyped-call]
    return image


def _avif(content: bytes, brand: bytes) -> AvifImagePlugin.AvifImageFile:
    branded = content[:8] + brand + content[12:]
    try:
        return AvifImagePlugin.AvifImageFile(io.BytesIO(branded))
    except Exception:  # noqa: BLE001 - stricter than browsers on what says how a picture is turned and cut
        return AvifImagePlugin.AvifImageFile(io.BytesIO(renamed(branded, b"ipco", _LEFT_OUT)))


def _pattern(image: Image.Image, container: Container) -> Layer:
    """What the layers of such a file have in common. Pillow tells of libavif's turns as EXIF would."""
    profile = image.info.get("icc_profile")
    return Layer(
        Image.new("L", (1, 1)),
        profiles=tuple([profile] if profile else []) + tuple(_stated(container)),
        # Chromium 156 widens transparency that its own stream calls narrow.
        narrow=True,
        orientation=exif_orientation((image.info.get("exif") or b"").removeprefix(b"Exif\0\0")),
    )


def _stated(container: Container) -> Iterator[bytes]:
    for name, body in container.properties:
        if name == b"colr" and body[:4] == b"nclx" and len(body) >= 8:
            primaries, transfer = int.from_bytes(body[4:6]), int.from_bytes(body[6:8])
            yield from from_code_points(primaries, 13 if transfer in _SHOWN_AS_STORED else transfer)


def _crop(container: Container, size: tuple[int, int]) -> Box | None:
    """The clean aperture as a box of pixels; None where there is none, or none that browsers obey."""
    body = next((body for name, body in container.properties if name == b"clap"), b"")
    numbers = [int.from_bytes(body[at : at + 4], signed=True) for at in range(0, 32, 4)]
    if len(body) < 32 or 0 in numbers[1::2]:
        return None
    across, down, right, below = (Fraction(numbers[at], numbers[at + 1]) for at in range(0, 8, 2))
    left, top = Fraction(size[0] - across, 2) + right, Fraction(size[1] - down, 2) + below
    edges = (left, top, left + across, top + down)
    if any(edge.denominator != 1 for edge in edges):
        return None
    box = (int(edges[0]), int(edges[1]), int(edges[2]), int(edges[3]))
    inside = 0 <= box[0] < box[2] <= size[0] and 0 <= box[1] < box[3] <= size[1]
    return box if inside else None
