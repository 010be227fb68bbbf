"""Keeps what belongs to persons out of the log, should it ever reach one.

In: log records. Out: the same, with hashes, keys, secrets, network and mail addresses struck out. Next:
handlers. A net under the tightrope: nothing is meant to fall into it (`repr` and errors carry no such thing
already).
"""

import logging
import re
from typing import Final

_STRUCK: Final = (
    (re.compile(r"(?i)\b[0-9a-f]{32,}\b"), "[hash]"),
    (re.compile(r"\brepit_[A-Za-z0-9_\-]{8,}"), "[key]"),
    (re.compile(r"(?i)\b(bearer|basic)\s+\S+"), r"\1 [key]"),
    (re.compile(r"\b[0-9A-HJKMNP-TV-Z]{4,5}(?:-[0-9A-HJKMNP-TV-Z]{4,5}){1,3}\b"), "[receipt]"),
    (re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+"), "[mail]"),
    (re.compile(r"\b(?!127\.0\.0\.1\b)(?:\d{1,3}\.){3}\d{1,3}\b"), "[address]"),
    (re.compile(r"(?i)\b(?:[0-9a-f]{1,4}:){3,7}[0-9a-f]{0,4}\b"), "[address]"),
    (re.compile(r"b'(?:\\x[0-9a-f]{2}|[^']){16,}'"), "[bytes]"),
)
_FORMAT: Final = logging.Formatter()


def redacted(text: str) -> str:
    """The text with everything struck out that could belong to a person."""
    for pattern, instead in _STRUCK:
        text = pattern.sub(instead, text)
    return text


class Redact(logging.Filter):
    """A logging filter that rewrites the message and the traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = redacted(record.getMessage())
        record.args = ()
        if record.exc_info and not record.exc_text:
            record.exc_text = _FORMAT.formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = redacted(record.exc_text)
        return True
