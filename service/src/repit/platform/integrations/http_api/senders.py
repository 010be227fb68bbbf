"""Who sends, as far as the platform tells.

In: a request. Out: a text that tells senders apart. Next: uploads take turns by it at the decoders, and an
account's matches of one item count once (`repit.platform.gate.senders`); it is kept nowhere else.

A platform may send `Repit-Sender` with each upload: a word of its own for the account or address behind it,
best a digest. Without it all uploads of one key, or from one address, are of one sender.
"""

from typing import Final

from django.http import HttpRequest
from pydantic import Field

from repit.foundation.web.api.reading import Parameters
from repit.platform.gate.senders import LONGEST

HEADER: Final = "Repit-Sender"


class SentBy(Parameters):
    """Of whom this upload is."""

    sender: str = Field(
        default="",
        alias=HEADER,
        description=f"An opaque name of the account: senders take turns, and each counts once. What goes"
        f" beyond {LONGEST} characters is not read.",
    )


def sender_of(request: HttpRequest) -> str:
    """What tells this sender from others."""
    key = request.headers.get("Authorization", "")
    name = request.headers.get(HEADER, "") or request.META.get("REMOTE_ADDR", "")
    return f"{key} {name[:LONGEST]}"
