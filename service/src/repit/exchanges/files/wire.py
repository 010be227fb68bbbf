"""Plain lists of hashes, in the forms that people keep them in.

In: lines of text. Out: checked records. Next: `client`. Pure: no framework, no network, no clock. Read are

    pdq 63fe…                             a type and a hash, as threatexchange's `local_file` has it
    63fe…                                 a hash alone: pdq by its 64 digits, md5 by its 32
    hash,quality,…  or  pdq,63fe…,87      comma-separated, with a line of headings or without
    {"type": "pdq", "value": "63fe…"}     a JSON object a line, `quality` if known

Empty lines and what begins with `#` are left out. `pdq` is of a picture, `video_md5` of a video; `md5` and
`sha256` are of a file, whatever it holds.
"""

import csv
import json
from collections.abc import Iterable, Iterator
from typing import Final

from repit.exchanges.records import Pulled, Rejected, hexadecimal, quality_of
from repit.foundation.errors import WireRefused
from repit.foundation.hashes import FORMS, Algorithm, Hash, Media

MAX_LINE: Final = 2_000
_TYPES: Final[dict[str, tuple[Algorithm, Media]]] = {
    "pdq": ("pdq", "picture"),
    "video_md5": ("md5", "video"),
    "md5": ("md5", "file"),
    "sha256": ("sha256", "file"),
}
_HEADINGS: Final = ("hash", "value", "signal", "indicator", "pdq", "md5", "sha256", "video_md5")
_TYPE_HEADINGS: Final = ("type", "signal_type", "algorithm")


def decode_lines(lines: Iterable[str]) -> Iterator[Pulled | Rejected]:
    """A record, or what was rejected, for each line that says anything."""
    headings: list[str] = []
    for number, line in enumerate(lines, 1):
        text = line.lstrip("\ufeff").strip()
        if not text or text.startswith("#"):
            continue
        try:
            if len(text) > MAX_LINE:
                raise WireRefused(detail="a very long line")
            if not headings and "," in text and not text.startswith("{") and _are_headings(text):
                headings = _cells(text.lower())
                continue
            yield _record(text, headings)
        except WireRefused as refused:
            yield Rejected(f"line {number}", refused.detail)


def _record(text: str, headings: list[str]) -> Pulled:
    if text.startswith("{"):
        return _object(text)
    if "," in text:
        return _row(_cells(text), headings)
    kind, blank, value = text.partition(" ")
    return _made(kind, value.strip()) if blank else _made("", kind)


def _object(text: str) -> Pulled:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise WireRefused(detail="not JSON") from None
    if not isinstance(value, dict):
        raise WireRefused(detail="not a JSON object")
    kind = next((value[name] for name in _TYPE_HEADINGS if name in value), "")
    given = next((value[name] for name in ("value", "hash", "signal", "indicator") if name in value), None)
    return _made(kind, given, value.get("quality"))


def _row(cells: list[str], headings: list[str]) -> Pulled:
    if headings:
        named = dict(zip(headings, cells, strict=False))
        kind = next((named[name] for name in _TYPE_HEADINGS if name in named), "")
        heading = next(name for name in _HEADINGS if name in named) if set(_HEADINGS) & set(named) else ""
        kind = kind or (heading if heading in _TYPES else "")
        return _made(kind, named.get(heading), _number(named.get("quality", "")))
    if cells[0].lower() in _TYPES:
        return _made(cells[0].lower(), cells[1], _number(cells[2] if len(cells) > 2 else ""))
    return _made("", cells[0], _number(cells[1]))


def _made(kind: object, value: object, quality: object = None) -> Pulled:
    if not kind and isinstance(value, str):
        kind = {64: "pdq", 32: "md5"}.get(len(value), "")
    if not isinstance(kind, str) or kind not in _TYPES:
        raise WireRefused(detail="a type of hash that is not known")
    algorithm, media = _TYPES[kind]
    raw = hexadecimal(value, algorithm)
    hash_ = Hash(algorithm, "whole", raw, quality_of(quality) if FORMS[algorithm].perceptual else None)
    return Pulled(f"{kind}:{raw.hex()}", "active", media, (hash_,))


def _are_headings(text: str) -> bool:
    cells = _cells(text.lower())
    return any(cell in (*_HEADINGS, *_TYPE_HEADINGS) for cell in cells) and not any(
        len(cell) in (32, 64) for cell in cells
    )


def _cells(text: str) -> list[str]:
    try:
        return [cell.strip() for cell in next(csv.reader([text]))]
    except (csv.Error, StopIteration):
        raise WireRefused(detail="not comma-separated values") from None


def _number(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        raise WireRefused(detail="a quality that is no number")
    return int(text)
