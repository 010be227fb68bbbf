"""Every odd file, by kind: what browsers show of each is `SCENE`.

In: nothing. Out: `ODD`. Next: the tests of the engine, of the gate's channels and of the person's page.

The kinds are those of files that people reported elsewhere, remade from pictures made by code, and others
that were found by asking what else a viewer might show. What Chromium and Firefox show of each was looked at
when it came in, and `service/tests/hotline/pages/test_odd_files_in_a_browser.py` looks again.
"""

import io
import struct
import zlib
from collections.abc import Iterator
from functools import cache

import numpy as np
import tifffile
from PIL import Image

from odd_files import baseline, bmp, boxes, found, icc, jpeg, markup, png, webp
from odd_files.entry import Odd
from odd_files.scenes import (
    DECOY,
    OTHER,
    SCENE,
    SIZE,
    linear,
    saved,
    two_faced,
    under_gamma,
    with_alpha,
)

WIDTH, HEIGHT = SIZE
ICON = (256, 192)
LAST = 60_000
"""Milliseconds for which a frame stands, once it has come."""


def _jpeg(image: Image.Image = SCENE, **options: object) -> bytes:
    return saved(image, "JPEG", quality=92, **options)


def _animations() -> Iterator[Odd]:
    kind = "animation"
    for suffix, name in (("gif", "GIF"), ("webp", "WEBP"), ("avif", "AVIF")):
        frames = {"save_all": True, "append_images": [SCENE], "duration": [1, LAST]}
        options = {} if suffix == "gif" else {"quality": 90}
        content = saved(DECOY, name, loop=0, **frames, **options)
        yield Odd(kind, f"a decoy first, {name}", content, suffix, apart=24)
    for suffix, name in (("gif", "GIF"), ("webp", "WEBP")):
        frames = {"save_all": True, "append_images": [DECOY, OTHER], "duration": [1, 1, LAST]}
        blank = Image.new("RGB", SIZE, "white")
        frames["append_images"] = [DECOY, SCENE]
        content = saved(blank, name, loop=0, **frames)
        yield Odd(kind, f"blank, a decoy, then the picture, {name}", content, suffix, apart=24)
    once = {"save_all": True, "append_images": [SCENE], "duration": [LAST, 20]}
    yield Odd(kind, "the last frame stays, GIF", saved(DECOY, "GIF", **once), "gif", apart=24)
    yield Odd(kind, "the last frame stays, WebP", saved(DECOY, "WEBP", loop=1, quality=90, **once), "webp")
    yield Odd(kind, "a decoy first, APNG", png.animated([(DECOY, 1), (SCENE, LAST)]), "png")
    yield Odd(kind, "the last frame stays, APNG", png.animated([(DECOY, LAST), (SCENE, 1)], plays=1), "png")
    middle = {"save_all": True, "append_images": [SCENE, OTHER], "duration": [900, 400, 900], "loop": 0}
    between = saved(DECOY, "GIF", **middle)
    yield Odd(kind, "a short frame between others, GIF", between, "gif", first=False, apart=24)
    short = [(DECOY, 900), (SCENE, 400), (OTHER, 900)]
    yield Odd(kind, "a short frame between others, APNG", png.animated(short), "png", first=False)
    flood = [(DECOY if n % 2 else OTHER, 100) for n in range(11)]
    flood.insert(7, (SCENE, 100))
    yield Odd(kind, "one frame of twelve, APNG", png.animated(flood), "png", first=False)
    still = "a still picture that no browser shows"
    yield Odd(still, "APNG", png.animated([(SCENE, LAST)], still=DECOY), "png")
    yield Odd(
        still, "and the other way round", png.animated([(DECOY, LAST)], still=SCENE), "png", first=False
    )
    sequence = saved(SCENE, "AVIF", quality=90, save_all=True, append_images=[DECOY], duration=[1, LAST])
    yield Odd(still, "AVIF that is a still first of all", boxes.branded(sequence, b"avif"), "avif")


