"""AVIF files: stills, sequences, grids, alpha, turned, cropped, in colours of every name.

In: dice. Out: a file. Next: `avif_mutations` changes it.
"""

import random
from typing import Any, Final

from PIL import Image

from drills.viewers import scenes
from drills.viewers.files import Made, chance, saved
from drills.viewers.formats import exif
from drills.viewers.formats.boxes import Box, full, timeless
from drills.viewers.formats.gif import wait_of
from drills.viewers.formats.heif_write import Container, Item, clean_aperture, colours, extent, parts_of
from drills.viewers.formats.png import ALPHAS, frames, with_alpha
from drills.viewers.profiles import profile

TYPE: Final = "image/avif"
MAJORS: Final = (
    b"avif",
    b"avif",
    b"avif",
    b"avif",
    b"mif1",
    b"miaf",
    b"MA1B",
    b"MA1A",
    b"isom",
    b"mif2",
    b"heic",
    b"msf1",
    b"avis",
    b"jpeg",
    b"mp42",
    b"M4V ",
    b"qt  ",
    b"\0\0\0\0",
)
_ALPHA: Final = b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0"
_ALPHA_BOX: Final = full(b"auxC", _ALPHA)


def make(dice: random.Random) -> Made:
    """One file: half by Pillow's encoder as it is, half put together from its samples."""
    kind = dice.random()
    if kind < 0.25:
        return _by_pillow(dice)
    if kind < 0.45:
        return _sequence(dice)
    return _grid(dice) if kind < 0.55 else _by_hand(dice)


def _options(dice: random.Random) -> tuple[dict[str, Any], str]:
    options = {
        "speed": 10,
        "quality": dice.choice((30, 60, 90)),
        "subsampling": dice.choice(("4:2:0", "4:2:0", "4:2:2", "4:4:4", "4:0:0")),
        "range": dice.choice(("full", "full", "limited")),
        "max_threads": 1,
    }
    return options, f"{options['subsampling']}-{options['range']}"


def _by_pillow(dice: random.Random) -> Made:
    image = scenes.picture(dice)
    options, name = _options(dice)
    if chance(dice, 0.3):
        kind = dice.choice(ALPHAS)
        image, name = with_alpha(image, kind), f"{name}-{kind}"
        options["alpha_premultiplied"] = chance(dice, 0.3)
    if chance(dice, 0.3):
        options["exif"] = b"Exif\0\0" + exif.block(dice.randrange(1, 9))
        name += "-exif"
    if chance(dice, 0.2):
        options["icc_profile"], label = profile(dice)
        name += f"-{label}"
    return Made(saved(image, "AVIF", **options), f"pillow-{name}", TYPE)


def _sequence(dice: random.Random) -> Made:
    image = scenes.picture(dice)
    options, name = _options(dice)
    count, waits = (
        dice.choice((2, 2, 3, 4)),
        dice.choice(("even", "first-brief", "zero", "last-long", "first-long")),
    )
    pictures = frames(dice, image, count)
    if chance(dice, 0.2):
        kind = dice.choice(ALPHAS)
        pictures, name = [with_alpha(picture, kind) for picture in pictures], f"{name}-{kind}"
    options["duration"] = [max(1, 10 * wait_of(waits, place, count)) for place in range(count)]
    data = saved(pictures[0], "AVIF", save_all=True, append_images=pictures[1:], **options)
    return Made(timeless(data), f"sequence-{count}frames-{waits}-{name}", TYPE)


def _coded(dice: random.Random, image: Image.Image, **more: Any) -> tuple[bytes, dict[bytes, Box]]:
    options, _ = _options(dice)
    return parts_of(saved(image, "AVIF", **options | more))


