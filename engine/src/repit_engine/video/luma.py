"""The luma of a decoded frame as it is stored, in the one form that is hashed.

In: a frame out of a decoder. Out: a `LumaArray` and whether its range is limited. Next: `decoding` puts it
into a `Frame`; docs/en/moments.md states it to the bit, for the browser has the same.

Planes that hold luma are taken as they lie: no conversion of colours, which decoders and browsers do in
different ways. 8 bits: uint8. 9 to 16 bits: float32, the sample divided by 2^(bits − 8). PQ and HLG: the
sample of 10 bits (8 bits times four, more than 10 bits without the lowest) through `curves.table`, divided by
four, float32. What stores no luma (red, green, blue) is composited on white where it is transparent and has
PDQ's own luma, float32, of full range.
"""

from typing import Any, Final, TypeVar, cast

import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from repit_engine.picture.result import luma_of
from repit_engine.types import LumaArray
from repit_engine.video.curves import Curve, table
from repit_engine.video.refusals import unsupported

_FULL: Final = 2
"""AVCOL_RANGE_JPEG."""
_PACKED: Final = {"yuyv422": 0, "yvyu422": 0, "uyvy422": 1}
_Kind = TypeVar("_Kind", np.uint8, np.float32)
_CURVES: Final = {curve.value: curve for curve in Curve}


class Planes:
    """Room for the luma of one frame after another of the same size; what `of` gave is good until its next
    call."""

    def __init__(self) -> None:
        self._room: LumaArray = np.empty((0, 0), np.uint8)

    def of(self, frame: VideoFrame) -> LumaArray:
        """C-contiguous ``(h, w)``, uint8 or float32. Raises `UnsupportedVideo`."""
        form = frame.format
        if form.is_rgb or form.has_palette:
            return _of_colours(frame)
        if form.name in _PACKED:
            samples = _rows(frame, np.uint8, 2 * frame.width)[:, _PACKED[form.name] :: 2]
            return self._kept(samples, np.uint8)
        if not form.components[0].is_luma or form.is_bit_stream:
            raise unsupported()
        bits = form.components[0].bits
        if bits <= 8:
            samples = _rows(frame, np.uint8, frame.width)
        elif form.is_planar or len(form.components) == 1:
            samples = _rows(frame, np.dtype(">u2" if form.is_big_endian else "<u2"), frame.width)
        else:
            raise unsupported()
        curve = _CURVES.get(frame.color_trc)
        if curve is not None:
            return self._undone(samples, bits, table(curve, limited_of(frame)))
        if bits <= 8:
            return self._kept(samples, np.uint8)
        room = self._kept(samples, np.float32)
        room *= np.float32(2.0 ** (8 - bits))
        return room

    def _undone(self, samples: NDArray[Any], bits: int, curve: NDArray[np.uint16]) -> LumaArray:
        tens = samples.astype(np.uint16) << (10 - bits) if bits <= 10 else samples >> (bits - 10)
        room = self._kept(curve[np.minimum(tens, 1023)], np.float32)
        room *= np.float32(0.25)
        return room

    def _kept(self, samples: NDArray[Any], kind: "type[_Kind]") -> NDArray[_Kind]:
        """A copy: what a decoder holds is its own, and kernels are compiled for arrays that may be
        written."""
        room = cast(NDArray[_Kind], self._room)
        if room.shape != samples.shape or room.dtype != kind:
            room = self._room = np.empty(samples.shape, kind)
        np.copyto(room, samples)
        return room


def limited_of(frame: VideoFrame) -> bool:
    """Whether luma goes from 16 to 235, on the scale of 8 bits."""
    form = frame.format
    if form.is_rgb or form.has_palette or form.name.startswith("yuvj"):
        return False
    return frame.color_range != _FULL


def _rows(frame: VideoFrame, kind: Any, across: int) -> NDArray[Any]:
    plane, kind = frame.planes[0], np.dtype(kind)
    lines = np.frombuffer(cast(Any, plane), np.uint8).reshape(frame.height, abs(plane.line_size))
    if plane.line_size < 0:
        lines = lines[::-1]
    across *= kind.itemsize
    return cast(NDArray[Any], lines[:, :across].view(kind))


def _of_colours(frame: VideoFrame) -> LumaArray:
    """Conversions between ways of storing red, green and blue alone: exact, whatever does them."""
    try:
        colours = np.asarray(frame.to_ndarray(format="rgba"), np.uint8)
    except (ValueError, OSError):
        raise unsupported() from None
    return on_white(colours)


def on_white(rgba: NDArray[np.uint8]) -> LumaArray:
    """``(h, w, 4)`` as browsers show it on white: c′ = ⌊(c·α + 255·(255 − α) + 127) / 255⌋."""
    cover = rgba[:, :, 3:].astype(np.int32)
    if (cover == 255).all():
        return luma_of(np.ascontiguousarray(rgba[:, :, :3]))
    colours = rgba[:, :, :3].astype(np.int32)
    laid = (colours * cover + 255 * (255 - cover) + 127) // 255
    return luma_of(np.ascontiguousarray(laid.astype(np.uint8)))
