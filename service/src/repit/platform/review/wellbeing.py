"""Breaks and the exposure budget of those who do this all day.

In: what a member does at the desk. Out: whether they may go on, and whether media may be opened. Next: the
desk, which says why and until when.

After a stretch without ten minutes' rest (REPIT_REVIEW_STRETCH_MINUTES) the desk gives no more work until the
rest is over. Each opening of media counts against the day's budget (REPIT_REVIEW_LOOKS, or the member's own,
set by a supervisor); beyond it decisions rest on the evidence alone, which is the usual way. A break may be
taken at any time. Nothing of this is a measure of anyone's work, and no page ranks people by it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db.models import F

from repit.foundation import audit
from repit.foundation.clock import now
from repit.foundation.errors import NotFound
from repit.foundation.staff.models import Member
from repit.platform.review.models import Worker

REST: Final = timedelta(minutes=10)
UNDO_SECONDS: Final = (10, 30, 100)


@dataclass(frozen=True, slots=True)
class Workload:
    """`resting_until`: no work before then. `looks_left`: openings of media left today."""

    resting_until: datetime | None
    minutes_worked: int
    looks: int
    looks_left: int
    decisions: int
    shortcuts: bool
    budget: int | None
    undo_seconds: int


def workload(member: Member) -> Workload:
    """How a member stands now. A rest that is due begins here."""
    worker = _today(member)
    moment = now()
    stretch = timedelta(minutes=settings.REPIT_REVIEW_STRETCH_MINUTES)
    if worker.resting_until is None and worker.began_at and moment - worker.began_at >= stretch:
        worker.resting_until = moment + REST
        Worker.objects.filter(pk=worker.pk).update(resting_until=worker.resting_until)
    if worker.resting_until is not None and moment >= worker.resting_until:
        Worker.objects.filter(pk=worker.pk).update(resting_until=None, began_at=None)
        worker.resting_until = worker.began_at = None
    worked = moment - worker.began_at if worker.began_at else timedelta()
    budget = settings.REPIT_REVIEW_LOOKS if worker.budget is None else worker.budget
    return Workload(
        worker.resting_until,
        int(worked.total_seconds() // 60),
        worker.looks,
        max(0, budget - worker.looks),
        worker.decisions,
        worker.shortcuts,
        worker.budget,
        worker.undo_seconds,
    )


def at_work(member: Member) -> None:
    """Note that a member works now."""
    worker, moment = _today(member), now()
    rested = worker.last_at is None or moment - worker.last_at >= REST
    began = moment if rested or worker.began_at is None else worker.began_at
    Worker.objects.filter(pk=worker.pk).update(began_at=began, last_at=moment)


def rest(member: Member) -> None:
    """A break, from now."""
    worker = _today(member)
    Worker.objects.filter(pk=worker.pk).update(resting_until=now() + REST)


def back(member: Member) -> None:
    """End a break that one took oneself; one that was due lasts its time."""
    worker = _today(member)
    stretch = timedelta(minutes=settings.REPIT_REVIEW_STRETCH_MINUTES)
    if worker.began_at is None or now() - worker.began_at < stretch:
        Worker.objects.filter(pk=worker.pk).update(resting_until=None)


def looked(member: Member) -> bool:
    """Count one opening of media; False where the day's budget is used up, and nothing is opened."""
    worker = _today(member)
    budget = settings.REPIT_REVIEW_LOOKS if worker.budget is None else worker.budget
    counted = Worker.objects.filter(pk=worker.pk, looks__lt=budget).update(looks=F("looks") + 1)
    return bool(counted)


def decided(member: Member) -> None:
    """Count one decision."""
    worker = _today(member)
    Worker.objects.filter(pk=worker.pk).update(decisions=F("decisions") + 1)


def set_budget(name: str, budget: int | None, by: Member) -> None:
    """A supervisor sets how often a member may open media in a day. Raises `NotFound`."""
    member = Member.objects.filter(name=name).first()
    if member is None:
        raise NotFound
    Worker.objects.filter(pk=_today(member).pk).update(budget=budget)
    audit.record(by.name, "review budget set", member.name, "default" if budget is None else str(budget))


def set_shortcuts(member: Member, *, on: bool) -> None:
    """Whether single keys act on the desk (WCAG 2.1.4 asks that they can be turned off)."""
    Worker.objects.filter(pk=_today(member).pk).update(shortcuts=on)


def set_undo_seconds(member: Member, seconds: int) -> None:
    """How long a decision of theirs can be undone. Ten seconds are too short for some: whoever reads slowly,
    or has a screen read to them, may have ten times as long (WCAG 2.2.1). Other numbers change nothing."""
    if seconds in UNDO_SECONDS:
        Worker.objects.filter(pk=_today(member).pk).update(undo_seconds=seconds)


def _today(member: Member) -> Worker:
    """The member's row, its counts begun anew on a new day (UTC)."""
    worker, _ = Worker.objects.get_or_create(member=member)
    today = now().date()
    if worker.day != today:
        Worker.objects.filter(pk=worker.pk, day=worker.day).update(day=today, looks=0, decisions=0)
        worker.refresh_from_db()
    return worker
