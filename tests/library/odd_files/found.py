"""Odd files of the kinds that the drill of viewers found (`drills/viewers`), from pictures made by code.

In: nothing. Out: `Odd`s. Next: `catalogue`.
"""

import struct
from collections.abc import Iterator

import numpy as np
from PIL import Image

from odd_files import bmp, gif, icc, markup, png, webp
from odd_files.entry import Odd
from odd_files.scenes import DECOY, SCENE, SIZE, saved, with_alpha

WIDTH, HEIGHT = SIZE
LIGHT = np.asarray(SCENE.convert("L").convert("1"))
"""The scene in black and white dots, True where it is light."""
BLACK_AND_WHITE = [0, 0, 0, 255, 255, 255]


def _dots(samples: np.ndarray) -> Image.Image:
    """Mode P, of black and white."""
    image = Image.fromarray(samples.astype(np.uint8))
    image.putpalette(BLACK_AND_WHITE)
    return image


def _gifs() -> Iterator[Odd]:
    kind = "a background that nobody shows"
    plain, keyed = _dots(np.zeros((HEIGHT, WIDTH))), _dots(LIGHT)
    frames = [(plain, 0, 0, 1, 2, None), (keyed, 0, 0, 6000, 0, 1)]
    yield Odd(kind, "after a frame that is cleared, GIF", gif.gif(SIZE, frames), "gif", apart=24)
    corner = Image.new("P", (8, 8))
    corner.putpalette(BLACK_AND_WHITE)
    frames = [(corner, 0, 0, 1, 0, None), (keyed, 0, 0, 6000, 0, 1)]
    yield Odd(kind, "beside a small first frame, GIF", gif.gif(SIZE, frames), "gif", apart=24)


def _pngs() -> Iterator[Odd]:
    kind = "a key among few greys"
    # Two bits a sample: what is light is black, and let through; what is dark is the grey next to it.
    samples = np.where(LIGHT, 0, 1).reshape(HEIGHT, WIDTH // 4, 4)
    rows = (samples << np.array([6, 4, 2, 0])).sum(axis=2).astype(np.uint8)
    for key, first in ((0, True), (4, False)):
        content = png.grey(rows, WIDTH, 2, png.chunk(b"tRNS", struct.pack(">H", key)))
        yield Odd(kind, f"PNG of two bits, key {key}", content, "png", first=first, apart=24)


def _bitmaps() -> Iterator[Odd]:
    kind = "runs and places that contradict their header"
    few = SCENE.quantize(256)
    yield Odd(kind, "BMP, runs beyond the width", bmp.runs(few, 9), "bmp", apart=16)
    usual = ((16, 8), (8, 8), (0, 8))
    whole = bmp.bmp(SCENE, 32, usual)
    for at in (0, 14):
        yield Odd(
            kind,
            f"BMP that begins at {at}",
            whole[:10] + struct.pack("<I", at) + whole[14:],
            "bmp",
            first=False,
        )
    kind = "a mask that is not heard, or not there"
    size = (256, 192)
    fits = SCENE.resize(size)
    clear = bmp.headless(fits, alpha=255, masked=True)
    yield Odd(kind, "in an icon with alpha", bmp.icon((*size, 32, clear)), "ico", apart=16)
    black = bmp.headless(Image.new("RGB", SIZE))
    short = bmp.icon((*SIZE, 24, black[: -len(bmp.mask(LIGHT))]))
    yield Odd(kind, "behind the end of an icon", short + bmp.mask(LIGHT), "ico", apart=24)


def _webps() -> Iterator[Odd]:
    kind = "transparency without its flag"
    exact = {"lossless": True, "exact": True}
    scene = np.asarray(SCENE).astype(np.int16)
    through = np.asarray(DECOY.convert("L")).astype(np.int16) * 2 // 3
    stored = Image.fromarray(np.clip(170 + scene // 3 - through[:, :, None], 0, 255).astype(np.uint8))
    covering = Image.fromarray((255 - through).astype(np.uint8))
    parts = dict(webp.chunks(saved(with_alpha(stored, covering), "WEBP", **exact)))
    content = webp.riff([webp.extended(0, *SIZE), (b"VP8L", parts[b"VP8L"])])
    yield Odd(kind, "colours added to the ground, WebP", content, "webp", apart=24)
    lights = SCENE.convert("L")
    black = with_alpha(Image.new("RGB", SIZE), Image.fromarray(255 - np.asarray(lights)))
    moving = saved(
        black,
        "WEBP",
        save_all=True,
        append_images=[with_alpha(DECOY, 255)],
        duration=[60_000, 1],
        loop=0,
        **exact,
    )
    flags, *rest = webp.chunks(moving)
    bare = webp.riff([(flags[0], bytes([flags[1][0] & ~0x10]) + flags[1][1:]), *rest])
    yield Odd(kind, "moving WebP", bare, "webp")


def _tables() -> Iterator[Odd]:
    """Between the nodes of a table browsers go along each axis, others by tetrahedra: along the greys these
    see nothing but the two ends."""
    kind = "a table of two nodes"
    table = icc.lut(
        lambda grid: np.repeat(np.interp(grid.sum(axis=1), (0, 1, 2, 3), (0, 1, 1, 0))[:, None], 3, axis=1),
        nodes=2,
    )
    light = (np.asarray(SCENE.convert("L")) / 255) ** 2.2 * 0.7
    place = (1 - np.sqrt(1 - 4 * light / 3)) / 2
    stored = Image.fromarray(np.rint(place * 255).astype(np.uint8)).convert("RGB")
    body = icc.profile(tags=[(b"A2B0", table)])
    yield Odd(kind, "PNG", png.png(stored, png.profile(body)), "png", apart=24)


def _drawings() -> Iterator[Odd]:
    drawn = markup.drawing(saved(SCENE, "JPEG"), *SIZE).encode()
    mark = b"\xef\xbb\xbf"
    yield Odd("drawing", "SVG after two marks", mark + mark + drawn, "svg", unread=True)
    yield Odd("drawing", "SVG after a nought and a mark", b"\0" + mark + drawn, "svg", unread=True)


MAKERS = (_gifs, _pngs, _bitmaps, _webps, _tables, _drawings)
