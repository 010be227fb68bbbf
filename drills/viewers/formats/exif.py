"""EXIF blocks that say how a picture is turned: rightly, wrongly, twice, in the wrong place.

In: dice. Out: a TIFF block without its prefix. Next: every format that may carry one.
"""

import random
import struct

SHORT, LONG, BYTE, SIGNED = 3, 4, 1, 8
ORIENTATION = 0x0112


def block(
    orientation: int, *, little: bool = True, kind: int = SHORT, count: int = 1, later: bool = False
) -> bytes:
    """A TIFF block with this tag, in the first directory or (`later`) only in the second."""
    order = "<" if little else ">"
    head = (b"II*\0" if little else b"MM\0*") + struct.pack(order + "I", 8)
    size = {SHORT: "Hxx", LONG: "I", BYTE: "Bxxx", SIGNED: "hxx"}.get(kind, "Hxx")
    entry = struct.pack(order + "HHI" + size, ORIENTATION, kind, count, orientation)
    own = struct.pack(order + "H", 1) + entry + bytes(4)
    if not later:
        return head + own
    empty = struct.pack(order + "HHHI4s", 1, 0x0131, 2, 4, b"it\0\0")
    return head + empty + struct.pack(order + "I", 8 + len(empty) + 4) + own


def any_block(dice: random.Random) -> bytes:
    """One at random: mostly sound."""
    value = dice.choice((1, 2, 3, 4, 5, 6, 7, 8, 6, 8, 3, 0, 9, 255))
    made = block(
        value,
        little=dice.random() < 0.5,
        kind=SHORT if dice.random() < 0.7 else dice.choice((LONG, BYTE, SIGNED, 7, 99)),
        count=1 if dice.random() < 0.85 else dice.choice((0, 2, 70000)),
        later=dice.random() < 0.1,
    )
    if dice.random() < 0.1:
        made = made[: dice.randrange(8, len(made))]
    if dice.random() < 0.05:
        made = made[:4] + b"\xff\xff\xff\0" + made[8:]
    return made


def xmp(orientation: int) -> bytes:
    """The same said in XMP."""
    return (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        b'<rdf:Description xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="%d"/>'
        b"</rdf:RDF></x:xmpmeta>" % orientation
    )
