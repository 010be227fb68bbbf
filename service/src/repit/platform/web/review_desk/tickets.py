"""A permission to open one upload once, within a minute.

In: a member and a review that they hold. Out: a signed ticket; the same, checked. Next: `views.media_bytes`.
Opening is a POST (it counts and is written down); a picture is fetched by GET, and must not be opened by
whoever gets hold of an address.
"""

from datetime import timedelta
from typing import Final

from django.core import signing

from repit.foundation.limits import once

SECONDS: Final = 60
_SALT: Final = "review media"


def issue(member: int, review: str) -> str:
    """A ticket."""
    return signing.dumps([member, review], salt=_SALT)


def used(ticket: str, member: int, review: str) -> bool:
    """Whether this is such a ticket, not used before; it is used now."""
    try:
        content = signing.loads(ticket, salt=_SALT, max_age=SECONDS)
    except signing.BadSignature:
        return False
    lasts = timedelta(seconds=SECONDS * 2)
    return content == [member, review] and once.spend("review ticket", ticket.encode(), lasts=lasts)