def _tones() -> Iterator[Odd]:
    kind = "tones that a number brings out"
    faces = two_faced(SCENE, DECOY, 0.1)
    yield Odd(kind, "PNG with two faces", png.png(faces, png.gamma(0.1)), "png", apart=16)
    for name, value in (("washed out", 0.02), ("darkened", 1.0)):
        stored = under_gamma(SCENE, value)
        yield Odd(kind, f"PNG {name}", png.png(stored, png.gamma(value)), "png")
    grey = under_gamma(SCENE.convert("L"), 0.02)
    yield Odd(kind, "PNG, grey, washed out", png.png(grey, png.gamma(0.02)), "png")
    strong = np.clip((np.asarray(SCENE) - 128.0) * 1.4 + 128, 0, 255) * (70 / 255)
    dark = np.rint(65535 * linear(Image.fromarray(np.rint(strong).astype(np.uint8))) ** 2).astype(np.uint16)
    for name, filtered in (("", 0), (", filtered", 1)):
        content = png.deep(dark, png.gamma(2.0), filtered=filtered)
        yield Odd(
            kind, f"PNG of sixteen bits, eight of them dark{name}", content, "png", first=False, apart=24
        )
    swapped = (0.3127, 0.329, 0.15, 0.06, 0.30, 0.60, 0.64, 0.33)
    turned = Image.fromarray(np.asarray(SCENE)[:, :, ::-1].copy())
    yield Odd(
        kind, "PNG with red for blue", png.png(turned, png.gamma(0.45455), png.primaries(*swapped)), "png"
    )
    stored = Image.fromarray(np.rint(linear(SCENE) * 255).astype(np.uint8))
    yield Odd(kind, "PNG, linear by its code points", png.png(stored, png.code_points(1, 8)), "png")
    avif = boxes.with_colours(saved(stored, "AVIF", quality=95), 1, 8)
    yield Odd(kind, "AVIF, linear by its code points", avif, "avif")
    peak = (linear(SCENE) * 203 / 10_000) ** (2610 / 16384)
    coded = ((3424 / 4096 + 2413 / 128 * peak) / (1 + 2392 / 128 * peak)) ** (2523 / 32)
    hdr = Image.fromarray(np.rint(coded * 255).astype(np.uint8))
    yield Odd(kind, "PNG of high dynamic range", png.png(hdr, png.code_points(1, 16)), "png")


def _profiles() -> Iterator[Odd]:
    kind = "a colour profile that browsers pass over"
    scrambling = {
        "of a wrong size": icc.profile(curve=icc.zigzag(), size=9_999),
        "of version 5": icc.profile(curve=icc.zigzag(), version=0x05000000),
        "under another light": icc.profile(curve=icc.zigzag(), white=(62289, 65536, 71372)),
    }
    for name, body in scrambling.items():
        yield Odd(kind, f"{name}, JPEG", _jpeg(icc_profile=body), "jpg")
        yield Odd(kind, f"{name}, PNG", png.png(SCENE, png.profile(body)), "png")
        yield Odd(kind, f"{name}, WebP", saved(SCENE, "WEBP", quality=90, icc_profile=body), "webp")
    yield Odd(kind, "a grey one, JPEG", _jpeg(icc_profile=icc.GREY_SCRAMBLED), "jpg")
    parts = list(webp.chunks(saved(SCENE, "WEBP", quality=90)))[-1:]
    unflagged = [webp.extended(0, *SIZE), (b"ICCP", icc.SCRAMBLED), *parts]
    yield Odd(kind, "without its flag, WebP", webp.riff(unflagged), "webp")
    late = png.png(SCENE, after=png.profile(icc.SCRAMBLED))
    yield Odd(kind, "after the picture, PNG", late, "png")
    unsound = png.png(SCENE, png.profile(icc.SCRAMBLED, sound=False))
    yield Odd(kind, "with a wrong checksum, PNG", unsound, "png")
    obeyed = "a colour profile that not all readers obey"
    stored = icc.unscrambled_by(icc.zigzag(), SCENE)
    turned = Image.fromarray(255 - np.asarray(SCENE))
    inverting = icc.lut(lambda linear: (1 - linear ** (1 / 2.2)) ** 2.2)
    tables = {
        "whose class is unknown": (icc.profile(curve=icc.zigzag(), kind=b"link"), stored),
        "whose space is another": (icc.profile(curve=icc.zigzag(), space=b"Lab "), stored),
        "with a table for another intent": (icc.profile(tags=[(b"A2B1", inverting)]), turned),
    }
    for name, (body, image) in tables.items():
        yield Odd(obeyed, f"{name}, PNG", png.png(image, png.profile(body)), "png", apart=24)
    grey = icc.unscrambled_by(icc.zigzag(), SCENE.convert("L"))
    yield Odd(
        obeyed, "of a grey PNG, for colours", png.png(grey, png.profile(icc.SCRAMBLED)), "png", apart=16
    )


