"""A way in for a member whom strangers hold up: a link that makes their browser known.

In: a supervisor's or an administrator's wish; later the link, opened by its member. Out: the link's secret,
shown once; a browser that counts its own tries. Next: `people`, `views`, the command line.

The link stands for neither password nor second factor: both are asked for as ever. It holds for a day, once;
the database keeps a keyed digest of its 160 random bits.
"""

from datetime import timedelta
from typing import Final

from django.db import transaction
from django.http import HttpRequest, HttpResponse

from repit.foundation import audit
from repit.foundation.clock import now
from repit.foundation.errors import NotFound
from repit.foundation.ids import token
from repit.foundation.sealing import keyed_digest
from repit.foundation.staff import browsers
from repit.foundation.staff.models import LettingIn, Member

HOLDS: Final = timedelta(days=1)


def give(name: str, *, actor: str) -> str:
    """The secret of a new link; one from before stops working. Raises `NotFound`."""
    secret = token(160)
    with transaction.atomic():
        member = Member.objects.named(name)
        if member is None or not member.is_active:
            raise NotFound
        row = {"digest": _digest(secret), "ends_at": now() + HOLDS}
        LettingIn.objects.update_or_create(member=member, defaults=row)
        audit.record(actor, "staff link given", member.name)
    return secret


def whose(secret: str) -> Member | None:
    """The member whose link this is, while it holds."""
    found = LettingIn.objects.filter(digest=_digest(secret), ends_at__gt=now()).select_related("member")
    row = found.first()
    return row.member if row and row.member.is_active else None


def use(secret: str, request: HttpRequest, answer: HttpResponse) -> None:
    """Use a link up: the browser of this request knows its member. Raises `NotFound`."""
    with transaction.atomic():
        member = whose(secret)
        used, _ = LettingIn.objects.filter(digest=_digest(secret)).delete()
        if member is None or not used:
            raise NotFound  # or someone else was quicker
        browsers.remember(request, answer, member)
        audit.record(member.name, "staff link used", member.name)


def _digest(secret: str) -> bytes:
    return keyed_digest("staff letting in", secret.encode())
