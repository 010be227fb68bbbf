"""Drawings and pages: SVG in an `<img>` and as a document, XHTML and HTML with a picture inside.

In: dice. Out: a file. Next: the mutations below, which put things before the root element.

What a browser takes for SVG is decided by the declared type; nothing is sniffed. So a type goes along.
"""

import base64
import gzip
import random
from typing import Final

from PIL import Image

from drills.viewers import scenes
from drills.viewers.files import Made, Mutation, Way, chance, saved

SVG: Final = "image/svg+xml"
_LINK: Final = "http://www.w3.org/1999/xlink"


def make(dice: random.Random) -> Made:
    """One file."""
    image = scenes.picture(dice)
    kind = dice.choice(("svg", "svg", "svg", "svg", "mosaic", "svg-page", "xhtml", "html", "svgz"))
    if kind in ("xhtml", "html"):
        return _document(dice, image, kind)
    root = _mosaic(image) if kind == "mosaic" else _drawing(dice, image)
    text, name = _before(dice, root)
    data = _as_bytes(dice, text)
    way: Way = "page" if kind == "svg-page" else "img"
    declared = SVG if way == "img" else dice.choice((SVG, "application/xml", "text/xml", "text/html"))
    if kind == "svgz":
        # As it lies on a disk; a server that says so in a header sends it to be unpacked.
        data = gzip.compress(data, mtime=0)
    return Made(data, f"{kind}-{name}-{declared}", declared, way)


def _inside(dice: random.Random, image: Image.Image) -> str:
    kind, suffix = dice.choice((("PNG", "png"), ("JPEG", "jpeg"), ("WEBP", "webp")))
    return f"data:image/{suffix};base64," + base64.b64encode(saved(image, kind)).decode()


def _drawing(dice: random.Random, image: Image.Image) -> str:
    width, height = image.size
    prefix, xmlns = ("s:", "xmlns:s") if chance(dice, 0.15) else ("", "xmlns")
    link = dice.choice(("href", "xlink:href"))
    box = f' viewBox="0 0 {width} {height}"' if chance(dice, 0.5) else ""
    size = f'width="{width}" height="{height}"'
    return (
        f'<{prefix}svg {xmlns}="http://www.w3.org/2000/svg" xmlns:xlink="{_LINK}" {size}{box}>'
        f'<{prefix}image {link}="{_inside(dice, image)}" {size}/></{prefix}svg>'
    )


def _mosaic(image: Image.Image) -> str:
    """No bitmap at all: little squares."""
    small = image.resize((48, 48), Image.Resampling.BOX)
    cells = [
        f'<path fill="#{red:02x}{green:02x}{blue:02x}" d="M{place % 48} {place // 48}h1v1h-1z"/>'
        for place, (red, green, blue) in enumerate(small.get_flattened_data())
    ]
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="192" height="192" viewBox="0 0 48 48"'
        f' shape-rendering="crispEdges">{"".join(cells)}</svg>'
    )


BEFORE: Final = {
    "": "",
    "declaration": '<?xml version="1.0" encoding="{encoding}"?>\n',
    "comment": "<!-- made -->",
    "long-comment": "<!--" + "made " * 900 + "-->\n",
    "space": " \n\t ",
    "doctype": '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">\n',
    "entities": '<!DOCTYPE s [<!ENTITY a "b">]>',
    "instruction": "<?made by='code'?>",
    "style": "<?xml-stylesheet href='#a'?><!-- <svg> -->",
}


def _before(dice: random.Random, root: str) -> tuple[str, str]:
    names = [dice.choice(sorted(BEFORE))]
    if chance(dice, 0.2):
        names.append(dice.choice(("comment", "space", "doctype", "instruction")))
    return "".join(BEFORE[name] for name in names) + root, "+".join(names)


def _as_bytes(dice: random.Random, text: str) -> bytes:
    name, mark = dice.choice(
        (
            ("utf-8", b""),
            ("utf-8", b""),
            ("utf-8", b""),
            ("utf-8", b"\xef\xbb\xbf"),
            ("utf-16-le", b"\xff\xfe"),
            ("utf-16-be", b"\xfe\xff"),
            ("latin-1", b""),
        )
    )
    return mark + text.replace("{encoding}", name.upper().removesuffix("-LE").removesuffix("-BE")).encode(
        name
    )


def _document(dice: random.Random, image: Image.Image, kind: str) -> Made:
    picture = f'<img src="{_inside(dice, image)}"/>'
    if chance(dice, 0.3):
        picture = _drawing(dice, image)
    style = "<style>body { margin: 0 }</style>"
    if kind == "xhtml":
        text = f'<html xmlns="http://www.w3.org/1999/xhtml"><head>{style}</head><body>{picture}</body></html>'
        text, name = _before(dice, text) if chance(dice, 0.5) else (text, "")
        declared = "application/xhtml+xml"
    else:
        start = dice.choice(
            ("<!doctype html>", "", "\n\n<html>", "<!-- made --><!DOCTYPE HTML>", "made by code ")
        )
        text, name = start + style + picture, ""
        declared = "text/html"
    return Made(_as_bytes(dice, text), f"{kind}-{name}", declared, "page")


def _prefixed(data: bytes, dice: random.Random) -> bytes:
    prefix = dice.choice((b"\n", b" ", b"\0", b"\xef\xbb\xbf", b"<!-- -->", b"<a/>", b"x", b"\xef\xbb\xbf\n"))
    return prefix + data


def _cut(data: bytes, dice: random.Random) -> bytes:
    return data[: len(data) - dice.choice((1, 6, 20, 200))]


def _packed(data: bytes, _: random.Random) -> bytes:
    return data if data[:2] == b"\x1f\x8b" else gzip.compress(data, mtime=0)


MUTATIONS: Final[dict[str, Mutation]] = {"prefixed": _prefixed, "tail-cut": _cut, "packed": _packed}
