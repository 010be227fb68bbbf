"""The HTTP heads that ICAP carries: what they say of the body, and whether everybody reads them alike.

In: a head as it was sent. Out: the values of its headers; of a request also whether it is plainly written.
Next: `bodies`. Pure.

A site's own server reads the same head once more. Where a line is folded, ends in one character, has a space
before its colon, or spells a name with an underscore, one server sees the header and another does not.
"""

import re
from typing import Final

_LOSSLESS: Final = "latin-1"
_START: Final = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,40} [^\x00-\x20\x7f]+ HTTP/\d(?:\.\d)?")
_LINE: Final = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]{1,256}):[ \t]*[^\x00-\x08\x0a-\x1f\x7f]*")
_OF_BODIES: Final = frozenset({b"content-type", b"content-length", b"content-encoding", b"transfer-encoding"})
_ONCE: Final = frozenset({b"content-type", b"transfer-encoding"})


def values(head: bytes, name: str) -> list[str]:
    """All values of a header, folded lines unfolded."""
    lines = re.sub(rb"\r?\n[ \t]+", b" ", head).splitlines()[1:]
    pairs = [line.partition(b":") for line in lines]
    wanted = name.encode("ascii")
    return [value.strip().decode(_LOSSLESS) for key, _, value in pairs if key.strip().lower() == wanted]


def length(head: bytes) -> int | None:
    """The length of the body, if one is said; -1 where that is no number, or several."""
    lengths = {part.strip() for value in values(head, "content-length") for part in value.split(",")}
    if not lengths:
        return None
    number = lengths.pop()
    return int(number) if not lengths and re.fullmatch(r"[0-9]{1,18}", number) else -1


def is_plain(head: bytes) -> bool:
    """Whether a request's head has one meaning only."""
    start, *lines = head.removesuffix(b"\r\n\r\n").split(b"\r\n")
    found = [_LINE.fullmatch(line) for line in lines]
    names = [match[1].lower() for match in found if match is not None]
    if not head.endswith(b"\r\n\r\n") or len(names) != len(lines) or _START.fullmatch(start) is None:
        return False
    if any(names.count(name) > 1 for name in _ONCE):
        return False
    return not any(b"_" in name and name.replace(b"_", b"-") in _OF_BODIES for name in names)
