"""From a file's bytes to its hash: against threatexchange end to end and pdqhash on the same pixels, one
thread.

In: pictures made here, or a folder of your own. Out: a `Report` with rates, ratios, the bits that
shrink-on-load costs and the distance from the decoder's bound. Next: `bench.__main__` publishes it.
"""

import io
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pdqhash
import simplejpeg
import skimage.data
from numpy.typing import NDArray
from PIL import Image
from threatexchange.signal_type.pdq.pdq_hasher import pdq_from_bytes

from bench.common import Options, Report, Table
from repit_engine import Hash, Hashed, hash_picture, open_picture
from repit_engine.pdq import hash_luma, hash_rgb, warm_up
from repit_engine.picture.baseline import SHRINK, skimmed

PHOTOGRAPHS = (
    "chelsea",
    "coffee",
    "rocket",
    "hubble_deep_field",
)  # a cat, a cup, a rocket, galaxies: no person
PHONE, WEB = (4000, 3000), (500, 375)


def run(options: Options) -> Report:
    """Measure, a part at a time (`only`: phone, web, formats, folder)."""
    report = Report(
        "hash",
        "From bytes to hash",
        "Per second of processor time (so threads are equal, and other work on the machine disturbs "
        "little), files in memory, ours and the peer's calls alternating. Phone pictures: photographs of "
        "scikit-image scaled to 12 megapixels with grain, JPEG 88; web pictures: crops of 500 × 375, same.",
    )
    warm_up()
    parts: dict[str, Callable[[], list[bytes]]] = {"phone": _phone, "web": _web}
    if options.pictures is not None:
        folder = options.pictures
        parts["folder"] = lambda: _folder(folder)
    bits: list[Sequence[object]] = []
    shares: list[Sequence[object]] = []
    for name, make in parts.items():
        if not options.only or name in options.only:
            files = make()
            _end_to_end(report, name, files, options.seconds)
            bits += _bits_lost(name, files)
            shares.append(_shares(name, files, options.seconds))
    if not options.only or "formats" in options.only:
        _formats(report, options.seconds)
    report.tables.append(Table("Bits lost", ("pictures", "way", "mean", "99 %", "most"), bits))
    report.tables.append(
        Table(
            "How far from the bound (ms a picture)",
            (
                "pictures",
                "bytes to hash",
                "decoding alone",
                "the rest",
                "share of decoding",
                "libjpeg-turbo at the same fraction",
                "ns a bit",
            ),
            shares,
        )
    )
    report.notes.append(
        "Bits lost: distance from PDQ's reference (pdqhash) on every pixel, upright, in sRGB."
    )
    report.notes.append(
        "Decoding alone: to grey at the same fraction, nothing else. It is bound by Huffman codes, which "
        "have to be read one after another, whatever the fraction: each look-up waits for the one before. At "
        "1/8 several are passed at once; else libjpeg-turbo reads and keeps them all."
    )
    return report


def _end_to_end(report: Report, name: str, files: list[bytes], seconds: float) -> None:
    ours, full, theirs = _rates((hash_picture, _full, pdq_from_bytes), files, seconds)
    work = f"{name}: {len(files)} JPEGs, {sum(map(len, files)) / len(files) / 1e3:,.0f} kB each"
    report.compare(work, "pictures/s", ours, "threatexchange", theirs, less=False)
    report.compare(f"{work}, every pixel in colour", "pictures/s", full, "threatexchange", theirs, less=False)
    pixels = [_reference_pixels(data) for data in files[:8]]
    luma = [open_picture(data).luma for data in files[:8]]
    ours, shrunk, theirs = _rates((hash_rgb, hash_luma, pdqhash.compute), pixels, seconds / 2, other=luma)
    report.compare(f"{name}: PDQ alone, same pixels", "pictures/s", ours, "pdqhash", theirs, less=False)
    report.compare(f"{name}: PDQ alone, as decoded", "pictures/s", shrunk, "pdqhash", theirs, less=False)


def _rates(
    calls: tuple[Callable[..., object], ...],
    work: Sequence[object],
    seconds: float,
    other: Sequence[object] | None = None,
) -> list[float]:
    """Calls a second of processor time of each, in turns over the same work (the second over `other`, if
    given), until time is up.
    """
    spent, counts = [0.0] * len(calls), [0] * len(calls)
    inputs = [other if other is not None and place == 1 else work for place in range(len(calls))]
    for place, call in enumerate(calls):
        call(inputs[place][0])
    for turn in range(10_000_000):
        for place, call in enumerate(calls):
            # A slow peer is not asked more often than it takes to know its rate.
            if spent[place] < seconds:
                start = time.process_time()
                call(inputs[place][turn % len(work)])
                spent[place] += time.process_time() - start
                counts[place] += 1
        if min(spent) >= seconds:
            break
    return [count / time_spent for count, time_spent in zip(counts, spent, strict=True)]


