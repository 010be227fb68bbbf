"""The two texts of vPDQ, strictly: lines of its C++ programs, JSON of its Python extension.

In: a text. Out: `Features`, and the inverse. Next: whoever exchanges them.

The extension writes times with three significant digits, so that from ten seconds on several frames share
one, and beyond 999 s ten seconds do (``1.23e+03``); older C++ programs did, too. Frames that share a time are
spread evenly over all that would have been written so, in their order.
"""

import json
import re
from decimal import Decimal
from itertools import groupby
from typing import Final

import numpy as np

from repit_engine.errors import MomentsRefused, WrongInput
from repit_engine.types import HASH_BYTES
from repit_engine.vpdq.features import LONGEST, MOST_FEATURES, Features

_HASH: Final = re.compile(r"[0-9a-f]{64}", re.IGNORECASE | re.ASCII)
_QUALITY: Final = re.compile(r"0|[1-9][0-9]?|100", re.ASCII)
_FRAME: Final = re.compile(r"0|[1-9][0-9]{0,9}", re.ASCII)
_TIME: Final = re.compile(r"(?:0|[1-9][0-9]{0,9})(?:\.[0-9]{1,12})?(?:e[+-][0-9]{2})?", re.ASCII)
_DIGITS: Final = 3
"""Significant ones of a rounded time."""
_MOST_CHARACTERS: Final = 128
"""Of one feature: a hash, two numbers and a time."""

_Row = tuple[int, bytes, int, Decimal]


def from_lines(text: str) -> Features:
    """Read ``frame,quality,hash,timestamp``, one a line. Raises `MomentsRefused`."""
    lines = text.splitlines()
    if not lines or len(text) > MOST_FEATURES * _MOST_CHARACTERS:
        raise _refused()
    return _features([_line(line) for line in lines])


def to_lines(features: Features) -> str:
    """Write what `from_lines` reads: times to the millisecond."""
    return "".join(
        f"{frame},{quality},{row.tobytes().hex()},{ms // 1000}.{ms % 1000:03}\n"
        for frame, row, quality, ms in _rows(features)
    )


def from_json(text: str) -> Features:
    """Read a list of ``hash,quality,timestamp``, frames numbered as they come. Raises `MomentsRefused`."""
    if len(text) > MOST_FEATURES * _MOST_CHARACTERS:
        raise _refused()
    try:
        parts = json.loads(text)
    except (ValueError, RecursionError):
        raise _refused() from None
    if not isinstance(parts, list) or not all(isinstance(part, str) for part in parts):
        raise _refused()
    return _features([_part(number, part) for number, part in enumerate(parts)])


def to_json(features: Features) -> str:
    """Write what `from_json` reads, with times as the extension rounds them."""
    return json.dumps(
        [f"{row.tobytes().hex()},{quality},{ms / 1000:.{_DIGITS}}" for _, row, quality, ms in _rows(features)]
    )


def _rows(features: Features) -> "zip[tuple[int, np.ndarray, int, int]]":
    return zip(
        features.frames.tolist(),
        features.hashes,
        features.qualities.tolist(),
        features.ms.tolist(),
        strict=True,
    )


def _line(line: str) -> _Row:
    parts = line.split(",")
    if len(parts) != 4 or not _FRAME.fullmatch(parts[0]):
        raise _refused()
    return (int(parts[0]), *_checked(parts[2], parts[1], parts[3]))


def _part(number: int, part: str) -> _Row:
    parts = part.split(",")
    if len(parts) != 3:
        raise _refused()
    return (number, *_checked(*parts))


def _checked(code: str, quality: str, time: str) -> tuple[bytes, int, Decimal]:
    if not (_HASH.fullmatch(code) and _QUALITY.fullmatch(quality) and _TIME.fullmatch(time)):
        raise _refused()
    seconds = Decimal(time)
    if seconds * 1000 > LONGEST:
        raise _refused()
    return bytes.fromhex(code), int(quality), seconds


def _features(rows: list[_Row]) -> Features:
    ms: list[int] = []
    groups = [(seconds, len(list(alike))) for seconds, alike in groupby(row[3] for row in rows)]
    for number, (seconds, count) in enumerate(groups):
        # The video may end in the middle of the last one: it goes on as those before it.
        step = ms[-1] - ms[-2] if number == len(groups) - 1 and len(ms) > 1 else None
        ms += _spread(seconds, count, step)
    try:
        return Features(
            np.array([row[0] for row in rows], np.int64),
            np.frombuffer(b"".join(row[1] for row in rows), np.uint8).reshape(-1, HASH_BYTES).copy(),
            np.array([row[2] for row in rows], np.uint8),
            np.array(ms, np.int64),
        )
    except WrongInput as wrong:
        raise MomentsRefused(wrong.message) from None


def _spread(seconds: Decimal, count: int, step: int | None) -> list[int]:
    """Milliseconds of frames that share a written time: one lies where it says, several fill its reach, or as
    much of it as they need at a step.
    """
    if count == 1 or not seconds or len(seconds.normalize().as_tuple().digits) > _DIGITS:
        return [round(1000 * seconds)] * count
    up = Decimal(5).scaleb(seconds.adjusted() - _DIGITS)
    # Just below a power of ten times are written ten times as finely.
    down = up / 10 if seconds.normalize().as_tuple().digits == (1,) else up
    low, each = 1000 * (seconds - down), 1000 * (up + down) / count
    if step is not None and step < each:
        each = Decimal(step)
    return [round(low + each * (2 * i + 1) / 2) for i in range(count)]


def _refused() -> MomentsRefused:
    return MomentsRefused(
        "This is no list of vPDQ features.",
        "Send what vPDQ’s own programs write: frame,quality,hash,timestamp, one a line, or its JSON.",
    )
