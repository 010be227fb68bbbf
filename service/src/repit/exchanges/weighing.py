"""How much a partner's page would take in memory, before it is read.

In: a page of JSON or XML as it came. Out: its value, or a refusal. Next: every protocol's `wire`. Pure: no
framework, no network, no clock.

A page is small on the wire: three bytes make an empty list, which takes sixty in memory, and an element of
XML takes a hundred. So its signs are counted first: no honest page has as many as are allowed here, and what
is allowed takes less than 200 MiB.
"""

import json
from typing import Final
from xml.etree.ElementTree import Element, ParseError, fromstring

from repit.foundation.errors import WireRefused

MOST_PARTS: Final = 250_000
"""Lists and objects, or elements and their attributes."""
MOST_VALUES: Final = 2_000_000


def json_of(raw: bytes | str) -> object:
    """The value of a page, or of a line. Raises `WireRefused`."""
    open_list, open_object, comma = ("[", "{", ",") if isinstance(raw, str) else (b"[", b"{", b",")
    parts = raw.count(open_list) + raw.count(open_object)  # type: ignore[arg-type]
    if parts > MOST_PARTS or raw.count(comma) > MOST_VALUES:  # type: ignore[arg-type]
        raise WireRefused(detail="more in one page than can be")
    try:
        value: object = json.loads(raw)
    except (ValueError, RecursionError):
        raise WireRefused(detail="not JSON") from None
    return value


def xml_of(raw: bytes) -> Element:
    """The root of a page; a document type or an entity is never shown to the parser. Raises `WireRefused`."""
    if raw.count(b"<") + raw.count(b"=") > MOST_PARTS:
        raise WireRefused(detail="more in one page than can be")
    try:
        text = raw.decode()
        if "<!" in text or "\0" in text:
            raise WireRefused(detail="not plain XML")
        return fromstring(text)  # noqa: S314
    except (UnicodeDecodeError, ParseError, ValueError, RecursionError):
        raise WireRefused(detail="not XML") from None