def _bits_lost(name: str, files: list[bytes]) -> list[Sequence[object]]:
    ways: dict[str, list[int]] = {"as decoded by default": [], "every pixel in colour": []}
    for data in files[:400]:
        wanted = _reference(_reference_pixels(data))
        for way, outcome in zip(ways, (hash_picture(data), _full(data)), strict=True):
            if isinstance(outcome, Hashed):
                ways[way].append(outcome.hash.distance(wanted))
    return [(name, way, *_spread(bits)) for way, bits in ways.items()]


def _spread(bits: list[int]) -> tuple[object, ...]:
    return f"{np.mean(bits):.2f}", int(np.percentile(bits, 99)), max(bits)


def _shares(name: str, files: list[bytes], seconds: float) -> Sequence[object]:
    def size_of(data: bytes) -> tuple[int, int, int]:
        height, width, _, _ = simplejpeg.decode_jpeg_header(data)
        shrink = next((factor for factor in (8, 4, 2) if min(height, width) // factor >= 256), 1)
        return height, width, shrink

    def by_libjpeg(data: bytes) -> object:
        height, width, shrink = size_of(data)
        return simplejpeg.decode_jpeg(
            data, "GRAY", min_height=-(-height // shrink), min_width=-(-width // shrink)
        )

    def decode(data: bytes) -> object:
        height, width, shrink = size_of(data)
        skipped = skimmed(data, (width, height)) if shrink == SHRINK else None
        return by_libjpeg(data) if skipped is None else skipped

    rates = _rates((hash_picture, decode, by_libjpeg), files, seconds)
    whole, alone, theirs = (1e3 / rate for rate in rates)
    bits = sum(map(len, files)) / len(files) * 8
    return (
        name,
        f"{whole:.2f}",
        f"{alone:.2f}",
        f"{whole - alone:.2f}",
        f"{alone / whole:.0%}",
        f"{theirs:.2f}",
        f"{alone * 1e6 / bits:.2f}",
    )


def _formats(report: Report, seconds: float) -> None:
    from pillow_heif import from_pillow  # noqa: PLC0415 - only this part needs it

    image = _scene(1, (1600, 1200))
    for kind in ("PNG", "WEBP", "GIF", "TIFF", "AVIF", "HEIF"):
        file = io.BytesIO()
        if kind == "HEIF":
            from_pillow(image).save(file)
            (ours,) = _rates((hash_picture,), [file.getvalue()], seconds / 2)
            report.compare(
                "1600 × 1200 HEIC", "pictures/s", ours, "threatexchange reads none", None, less=False
            )
            continue
        image.save(file, kind)
        ours, theirs = _rates((hash_picture, pdq_from_bytes), [file.getvalue()], seconds / 2)
        report.compare(f"1600 × 1200 {kind}", "pictures/s", ours, "threatexchange", theirs, less=False)


def _phone() -> list[bytes]:
    return [_jpeg(_scene(seed, PHONE)) for seed in range(12)]


def _web() -> list[bytes]:
    return [_jpeg(_scene(seed, WEB)) for seed in range(1000)]


def _folder(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted(folder.rglob("*.[jJ][pP]*[gG]"))[:400]]


def _scene(seed: int, size: tuple[int, int]) -> Image.Image:
    """A random part of a photograph at `size`, toned and with the grain of a small sensor."""
    rng = np.random.default_rng(seed)
    whole = Image.fromarray(getattr(skimage.data, PHOTOGRAPHS[seed % len(PHOTOGRAPHS)])()).convert("RGB")
    share = rng.uniform(0.6, 1)
    width, height = int(whole.width * share), int(whole.height * share)
    left, top = int(rng.integers(0, whole.width - width + 1)), int(rng.integers(0, whole.height - height + 1))
    part = whole.resize(size, Image.Resampling.BICUBIC, (left, top, left + width, top + height))
    pixels = np.asarray(part, np.float32) * rng.uniform(0.8, 1.15)
    pixels += rng.normal(0, 4, (*pixels.shape[:2], 1)).astype(np.float32)
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def _jpeg(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=88)
    return file.getvalue()


def _full(data: bytes) -> object:
    return hash_picture(data, full=True)


def _reference_pixels(data: bytes) -> NDArray[np.uint8]:
    """What a viewer shows, so that only shrinking and luma are measured: upright, profile converted as
    ours.
    """
    picture = open_picture(data, full=True, colour=True)
    return np.ascontiguousarray(picture.rgb)


def _reference(pixels: NDArray[np.uint8]) -> Hash:
    bits, _ = pdqhash.compute(pixels)
    return Hash(np.packbits(bits.astype(np.uint8)).tobytes())