def _transparency() -> Iterator[Odd]:
    kind = "the picture in what lets the ground through"
    white, black = Image.new("RGB", SIZE, "white"), Image.new("RGB", SIZE, "black")
    lights, darks = SCENE.convert("L"), Image.fromarray(255 - np.asarray(SCENE.convert("L")))
    exact = {"lossless": True, "exact": True}
    for name, suffix, content in (
        ("white, PNG", "png", png.png(with_alpha(white, lights))),
        ("white, WebP", "webp", saved(with_alpha(white, lights), "WEBP", **exact)),
        ("white, AVIF", "avif", saved(with_alpha(white, lights), "AVIF", quality=95)),
        ("white, grey PNG", "png", png.png(with_alpha(white.convert("L"), lights))),
        ("white, BMP", "bmp", bmp.bmp(white, 32, ((16, 8), (8, 8), (0, 8), (24, 8)), alpha=lights)),
        ("white, in an icon", "ico", bmp.icon((*ICON, 32, png.png(with_alpha(white, lights).resize(ICON))))),
    ):
        yield Odd(kind, name, content, suffix, first=False)
    yield Odd(kind, "black, PNG", png.png(with_alpha(black, darks)), "png")
    middle = with_alpha(Image.new("RGB", SIZE, (128, 128, 128)), lights)
    yield Odd(kind, "grey, PNG", png.png(middle), "png", first=False)
    hidden = with_alpha(SCENE, 0)
    yield Odd(kind, "nothing to see, the colours are there, PNG", png.png(hidden), "png", first=False)
    added = boxes.premultiplied(saved(with_alpha(SCENE, 1), "AVIF", quality=95))
    yield Odd(kind, "colours added to the ground, AVIF", added, "avif", first=False)
    frames = [with_alpha(white, lights), with_alpha(white, 255)]
    moving = saved(
        frames[0], "WEBP", save_all=True, append_images=frames[1:], duration=[LAST, 1], loop=0, **exact
    )
    yield Odd(kind, "white, in a moving WebP", moving, "webp", first=False)


