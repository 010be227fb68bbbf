"""What the sign-in leaves behind, deleted when its time is over.

In: rows whose time has come. Out: fewer rows. Next: the hotline's calendar and the gate's upkeep, which call
this again and again.
"""

from repit.foundation.clock import now
from repit.foundation.staff import browsers
from repit.foundation.staff.models import Enrolment, LettingIn
from repit.foundation.staff.sessions import SessionStore


def sweep() -> None:
    """Sessions and links that have ended, browsers that nobody came back with."""
    moment = now()
    SessionStore.clear_expired()
    browsers.delete_expired()
    for links in (Enrolment, LettingIn):
        links.objects.filter(ends_at__lt=moment).delete()
