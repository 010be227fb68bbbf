"""The doors through which uploads reach the gate, and what differs from one to another.

In: a door's name, the first bytes of a file. Out: whether the file is one that this door need not decide.
Next: `inspection`, `policy`. Pure.

Antivirus doors, storage and chat servers see every file of a platform: letters, archives, films, and from
encrypted rooms what looks like noise. A file that is no picture is compared there as a whole file, by its
digests, and is not "undecided" for that.
"""

from typing import Final, Literal, get_args

Door = Literal["check", "bare", "clamd", "icap", "s3", "synapse", "mastodon", "wordpress"]
"""`check` and `bare` are `/v1/check` and `/v1/refuse`, whose callers may name a product's door instead."""

DOORS: Final[tuple[Door, ...]] = get_args(Door)
NAMED: Final[tuple[Door, ...]] = ("s3", "synapse", "mastodon", "wordpress")
"""Doors that callers over HTTP may say they stand in, so that the policy can tell them apart."""
SEEN_WHOLE: Final = frozenset({"clamd", "icap", "s3", "synapse", "mastodon", "wordpress"})
"""Doors that every file of a platform passes."""

_NO_PICTURE: Final = frozenset({"not-a-picture", "empty-file"})
_OTHER_MEDIA: Final = (
    b"%PDF",
    b"%!PS",
    b"\xc5\xd0\xd3\xc6",
    b"\x1aE\xdf\xa3",
    b"\0\0\1\xba",
    b"OggS",
    b"RIFF",
)


def need_not_decide(door: str, reason: str, head: bytes) -> bool:
    """Whether a file that could not be looked at for this reason is no picture anyway, at such a door.

    A picture in a format that is shown by browsers but not read here stays undecided.
    """
    if door not in SEEN_WHOLE:
        return False
    if reason in _NO_PICTURE:
        return True
    return reason == "unsupported-picture" and (head.startswith(_OTHER_MEDIA) or head[4:8] == b"ftyp")
