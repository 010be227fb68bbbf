"""Uploads as platforms get them, made by code: web and phone JPEGs, GIF, WebP.

In: how many of each. Out: bytes with a content type, and their shares. Next: `run`.

Web JPEGs have about 300 kB, phone JPEGs 12 megapixels and about 4 MB; grain is set until a file has its size.
"""

import io
from dataclasses import dataclass

import numpy as np
from PIL import Image

from bench.robustness.scenes import scene

SHARES = {"web JPEG": 12, "phone JPEG": 3, "GIF": 2, "WebP": 3}
"""Of twenty uploads."""


@dataclass(frozen=True)
class Upload:
    """One file to send."""

    kind: str
    content_type: str
    data: bytes


def uploads() -> list[Upload]:
    """Twenty files in their shares, each another picture, in an order that mixes them."""
    made = [
        _MAKERS[kind](number)
        for number, kind in enumerate(kind for kind, share in SHARES.items() for _ in range(share))
    ]
    order = np.random.default_rng(1).permutation(len(made))
    return [made[at] for at in order]


def _parts(number: int, width: int, height: int) -> tuple[np.ndarray, np.ndarray]:
    """A scene enlarged, and grain of deviation 1."""
    large = scene(number).resize((width, height), Image.Resampling.BICUBIC)
    grain = np.random.default_rng(number).normal(0, 1, (height, width, 1)).astype(np.float32)
    return np.asarray(large, np.float32), grain


def _with_grain(parts: tuple[np.ndarray, np.ndarray], much: float) -> Image.Image:
    values, grain = parts
    return Image.fromarray((values + much * grain).clip(0, 255).astype(np.uint8), "RGB")


def _jpeg(number: int, width: int, height: int, wanted: int, quality: int) -> bytes:
    parts = _parts(number, width, height)
    low, high, data = 0.0, 16.0, b""
    for _ in range(5):
        much = (low + high) / 2
        out = io.BytesIO()
        _with_grain(parts, much).save(out, "JPEG", quality=quality)
        data = out.getvalue()
        low, high = (much, high) if len(data) < wanted else (low, much)
    return data


def _web(number: int) -> Upload:
    return Upload("web JPEG", "image/jpeg", _jpeg(number, 1280, 960, 300_000, 85))


def _phone(number: int) -> Upload:
    return Upload("phone JPEG", "image/jpeg", _jpeg(number, 4000, 3000, 4_000_000, 90))


def _gif(number: int) -> Upload:
    out = io.BytesIO()
    scene(number).resize((480, 360)).quantize(128).save(out, "GIF")
    return Upload("GIF", "image/gif", out.getvalue())


def _webp(number: int) -> Upload:
    out = io.BytesIO()
    _with_grain(_parts(number, 1280, 960), 2.0).save(out, "WEBP", quality=80)
    return Upload("WebP", "image/webp", out.getvalue())


_MAKERS = {"web JPEG": _web, "phone JPEG": _phone, "GIF": _gif, "WebP": _webp}