def _crops() -> Iterator[Odd]:
    kind = "a crop in the container"
    wide = Image.new("RGB", (2 * WIDTH, HEIGHT))
    wide.paste(SCENE, (0, 0))
    wide.paste(DECOY, (WIDTH, 0))
    left = boxes.crop(WIDTH, HEIGHT, -WIDTH, 0)
    avif = saved(wide, "AVIF", quality=90)
    yield Odd(kind, "AVIF", boxes.with_property(avif, b"clap", left), "avif")
    yield Odd(kind, "HEIC", boxes.with_property(saved(wide, "HEIF", quality=90), b"clap", left), "heic")
    whole = saved(SCENE, "AVIF", quality=90)
    quarter = boxes.crop(WIDTH // 2, HEIGHT // 2, -WIDTH // 2, -HEIGHT // 2)
    cut = boxes.with_property(whole, b"clap", quarter)
    yield Odd(kind, "that some viewers pass over, AVIF", cut, "avif", first=False)
    loose = boxes.with_property(avif, b"clap", left, essential=False)
    yield Odd(kind, "that is not essential, AVIF", loose, "avif")
    brand = "another brand"
    for major in (b"miaf", b"isom", b"MA1B", b"mif2", b"heic", b"mp42", b"made"):
        yield Odd(brand, f"AVIF as {major.decode()}", boxes.branded(whole, major), "avif")
    moving = saved(DECOY, "AVIF", quality=90, save_all=True, append_images=[SCENE], duration=[1, LAST])
    yield Odd(brand, "moving AVIF as isom", boxes.branded(moving, b"isom"), "avif")
    heic = saved(SCENE, "HEIF", quality=90)
    for major in (b"mif1", b"isom", b"mp41"):
        yield Odd(brand, f"HEIC as {major.decode()}", boxes.branded(heic, major), "heic")


def _jpegs() -> Iterator[Odd]:
    kind = "unusual sampling"
    for factors in ((4, 2), (2, 4), (3, 1), (1, 2)):
        content = baseline.encoded(SCENE, (factors, (1, 1), (1, 1)))
        yield Odd(kind, f"{factors[0]} by {factors[1]}", content, "jpg")
    for mixed in (((2, 2), (2, 1), (1, 2)), ((1, 1), (2, 2), (1, 1)), ((3, 2), (1, 1), (1, 2))):
        name = ", ".join(f"{x} by {y}" for x, y in mixed)
        yield Odd(kind, f"mixed: {name}", baseline.encoded(SCENE, mixed), "jpg")
    plain, passes = _jpeg(), _jpeg(progressive=True)
    kind = "no end, or a cut one"
    yield Odd(kind, "a vendor's trailer, no end marker", plain[:-2] + b"SEFH" + bytes(200), "jpg")
    yield Odd(kind, "zeros for an end", plain[:-2] + bytes(64), "jpg")
    yield Odd(kind, "progressive, no end marker", passes[:-2], "jpg")
    yield Odd(kind, "progressive, two bytes less", passes[:-4], "jpg")
    yield Odd(kind, "progressive, half", passes[: len(passes) // 2], "jpg", apart=16)
    # Of a plain one the last rows are not shown: altered copies, found by their parts.
    yield Odd(kind, "plain, no end marker", plain[:-2], "jpg", apart=80)
    yield Odd(kind, "plain, four fifths", plain[: len(plain) * 4 // 5], "jpg", apart=80)
    kind = "stray bytes"
    yield Odd(kind, "before tables", jpeg.before(plain, 0xDB, b"\x11"), "jpg")
    yield Odd(kind, "before the scan", jpeg.before(plain, 0xDA, b"stray"), "jpg")
    yield Odd(kind, "before the end", plain[:-2] + bytes(37) + plain[-2:], "jpg")
    kind = "a profile in pieces"
    half = len(icc.SCRAMBLED) // 2
    first, second = icc.SCRAMBLED[:half], icc.SCRAMBLED[half:]
    for name, pieces in (
        ("a piece missing", ((1, 2, first),)),
        ("counted from 0", ((0, 2, first), (1, 2, second))),
        ("of two counts", ((1, 2, first), (2, 3, second))),
        ("a piece twice", ((1, 2, first), (1, 2, first), (2, 2, second))),
    ):
        yield Odd(kind, name, jpeg.after_start(plain, jpeg.profile(*pieces)), "jpg")
    usual = icc.profile()
    twice = jpeg.profile((1, 1, usual), (1, 1, usual))
    yield Odd(kind, "whole, twice", jpeg.after_start(plain, twice), "jpg")


def _colours() -> Iterator[Odd]:
    """A JPEG whose luma is a decoy, and whose colours go beyond what a screen shows."""
    kind = "colours beyond what a screen shows"
    lights, decoy = (np.asarray(scene.convert("L")).astype(np.float64) for scene in (SCENE, DECOY))
    beyond = 128 + (255 - lights) / 255 * 127
    evenly = ((1, 1), (1, 1), (1, 1))
    hidden = [200 + decoy * 40 / 255, beyond, beyond]
    yield Odd(kind, "over a decoy", baseline.encoded(SCENE, evenly, hidden), "jpg", apart=31)


def _pngs() -> Iterator[Odd]:
    kind = "a large chunk beside the picture"
    large = icc.profile() + bytes(1_300_000)
    yield Odd(kind, "iCCP", png.png(SCENE, png.profile(large)), "png")
    text = zlib.compress(bytes(2_000_000))
    yield Odd(kind, "zTXt", png.png(SCENE, png.chunk(b"zTXt", b"k\0\0" + text)), "png")
    yield Odd(kind, "iTXt", png.png(SCENE, png.chunk(b"iTXt", b"k\0\1\0\0\0" + text)), "png")
    yield Odd(kind, "tEXt, many", png.png(SCENE, *[png.chunk(b"tEXt", b"k\0" + bytes(50_000))] * 40), "png")
    kind = "a damaged chunk beside the picture"
    size = struct.pack(">IIB", 2835, 2835, 1)
    yield Odd(kind, "pHYs", png.png(SCENE, png.chunk(b"pHYs", size, sound=False)), "png")
    yield Odd(kind, "gAMA", png.png(SCENE, png.gamma(0.02, sound=False)), "png")
    yield Odd(kind, "iCCP's own sum", png.png(SCENE, png.profile(icc.SCRAMBLED, cut=4)), "png")
    key = struct.pack(">3H", *SCENE.getpixel((9, 9)))
    yield Odd(kind, "tRNS", png.png(SCENE, png.chunk(b"tRNS", key, sound=False)), "png")
    packed = png.packed(SCENE)
    wrong = png.chunk(b"IDAT", packed[:-4] + b"\xaa" * 4)
    yield Odd(kind, "the picture's own sum", png.png(SCENE, data=wrong), "png")
    yield Odd(
        kind, "the picture's checksum", png.png(SCENE, data=png.chunk(b"IDAT", packed, sound=False)), "png"
    )
    kind = "no end, or a cut one"
    yield Odd(kind, "PNG without end", png.png(SCENE, end=False), "png")
    whole = png.png(SCENE)
    yield Odd(kind, "PNG, four fifths", whole[: len(whole) * 4 // 5], "png", apart=80)
    woven = png.interlaced(SCENE)
    yield Odd(kind, "interlaced PNG, half", woven[: len(woven) // 2], "png", apart=16)
    gif = saved(SCENE, "GIF")
    yield Odd(kind, "GIF, half", gif[: len(gif) // 2], "gif", apart=24)
    yield Odd(kind, "GIF without end", gif[:-1], "gif", apart=16)
    flat = saved(SCENE, "BMP")
    yield Odd(kind, "BMP, four fifths", flat[: len(flat) * 4 // 5], "bmp", apart=80)


def _samples() -> Iterator[Odd]:
    kind = "unusual samples"
    for name, bits, masks in (
        ("BMP 10:10:10", 32, ((20, 10), (10, 10), (0, 10))),
        ("BMP 4:4:4", 16, ((8, 4), (4, 4), (0, 4))),
        ("BMP 6:5:5", 16, ((10, 6), (5, 5), (0, 5))),
    ):
        yield Odd(kind, name, bmp.bmp(SCENE, bits, masks), "bmp")
    scrambled = icc.unscrambled_by(icc.zigzag(), SCENE)
    usual = ((16, 8), (8, 8), (0, 8))
    yield Odd(
        kind, "BMP with a profile", bmp.bmp(scrambled, 32, usual, profile=icc.SCRAMBLED), "bmp", apart=16
    )
    kind = "a picture in an icon"
    fits = SCENE.resize(ICON)
    picture, decoy = png.png(fits), png.png(DECOY.resize(ICON))
    small = png.png(DECOY.resize((64, 48)))
    yield Odd(kind, "PNG", bmp.icon((*ICON, 32, picture)), "ico", apart=16)
    yield Odd(
        kind, "PNG, the second of two", bmp.icon((64, 48, 32, small), (*ICON, 32, picture)), "ico", apart=16
    )
    yield Odd(kind, "headless BMP", bmp.icon((*ICON, 24, bmp.headless(fits))), "ico", apart=16)
    yield Odd(kind, "cursor", bmp.icon((*ICON, 32, picture), kind=2), "cur", apart=16)
    twins = bmp.icon((*ICON, 32, decoy), (*ICON, 32, picture))
    yield Odd(kind, "one of two as large", twins, "ico", first=False, apart=16)


def _tiffs() -> Iterator[Odd]:
    """No browser shows a TIFF, but many programs do."""

    def written(samples: np.ndarray, **options: object) -> bytes:
        file = io.BytesIO()
        tifffile.imwrite(file, samples, **options)
        return file.getvalue()

    kind = "unusual samples"
    colours, grey = np.asarray(SCENE).astype(np.uint16) * 257, np.asarray(SCENE.convert("L"))
    planes = np.ascontiguousarray(colours.transpose(2, 0, 1))
    for name, samples, options in (
        ("16 bits in planes", planes, {"photometric": "rgb", "planarconfig": "separate"}),
        (
            "16 bits in planes, tiled",
            planes,
            {"photometric": "rgb", "planarconfig": "separate", "tile": (64, 64)},
        ),
        ("32 bits of grey", grey.astype(np.uint32) * 16843009, {"photometric": "minisblack"}),
        (
            "32 bits of grey, the other way",
            grey.astype(np.uint32) * 16843009,
            {"photometric": "minisblack", "byteorder": ">"},
        ),
        ("16 bits, white first", 65535 - grey.astype(np.uint16) * 257, {"photometric": "miniswhite"}),
        (
            "32 bits of colour, deflated",
            colours.astype(np.uint32) * 65537,
            {"photometric": "rgb", "compression": "zlib", "predictor": True},
        ),
        ("half floats", (np.asarray(SCENE) / 255).astype(np.float16), {"photometric": "rgb"}),
    ):
        yield Odd(kind, f"TIFF of {name}", written(samples, **options), "tiff")
    pages = saved(DECOY, "TIFF", save_all=True, append_images=[SCENE])
    yield Odd("animation", "the second page of a TIFF", pages, "tiff", first=False)
    both = saved(DECOY, "HEIF", quality=90, append_images=[SCENE])
    yield Odd("animation", "the second picture of a HEIC", both, "heic", first=False)


def _turned() -> Iterator[Odd]:
    noted = Image.Exif()
    noted[0x0112] = 6
    content = saved(SCENE, "WEBP", quality=90, exif=noted.tobytes())
    yield Odd("a turn that browsers do not make", "WebP", content, "webp")


def _drawings() -> Iterator[Odd]:
    for name, content in markup.dressed(markup.drawing(_jpeg(), *SIZE)).items():
        yield Odd("drawing", f"SVG {name}", content, "svg", unread=True)
    yield Odd(
        "drawing",
        "SVG with a prefix",
        markup.drawing(_jpeg(), *SIZE, prefix="x").encode(),
        "svg",
        unread=True,
    )


@cache
def odd() -> tuple[Odd, ...]:
    """All of them; made once."""
    makers = (
        _animations,
        _tones,
        _profiles,
        _transparency,
        _crops,
        _jpegs,
        _colours,
        _pngs,
        _samples,
        _tiffs,
        _turned,
        _drawings,
        *found.MAKERS,
    )
    return tuple(file for maker in makers for file in maker())
