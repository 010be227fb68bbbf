"""AVIF and HEIF by boxes: another brand, further properties. ISO/IEC 14496-12, 23008-12."""

import struct


def boxes(body: bytes):
    at = 0
    while at + 8 <= len(body):
        (size,) = struct.unpack(">I", body[at : at + 4])
        end = at + size if size else len(body)
        yield body[at + 4 : at + 8], body[at + 8 : end]
        at = end


def box(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body) + 8) + name + body


def branded(content: bytes, major: bytes) -> bytes:
    return content[:8] + major + content[12:]


def with_property(content: bytes, name: bytes, body: bytes, *, essential: bool = True) -> bytes:
    """The primary item gets one property more."""

    def change(kids):
        return [
            (kid, _extended(inner, name, body, essential) if kid == b"iprp" else inner) for kid, inner in kids
        ]

    return rebuilt(content, change)


def with_colours(content: bytes, primaries: int, transfer: int) -> bytes:
    """Its code points (nclx) are others."""
    at = content.index(b"nclx") + 4
    return content[:at] + struct.pack(">HH", primaries, transfer) + content[at + 4 :]


def premultiplied(content: bytes) -> bytes:
    """The same, but claiming that its colours are multiplied by their alpha already."""

    def change(kids):
        claim = box(b"prem", struct.pack(">HHH", 1, 1, 2))
        return [(kid, inner + claim if kid == b"iref" else inner) for kid, inner in kids]

    return rebuilt(content, change)


def crop(width: int, height: int, right: int, below: int) -> bytes:
    """A clean aperture: its size, and how far its middle lies from the picture's, in half pixels."""
    return struct.pack(">8i", width, 1, height, 1, right, 2, below, 2)


def rebuilt(content: bytes, change) -> bytes:
    """With the children of `meta` as `change` wants them, and every offset moved along."""
    top = list(boxes(content))
    meta = next(body for name, body in top if name == b"meta")
    kids = change(list(boxes(meta[4:])))
    shift = 4 + sum(len(body) + 8 for _, body in kids) - len(meta)
    kids = [(name, _moved(body, shift) if name == b"iloc" else body) for name, body in kids]
    new = meta[:4] + b"".join(box(*kid) for kid in kids)
    return b"".join(box(name, new if name == b"meta" else body) for name, body in top)


def _moved(iloc: bytes, shift: int) -> bytes:
    out = bytearray(iloc)
    version, offset, length, base = iloc[0], iloc[4] >> 4, iloc[4] & 15, iloc[5] >> 4
    (items,) = struct.unpack(">H", iloc[6:8])
    at = 8
    for _ in range(items):
        method = 0
        if version:
            method = out[at + 3] & 15
            at += 2
        at += 4 + base
        (extents,) = struct.unpack(">H", out[at : at + 2])
        at += 2
        for _ in range(extents):
            if method == 0:
                there = int.from_bytes(out[at : at + offset]) + shift
                out[at : at + offset] = there.to_bytes(offset)
            at += offset + length
    return bytes(out)


def _extended(iprp: bytes, name: bytes, body: bytes, essential: bool) -> bytes:
    parts = dict(boxes(iprp))
    known = [*boxes(parts[b"ipco"]), (name, body)]
    ipma = parts[b"ipma"]
    count = ipma[10]
    places = ipma[11 : 11 + count] + bytes([len(known) | (0x80 if essential else 0)])
    changed = ipma[:10] + bytes([count + 1]) + places + ipma[11 + count :]
    return box(b"ipco", b"".join(box(*property_) for property_ in known)) + box(b"ipma", changed)
