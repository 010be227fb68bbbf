"""The channels through which uploads reach the gate, and what differs from one to another.

In: a channel's name, the kind of a file that was not looked at. Out: what it is for such a channel. Next:
`inspection`, `policy`. Pure.

Antivirus channels, storage and chat servers see every file of a platform: letters, archives, films, and from
encrypted rooms what looks like noise. A file that nobody shows as a picture is compared there as a whole
file, by its digests, and is not "undecided" for that. A film, a page or a drawing is: a viewer shows it, and
the gate did not look.
"""

from typing import Final, Literal, get_args

from repit_engine.picture.kinds import Kind

Left = Literal["no-picture", "film", "page", "undecided"]
"""`film`, `page`: what is not opened by anybody here, and may show what is known."""
Channel = Literal["check", "bare", "clamd", "icap", "s3", "synapse", "mastodon", "wordpress"]
"""`check` and `bare` are `/v1/check` and `/v1/refuse`, whose callers may name a product's channel instead."""
Named = Literal["s3", "synapse", "mastodon", "wordpress"]
"""Channels that callers over HTTP may say they stand in, so that the policy can tell them apart."""

CHANNELS: Final[tuple[Channel, ...]] = get_args(Channel)
SEEN_WHOLE: Final = frozenset({"clamd", "icap", "s3", "synapse", "mastodon", "wordpress"})
"""Channels that every file of a platform passes."""

_NO_PICTURE: Final = frozenset({"not-a-picture", "empty-file", "unsupported-picture"})
_UNOPENED: Final[dict[Kind, Left]] = {Kind.FILM: "film", Kind.PAGE: "page"}


def left_undone(channel: str, reason: str, kind: Kind) -> Left:
    """What a file of this kind is that could not be looked at for this reason.

    At channels for pictures, whatever is sent is asked about as a picture.
    """
    if channel not in SEEN_WHOLE or reason not in _NO_PICTURE:
        return "undecided"
    return "no-picture" if kind is Kind.OTHER else _UNOPENED.get(kind, "undecided")