def _by_hand(dice: random.Random) -> Made:
    image = scenes.picture(dice)
    samples, held = _coded(dice, image)
    properties = [(held[b"av1C"], True), (held[b"ispe"], False), (held[b"pixi"], False)]
    name = "hand"
    if chance(dice, 0.9):
        properties.append((held[b"colr"], False))
    if chance(dice, 0.25):
        values = (
            dice.choice((1, 2, 9, 12)),
            dice.choice((1, 2, 8, 13, 16, 18)),
            dice.choice((1, 2, 6, 9, 0)),
        )
        properties[-1:] = [(colours(*values, chance(dice, 0.6)), False)]
        name += "-nclx" + "-".join(map(str, values))
    if chance(dice, 0.12):
        data, label = profile(dice)
        properties.append((Box(b"colr", dice.choice((b"prof", b"rICC")) + data), False))
        name += f"-{label}"
    turns, label = _turns(dice, image)
    properties += turns
    name += label
    items = [Item(1, b"av01", samples, tuple(properties))]
    if chance(dice, 0.25):
        items.append(_alpha(dice, image, 2))
        name += "-alpha"
    if chance(dice, 0.15):
        items.append(_other(dice, image, 5))
        name += "-thumbnail" if items[-1].refers else "-other"
    if chance(dice, 0.1):
        block = bytes(4) + exif.any_block(dice)
        items.append(Item(7, b"Exif", block, (), ((b"cdsc", (1,)),)))
        name += "-exif"
    dice.shuffle(items)
    major = dice.choice(MAJORS) if chance(dice, 0.5) else b"avif"
    brands = dice.choice(
        ((b"avif", b"mif1", b"miaf"),) * 6 + ((b"mif1", b"avif", b"heic"), (b"avif",), (b"avis", b"avif"))
    )
    more = (Box(b"free", bytes(dice.choice((0, 40, 4000)))),) if chance(dice, 0.1) else ()
    place = dice.choice(("", "", "", "-meta-last", "-idat"))
    file = Container(items, 1, major, brands, place == "-meta-last", place == "-idat", more)
    return Made(file.packed(), f"{name}{place}-{major.decode('latin-1').strip(chr(0)) or 'nought'}", TYPE)


def _turns(dice: random.Random, image: Image.Image) -> tuple[list[tuple[Box, bool]], str]:
    """Crop, turn and mirror: any of them, in any order, essential or not."""
    made, name = [], ""
    width, height = image.size
    if chance(dice, 0.35):
        share = dice.choice((1, 2, 2, 3))
        off = dice.choice(((0, 1), (-(width - width // share), 2), (width - width // share, 2), (3, 2)))
        made.append((clean_aperture(width // share, height, off, (0, 1)), True))
        name += f"-clap{share}"
    if chance(dice, 0.3):
        turn = dice.choice((0, 1, 2, 3))
        made.append((Box(b"irot", bytes([turn])), True))
        name += f"-irot{turn}"
    if chance(dice, 0.25):
        axis = dice.choice((0, 1))
        made.append((Box(b"imir", bytes([axis])), True))
        name += f"-imir{axis}"
    if chance(dice, 0.1):
        made.append((Box(b"pasp", b"\0\0\0\2\0\0\0\1"), False))
        name += "-pasp"
    if chance(dice, 0.15):
        dice.shuffle(made)
    if chance(dice, 0.15):
        made = [(box, not essential) for box, essential in made]
    return made, name


def _alpha(dice: random.Random, image: Image.Image, number: int) -> Item:
    alpha = with_alpha(image, dice.choice(ALPHAS)).getchannel("A")
    samples, held = _coded(dice, alpha, subsampling="4:0:0", range=dice.choice(("full", "full", "limited")))
    properties = ((held[b"av1C"], True), (held[b"ispe"], False), (held[b"pixi"], False), (_ALPHA_BOX, False))
    return Item(number, b"av01", samples, properties, ((b"auxl", (1,)),))


def _other(dice: random.Random, image: Image.Image, number: int) -> Item:
    other = scenes.resized(dice, image.size)
    thumbnail = chance(dice, 0.5)
    if thumbnail:
        other = other.resize((80, 60))
    samples, held = _coded(dice, other)
    refers = ((b"thmb", (1,)),) if thumbnail else ()
    return Item(
        number,
        b"av01",
        samples,
        tuple((held[kind], kind == b"av1C") for kind in (b"av1C", b"ispe", b"pixi", b"colr")),
        refers,
    )


def _grid(dice: random.Random) -> Made:
    """Tiles of 64 pixels and more, the last ones partly outside."""
    across, down = dice.choice(((2, 1), (1, 2), (2, 2), (3, 2)))
    side = dice.choice((64, 80))
    image = scenes.picture(dice).resize((side * across, side * down))
    options, _ = _options(dice)
    items, numbers = [], []
    for row in range(down):
        for column in range(across):
            box = (side * column, side * row, side * (column + 1), side * (row + 1))
            samples, held = parts_of(saved(image.crop(box), "AVIF", **options))
            number = 10 + row * across + column
            numbers.append(number)
            properties = tuple((held[kind], kind == b"av1C") for kind in (b"av1C", b"ispe", b"pixi", b"colr"))
            items.append(Item(number, b"av01", samples, properties, hidden=True))
    width, height = side * across - dice.choice((0, 0, 10)), side * down - dice.choice((0, 0, 6))
    body = bytes((0, 0, down - 1, across - 1)) + width.to_bytes(2, "big") + height.to_bytes(2, "big")
    turns, label = _turns(dice, image)
    first = items[0].properties
    properties = ((extent(width, height), False), first[2], first[3], *turns)
    items.append(Item(1, b"grid", body, properties, ((b"dimg", tuple(numbers)),)))
    return Made(Container(items, 1).packed(), f"grid{across}x{down}{label}", TYPE)
