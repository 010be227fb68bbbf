"""Things that work once, in all processes together: a code of an app, a ticket.

In: what is used up, and until when it could be used. Out: whether this was the first time. Next:
`staff.factors`, the review desk's tickets. The database's own uniqueness decides between two at the same
moment. A row is a keyed digest, and goes when what it stands for could not be used any more (`retention`).
"""

from datetime import timedelta

from django.db import IntegrityError, transaction

from repit.foundation.clock import now
from repit.foundation.limits.models import Spent
from repit.foundation.sealing import keyed_digest


def spend(use: str, *parts: bytes, lasts: timedelta) -> bool:
    """Use it up; False where it was used before."""
    try:
        with transaction.atomic():
            Spent.objects.create(digest=keyed_digest(f"once {use}", *parts).hex(), ends_at=now() + lasts)
    except IntegrityError:
        return False
    return True
