"""Where whoever sent an upload reads why it was refused, and objects.

In: settings, the number of a decision. Out: an address, or nothing where the operator wants no such page.
Next: refusals at every channel that has words; `web.objection_page`, which answers there.

The number is drawn at random from 2^128 and is given to the platform and the sender alone: whoever has it may
read the reasons of that one decision, and object to it.
"""

from urllib.parse import urlsplit

from django.conf import settings


def address(number: str | None) -> str | None:
    """The page of that decision."""
    if not number or not settings.REPIT_GATE_OBJECTIONS:
        return None
    return f"{settings.REPIT_ADDRESS}/objection/{number}/"


def site() -> str:
    """The platform's own name, for its senders."""
    return settings.REPIT_GATE_NAME or urlsplit(settings.REPIT_ADDRESS).hostname or "Répit"
