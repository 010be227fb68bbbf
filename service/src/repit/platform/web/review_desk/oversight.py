"""What a supervisor sees: the whole queue, who holds what, how people are, who looked at what.

In: requests of supervisors. Out: pages; a claim freed, a budget set. Next: the supervisor. No media and no
evidence is shown here, and nobody is ranked.
"""

from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from repit.foundation import audit
from repit.foundation.clock import now
from repit.foundation.errors import InputRefused, NotFound, Text
from repit.foundation.models import AuditRow
from repit.foundation.staff.guards import needs
from repit.foundation.staff.models import Member
from repit.platform.review import deciding, let_go, opinions, queue, statements, wellbeing
from repit.platform.review.models import Review
from repit.platform.web.review_desk import record_words

_SHOWN: Final = 100


@require_GET
@needs("review.oversee")
def overview(request: HttpRequest, member: Member) -> HttpResponse:  # noqa: ARG001
    """Counts, claims, people."""
    queue.take_in()
    queue.free_overdue()
    people = Member.objects.filter(is_active=True, roles__role__in=("moderator", "senior")).distinct()
    words = {
        "counts": queue.counts(),
        "overdue": deciding.due_before(now()),
        "held": Review.objects.filter(holder__isnull=False, pending__isnull=True)
        .select_related("holder")
        .order_by("claimed_until"),
        "referred": Review.objects.filter(outcome="refer").order_by("-decided_at")[:_SHOWN],
        "recent": Review.objects.filter(state="decided").order_by("-decided_at")[:_SHOWN],
        "people": [(person, wellbeing.workload(person)) for person in people.order_by("name")],
        "opinions": opinions.counts(),
        "let_go": let_go.rows()[:_SHOWN],
        "audit_broken_at": audit.verify(),
    }
    return render(request, "review_desk/oversight.html", words)


@require_GET
@needs("review.oversee")
def record(request: HttpRequest, member: Member, name: str) -> HttpResponse:  # noqa: ARG001
    """One review: its steps, every look at it, statement of reasons, objections. Raises `NotFound`."""
    review = Review.objects.select_related("decision").filter(name=name).first()
    if review is None:
        raise NotFound
    statement = getattr(review, "statement", None)
    words = {
        "review": review,
        "steps": [
            (step, record_words.why(step)) for step in review.steps.select_related("member").order_by("pk")
        ],
        "accesses": [
            (row, record_words.action(row.action))
            for row in AuditRow.objects.filter(subject=name).order_by("sequence")
        ],
        "statement": statements.shown(statement, request.LANGUAGE_CODE) if statement else None,
        "objections": review.objections.order_by("number"),
    }
    return render(request, "review_desk/record.html", words)


@require_POST
@needs("review.oversee")
def free(request: HttpRequest, member: Member) -> HttpResponse:
    """End someone's claim."""
    queue.free(request.POST.get("name", ""), member)
    messages.info(request, _("It waits in the queue again."))
    return HttpResponseRedirect(reverse("review-oversee"))


@require_POST
@needs("review.oversee")
def refuse_again(request: HttpRequest, member: Member) -> HttpResponse:
    """Take back that a picture was let go here. Raises `NotFound`."""
    name = request.POST.get("name", "")
    if not let_go.refuse_again(name):
        raise NotFound
    audit.record(member.name, "refused here again", name[:100])
    messages.info(request, _("It is refused here again."))
    return HttpResponseRedirect(reverse("review-oversee"))


@require_POST
@needs("review.oversee")
def budget(request: HttpRequest, member: Member) -> HttpResponse:
    """Set how often someone may open media in a day; empty for the usual number."""
    raw = request.POST.get("budget", "").strip()
    if raw and not (raw.isascii() and raw.isdigit() and len(raw) <= 4):
        raise InputRefused(
            Text("A budget is a whole number.", "Un budget est un nombre entier."),
            Text("Leave it empty for the usual one.", "Laissez vide pour le nombre habituel."),
        )
    wellbeing.set_budget(request.POST.get("member", ""), int(raw) if raw else None, member)
    return HttpResponseRedirect(reverse("review-oversee"))
