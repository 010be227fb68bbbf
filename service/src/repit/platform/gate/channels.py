"""The channels through which uploads reach the gate.

In: nothing. Out: their names. Next: `inspection`, `policy`, `metrics`. Pure.

All are judged alike: what becomes of a kind of file is said in `kinds`, once for every channel.
"""

from typing import Final, Literal, get_args

Channel = Literal["check", "bare", "clamd", "icap", "s3", "synapse", "mastodon", "wordpress"]
"""`check` and `bare` are `/v1/check` and `/v1/refuse`, whose callers may name a product's channel instead."""
Named = Literal["s3", "synapse", "mastodon", "wordpress"]
"""Channels that callers over HTTP may say they stand in, so that the policy can tell them apart."""

CHANNELS: Final[tuple[Channel, ...]] = get_args(Channel)
DIRECT: Final = frozenset({"check", "bare"})
"""Where whoever calls has a file in hand; through the others every file of a platform passes, empty or
not."""
TWO_ANSWERS: Final = frozenset({"clamd", "icap"})
"""Which know yes and no, and no person in between."""
