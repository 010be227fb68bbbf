"""How long a caller waits, as its request says (RFC 7240).

In: the header `Prefer`. Out: `Preference`. Next: `views`. What is not understood is passed over, as the RFC
wants. A caller that waits longer than `REPIT_GATE_VIDEO_WAIT_SECONDS` says so, and a video is looked at for
as long, up to what any may take here.
"""

from dataclasses import dataclass
from typing import Final

from django.conf import settings
from pydantic import Field

from repit.platform.integrations.http_api.senders import SentBy

_ASYNC: Final = "respond-async"
APPLIED: Final = "Preference-Applied"
LONGEST: Final = 200


class Waiting(SentBy):
    """Of whom this upload is, and how long the caller waits."""

    prefer: str = Field(
        default="",
        alias="Prefer",
        description="`wait=10`: for so many seconds the caller waits while a video is looked at.",
    )


class Asking(SentBy):
    """The same of a caller who may come back."""

    prefer: str = Field(
        default="",
        alias="Prefer",
        description="`respond-async`: where looking at a video takes longer, answer 202 with an address to"
        " ask again; `wait=10`: after so many seconds.",
    )


@dataclass(frozen=True, slots=True)
class Preference:
    """`later`: whether to be given an address where it takes longer than `seconds`. `stated`: whether the
    caller said how long it waits, and so since it began to send."""

    later: bool
    seconds: float
    stated: bool = False

    def until(self, begun: float, whole: float) -> float:
        """When whoever began to ask, and was heard to the end, at these moments waits no longer."""
        return (begun if self.stated else whole) + self.seconds


def preference_of(header: str) -> Preference:
    """What a header says, as far as it is understood."""
    later, stated, seconds = False, False, float(settings.REPIT_GATE_VIDEO_WAIT_SECONDS)
    for part in header[:LONGEST].split(","):
        name, _, value = part.partition(";")[0].partition("=")
        name, value = name.strip().lower(), value.strip().strip('"')
        later = later or name == _ASYNC
        if name == "wait" and value.isascii() and value.isdigit():
            stated, seconds = True, float(value[:6])
    return Preference(later, seconds, stated)
