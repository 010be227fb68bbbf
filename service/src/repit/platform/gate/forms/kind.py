"""What a message says its body is.

In: the values of its Content-Type. Out: the boundary of a form, or that it is none; `Odd`. Next: `reader`.
Pure.

PHP takes the first text like "boundary", others the parameter of that name, some the last of two, some
accept a comma or a capital letter. The one spelling let through here is read alike by all of them: browsers,
curl and the usual libraries write it.
"""

import re
from collections.abc import Sequence
from typing import Final

UNKNOWN: Final = "unknown-form"
_CHARSET: Final = r'(?:; ?charset="?(?i:utf-8|us-ascii|iso-8859-1|windows-1252)"?)?'
_BARE: Final = r"[0-9A-Za-z'+_.\-]{1,70}"
_QUOTED: Final = r"[0-9A-Za-z'()+_./:=?\-]{1,70}"
_FORM: Final = re.compile(
    rf'multipart/form-data{_CHARSET}; ?boundary=(?:({_BARE})|"({_QUOTED})"){_CHARSET};?', re.ASCII
)
_LETTER: Final = re.compile(r"[0-9A-Za-z]")
_TEXT: Final = re.compile(
    r"\s*(?:application/x-www-form-urlencoded|text/(?:plain|xml|json)|application/(?:[\w.+-]*\+)?(?:json|xml)"
    r"|application/(?:graphql|csp-report|javascript))\b",
    re.IGNORECASE,
)
_XML: Final = re.compile(r"\s*(?:text|application)/(?:[\w.-]+\+)?xml\b", re.IGNORECASE)
_SHOWN: Final = re.compile(r"\s*\w+/(?:svg|xhtml)\+", re.IGNORECASE)


class Odd(Exception):
    """Others may read this differently; `reason` is a short code."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


def boundary_of(kinds: Sequence[str]) -> bytes | None:
    """The boundary of a form; None if this is no form of several parts. Raises `Odd`."""
    words = " ".join(kinds).lower()
    if "multipart" not in words and "boundary" not in words:
        return None
    found = _FORM.fullmatch(kinds[0]) if len(kinds) == 1 else None
    if found is None:
        raise Odd(UNKNOWN)
    boundary = found[1] or found[2]
    if _LETTER.search(boundary) is None:
        raise Odd(UNKNOWN)
    return boundary.encode("ascii")


def is_text(kinds: Sequence[str]) -> bool:
    """Whether the body is text in which programs send each other pictures, as base64 for instance."""
    return any(_TEXT.match(kind) for kind in kinds)


def is_message(kinds: Sequence[str]) -> bool:
    """Whether the body is XML that programs send each other, and no drawing or page by its own word."""
    return any(_XML.match(kind) and not _SHOWN.match(kind) for kind in kinds)
