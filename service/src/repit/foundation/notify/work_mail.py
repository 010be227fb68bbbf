"""Mail to members of staff: that something new waits, at most once an hour, and nothing more.

In: where someone wants it; what waits for whom, from what the wings register. Out: mail. Next: they sign in.

Addresses are sealed under the operator's key. Of what waits a keyed digest is kept for each member who wants
mail, so that each thing is told once, whatever crashes: it is written down together with the mail's due time.
"""

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.db import transaction

from repit.foundation import audit
from repit.foundation.clock import now
from repit.foundation.errors import RepitError
from repit.foundation.ids import random_key
from repit.foundation.jobs.backoff import Backoff
from repit.foundation.jobs.claims import Claims
from repit.foundation.notify import quiet, smtp, wording
from repit.foundation.notify.models import Announced, WorkAddress
from repit.foundation.sealing import Place, keyed_digest, operator
from repit.foundation.staff.models import Member

LEASE: Final = timedelta(minutes=2)
AT_MOST_EVERY: Final = timedelta(hours=1)
TRIES: Final = 12
_USE: Final = "work address"
_claims: Final = Claims(
    WorkAddress.objects.select_related("member"), LEASE, Backoff(300.0, 6 * 3600.0, 0.25), most=TRIES
)
_log: Final = logging.getLogger(__name__)

Waiting = Callable[[Collection[Member]], Mapping[str, Collection[str]]]
"""For these members, by their name: what waits for them; each thing another string, which stays within."""
_SOURCES: Final[dict[str, Waiting]] = {}


@dataclass(frozen=True, slots=True, repr=False)
class Wish:
    """What a member wants; the address is for their own eyes. `trouble`: why the last mail did not go."""

    address: str
    zone: str
    quiet_from: int
    quiet_to: int
    trouble: str


def register(name: str, source: Waiting) -> None:
    """Ask this source from now on."""
    _SOURCES[name] = source


def wish(member: Member) -> Wish | None:
    """What this member asked for."""
    row = WorkAddress.objects.filter(member=member).first()
    if row is None:
        return None
    return Wish(_address(row), row.zone, row.quiet_from, row.quiet_to, row.trouble)


def ask(member: Member, address: str, zone: str, quiet_from: int, quiet_to: int) -> None:
    """Mail this member from now on; what waits already is known to them."""
    with transaction.atomic():
        row = WorkAddress.objects.select_for_update().filter(member=member).first()
        began = row is None
        row = row or WorkAddress(id=random_key(), member=member)
        row.version += 1
        row.sealed = operator(_USE).seal(address.encode(), _place(row))
        row.zone, row.quiet_from, row.quiet_to, row.trouble = zone, quiet_from, quiet_to, ""
        row.save()
        if began:
            _note(row, _waiting([member]).get(member.name, frozenset()))
        audit.record(member.name, "staff mail asked for", member.name)


def end(member: Member) -> None:
    """No more mail; the address is deleted."""
    with transaction.atomic():
        gone, _ = WorkAddress.objects.filter(member=member).delete()
        if gone:
            audit.record(member.name, "staff mail ended", member.name)


def look() -> None:
    """Whether something new waits for anyone who wants mail; those of members who left are deleted."""
    WorkAddress.objects.filter(member__is_active=False).delete()
    rows = list(WorkAddress.objects.select_related("member"))
    if not rows:
        return
    waiting = _waiting([row.member for row in rows])
    for row in rows:
        with transaction.atomic():
            if _note(row, waiting.get(row.member.name, frozenset())):
                _plan(row)


def deliver() -> bool:
    """One mail that is due; whether there was one."""
    row = _claims.claim()
    if row is None:
        return False
    if not row.member.is_active:
        row.delete()
        return True
    try:
        subject, body = wording.to_staff(row.member.language)
        smtp.send([_address(row)], subject, body)  # to one: taken, or refused by an error
    except RepitError as error:
        _log.warning("a mail to a member of staff waits: %s", error.code)
        _claims.fail(row, error.code)
    else:
        _claims.end(row, not_before=now() + AT_MOST_EVERY)
    return True


def _waiting(members: Collection[Member]) -> dict[str, set[bytes]]:
    """For each member, marks of what waits for them. Raises what a source raises."""
    found: dict[str, set[bytes]] = {member.name: set() for member in members}
    for name, source in list(_SOURCES.items()):
        for who, things in source(members).items():
            found.setdefault(who, set()).update(
                keyed_digest("waits for staff", name.encode(), who.encode(), thing.encode())[:16]
                for thing in things
            )
    return found


def _note(row: WorkAddress, marks: Collection[bytes]) -> bool:
    """Keep what waits now in place of what waited; whether anything of it is new."""
    known = {bytes(each.mark): each for each in row.announced.all()}
    gone = [each.pk for mark, each in known.items() if mark not in marks]
    Announced.objects.filter(pk__in=gone).delete()
    fresh = [Announced(id=random_key(), address=row, mark=mark) for mark in marks if mark not in known]
    Announced.objects.bulk_create(fresh, ignore_conflicts=True)
    return bool(fresh)


def _plan(row: WorkAddress) -> None:
    """The next mail; one that is planned already tells of this, too."""
    earliest = max(now(), row.not_before or now())
    due = quiet.next_mail(earliest, row.zone, row.quiet_from, row.quiet_to)
    WorkAddress.objects.filter(pk=row.pk, due_at__isnull=True).update(due_at=due, attempts=0)


def _address(row: WorkAddress) -> str:
    return operator(_USE).open(bytes(row.sealed), _place(row)).decode()


def _place(row: WorkAddress) -> Place:
    return Place("notify_workaddress", f"{row.id}/{row.member_id}", "sealed", row.version)
