"""What happened to an upload so far, and what comes next, with the days.

In: how a decision stands. Out: `Point`s, oldest first. Next: `views`. No person is named, and nothing is said
of looks that are not an answer yet but that somebody has begun.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from repit.platform.review.decision_status import DecisionStatus
from repit.platform.review.models import Appeal, Step
from repit.platform.review.states import OPEN

When = Literal["past", "now", "next"]


@dataclass(frozen=True, slots=True)
class Point:
    """`at`: when it was, or by when it will be; None for no day. `days`: in words, where that helps."""

    what: str
    at: datetime | None
    when: When
    days: str = ""


def of(status: DecisionStatus, moment: datetime) -> list[Point]:
    """Everything, with what is under way and what comes next."""
    decision = status.decision
    points = [Point(_begun(decision.outcome), decision.at, "past")]
    if status.review is not None and decision.outcome == "review" and not status.automated:
        points += _first_look(status)
    for objection in status.objections:
        points += _objected(objection, status)
    waits = any(objection.answered_at is None for objection in status.objections)
    if waits or status.state == "waiting":
        points.append(_due(status, moment))
    return points


def _begun(outcome: str) -> str:
    if outcome == "block":
        return _("A program refused the upload")
    if outcome == "allow":
        return _("A program let the upload through")
    return _("A program asked people to look")


def _first_look(status: DecisionStatus) -> list[Point]:
    """What people decided before anybody objected."""
    review = status.review
    if review is None or status.outcome is None or review.decided_at is None:
        return []
    first = status.objections[0].at if status.objections else None
    if first is not None and review.decided_at > first:
        return []
    text = _("People let it through") if status.outcome == "allow" else _("People decided not to publish it")
    return [Point(text, review.decided_at, "past")]


def _objected(objection: Appeal, status: DecisionStatus) -> list[Point]:
    points = [Point(_("Your objection came in"), objection.at, "past")]
    if objection.answered_at is not None:
        days = (objection.answered_at - objection.at).days
        after = ngettext("after %(days)s day", "after %(days)s days", days) % {"days": days} if days else ""
        points.append(Point(_("Answered"), objection.answered_at, "past", after))
        return points
    seen = (
        Step.objects.filter(review=status.review, after__in=OPEN, at__gte=objection.at).order_by("pk").first()
    )
    if seen is not None:
        points.append(Point(_("Somebody has begun to look at it"), seen.at, "now"))
    return points


def _due(status: DecisionStatus, moment: datetime) -> Point:
    if status.due_at is None or status.due_at < moment:
        return Point(_("You get an answer; it is late, and still comes"), None, "next")
    days = (status.due_at - moment).days
    soon = ngettext("in %(days)s day", "in %(days)s days", days) % {"days": days}
    left = soon if days else _("today or tomorrow")
    return Point(_("You get an answer, at the latest"), status.due_at, "next", left)
