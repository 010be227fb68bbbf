"""The samples of a BMP: any depth, any bit masks, runs.

In: a header, the bytes. Out: colours and how far each covers the ground. Next: `bmp`.

Microsoft, "Bitmap Storage"; where a file breaks its rules, as Chromium 156 has it: rows that did not come
let the ground through; runs end at the width; what runs leave out is black, as are indices beyond a palette.
"""

import struct
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from repit_engine.picture.limits import Deadline
from repit_engine.picture.partial import check_plain
from repit_engine.picture.refusals import damaged, unsupported_variant

FILE_HEADER: Final = 14
CORE: Final = 12
RGB, RUNS_8, RUNS_4, FIELDS, ALPHA_FIELDS = 0, 1, 2, 3, 6
_DEPTHS: Final = (1, 2, 4, 8, 16, 24, 32)
_USUAL_MASKS: Final = {16: (0x7C00, 0x3E0, 0x1F, 0), 32: (0xFF0000, 0xFF00, 0xFF, 0)}
_STEPS: Final = 1 << 14
_WITH_MASKS: Final = 52
_WITH_ALPHA_MASK: Final = 56


@dataclass(frozen=True, slots=True, eq=False)
class Header:
    """`height` is positive; `after`: where header, masks and palette end in the file."""

    size: int
    width: int
    height: int
    top_down: bool
    bits: int
    kind: int
    masks: tuple[int, int, int, int]
    palette: NDArray[np.uint8]
    after: int

    @property
    def stride(self) -> int:
        """Bytes of a row."""
        return -(-self.width * self.bits // 32) * 4


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """`rgb` ``(h, w, 3)``, `cover` ``(h, w)`` or None; `left_out`: the same where viewers take what runs
    leave out for transparent; `end`: where they end in the file.
    """

    rgb: NDArray[np.uint8]
    cover: NDArray[np.uint8] | None = None
    left_out: NDArray[np.uint8] | None = None
    end: int = 0


def header_of(content: bytes) -> Header:
    """Read everything before the samples. Raises `PictureRefused`."""
    size = int.from_bytes(content[14:18], "little")
    if size == CORE:
        width, height, _, bits = struct.unpack_from("<HHHH", content, 18)
        kind, stated = RGB, 0
    else:
        fields = content[18 : FILE_HEADER + max(size, 16)][:22].ljust(32, b"\0")
        width, height, _, bits, kind = struct.unpack_from("<iiHHI", fields)
        stated = int.from_bytes(content[46:50], "little") if size >= 40 else 0
    if (
        width <= 0
        or height == 0
        or bits not in _DEPTHS
        or kind not in (RGB, RUNS_8, RUNS_4, FIELDS, ALPHA_FIELDS)
    ):
        raise unsupported_variant()
    at, masks = FILE_HEADER + size, _USUAL_MASKS.get(bits, (0, 0, 0, 0))
    if kind in (FIELDS, ALPHA_FIELDS) and size >= 40:
        # With a header of 52 bytes and more they are in it, at the same place as after one of 40.
        masks = struct.unpack_from("<4I", content.ljust(70, b"\0"), 54)
        if size < _WITH_ALPHA_MASK and kind == FIELDS:
            masks = (*masks[:3], 0)
        at += {FIELDS: 12, ALPHA_FIELDS: 16}[kind] if size < _WITH_MASKS else 0
    each = 3 if size == CORE else 4
    count = min(stated or 1 << bits, 1 << bits) if bits <= 8 else 0
    table = np.frombuffer(content[at : at + each * count], np.uint8)
    palette = np.zeros((256, 3), np.uint8)
    rows = table[: len(table) // each * each].reshape(-1, each)[:, 2::-1]
    palette[: len(rows)] = rows
    return Header(size, width, abs(height), height < 0, bits, kind, masks, palette, at + each * count)


def samples_of(content: bytes, header: Header, at: int, deadline: Deadline, *, icon: bool = False) -> Samples:
    """The samples from `at` on. `icon`: a fourth byte is alpha if any is not nought. Raises `DamagedPicture`
    where there is no row.
    """
    if header.kind in (RUNS_8, RUNS_4):
        return _runs(content, header, at, deadline)
    rows = min(header.height, max(0, len(content) - at) // header.stride)
    if not rows:
        raise damaged()
    if rows < header.height:
        check_plain(header.width * header.height)
    raw = np.frombuffer(content, np.uint8, rows * header.stride, at).reshape(rows, header.stride)
    rgb = np.zeros((header.height, header.width, 3), np.uint8)
    cover: NDArray[np.uint8] | None = None
    if rows < header.height:
        cover = np.zeros((header.height, header.width), np.uint8)
        cover[:rows] = 255
    if header.bits <= 8:
        indices = Image.fromarray(np.ascontiguousarray(_indices(raw, header.bits)[:, : header.width]), "P")
        indices.putpalette(header.palette.tobytes())
        rgb[:rows] = np.asarray(indices.convert("RGB"))
    elif header.bits == 24:
        rgb[:rows] = raw[:, : 3 * header.width].reshape(rows, header.width, 3)[:, :, ::-1]
    else:
        alpha = _masked(raw, header, rgb[:rows], icon)
        if alpha is not None:
            cover = np.zeros((header.height, header.width), np.uint8)
            cover[:rows] = alpha
    return _turned(header, Samples(rgb, cover, end=at + rows * header.stride))


def _indices(raw: NDArray[np.uint8], bits: int) -> NDArray[np.uint8]:
    """Those of each byte, from its highest bits down."""
    if bits == 8:
        return raw
    shifts = np.arange(8 - bits, -1, -bits, dtype=np.uint8)
    each = raw[:, :, np.newaxis] >> shifts & np.uint8((1 << bits) - 1)
    return each.reshape(raw.shape[0], -1)


def _masked(
    raw: NDArray[np.uint8], header: Header, rgb: NDArray[np.uint8], icon: bool
) -> NDArray[np.uint8] | None:
    """Fill `rgb`; the alpha, where there is one."""
    wide = np.ascontiguousarray(raw[:, : header.width * header.bits // 8])
    values = wide.view(f"<u{header.bits // 8}").astype(np.uint32)
    for channel in range(3):
        rgb[:, :, channel] = _levels(values, header.masks[channel])
    mask = header.masks[3]
    if icon and header.bits == 32 and header.kind == RGB:
        mask = 0xFF000000
    if not mask:
        return None
    alpha = _levels(values, mask)
    return alpha if alpha.any() else None


def _levels(values: NDArray[np.uint32], mask: int) -> NDArray[np.uint8]:
    if not mask:
        return np.zeros(values.shape, np.uint8)
    low = (mask & -mask).bit_length() - 1
    # Sixteen bits are enough to know eight.
    low += max(0, (mask >> low).bit_length() - 16)
    most = mask >> low
    table = np.rint(np.arange(most + 1) * (255 / most)).astype(np.uint8)
    shown: NDArray[np.uint8] = table[(values & np.uint32(mask)) >> np.uint32(low)]
    return shown


def _runs(content: bytes, header: Header, at: int, deadline: Deadline) -> Samples:
    """Runs of one index (or, of four bits, two in turn), stretches of indices, steps; from the bottom up."""
    width, height, four = header.width, header.height, header.kind == RUNS_4
    indices, written = np.zeros((height, width), np.uint8), np.zeros((height, width), np.bool_)
    x, y, steps, whole = 0, 0, 0, False
    while y < height and at + 2 <= len(content):
        count, value = content[at], content[at + 1]
        at += 2
        steps += 1
        if steps % _STEPS == 0:
            deadline.check()
        if count:
            end = min(width, x + count)
            indices[y, x:end] = value >> 4 if four else value
            if four:
                indices[y, x + 1 : end : 2] = value & 15
            written[y, x:end] = True
            x += count
        elif value == 0:
            x, y = 0, y + 1
        elif value == 1:
            whole = True
            break
        elif value == 2:
            across, up = content[at : at + 2].ljust(2, b"\0")
            x, y, at = x + across, y + up, at + 2
        else:
            size = -(-value // 2) if four else value
            stretch = _stretch(content[at : at + size], four)
            end = max(x, min(width, x + min(value, len(stretch))))
            indices[y, x:end], written[y, x:end] = stretch[: end - x], True
            x += value
            at += size + (size & 1)
    if not written.all():
        check_plain(width * height)
    cover: NDArray[np.uint8] | None = None
    if not whole and y < height:
        # The file ends: of what it had begun, whole rows alone are shown.
        cover = np.full((height, width), 255, np.uint8)
        cover[y:] = 0
        if not y:
            raise damaged()
    left_out = None if written.all() else written.astype(np.uint8) * 255
    coloured = Image.fromarray(indices, "P")
    coloured.putpalette(header.palette.tobytes())
    rgb = np.array(coloured.convert("RGB"))
    rgb[~written] = 0
    return _turned(header, Samples(rgb, cover, left_out, at))


def _stretch(raw: bytes, four: bool) -> NDArray[np.uint8]:
    packed = np.frombuffer(raw, np.uint8)
    return np.stack((packed >> 4, packed & 15), axis=1).ravel() if four else packed


def _turned(header: Header, samples: Samples) -> Samples:
    if header.top_down:
        return samples
    cover, left_out = samples.cover, samples.left_out
    return Samples(
        np.ascontiguousarray(samples.rgb[::-1]),
        None if cover is None else np.ascontiguousarray(cover[::-1]),
        None if left_out is None else np.ascontiguousarray(left_out[::-1]),
        samples.end,
    )
