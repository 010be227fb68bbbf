"""What the sign-in leaves behind, deleted when its time is over.

In: rows whose time has come. Out: fewer rows. Next: the hotline's calendar and the gate's upkeep, which call
this again and again.
"""

from datetime import timedelta
from typing import Final

from repit.foundation.clock import now
from repit.foundation.staff import browsers
from repit.foundation.staff.models import Enrolment, LettingIn, Spent, Try
from repit.foundation.staff.sessions import SessionStore

GRACE: Final = timedelta(days=1)
"""A used code stays used for a day longer: a clock that runs ahead for a while makes none usable again."""


def sweep() -> None:
    """Sessions and links that have ended, tries that count no more, codes that nobody could use any more."""
    moment = now()
    SessionStore.clear_expired()
    browsers.delete_expired()
    Try.objects.filter(ends_at__lt=moment).delete()
    Spent.objects.filter(ends_at__lt=moment - GRACE).delete()
    for links in (Enrolment, LettingIn):
        links.objects.filter(ends_at__lt=moment).delete()
