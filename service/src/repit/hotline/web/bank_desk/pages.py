"""The pages of the bank desk: what waits, one item, what is decided.

In: requests of members who may decide about items. Out: pages. Next: `hotline.curation` carries out what is
decided.
"""

from dataclasses import replace
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from repit.foundation import audit
from repit.foundation.errors import RepitError
from repit.foundation.staff.guards import needs
from repit.foundation.staff.models import Member
from repit.foundation.web.complaints import about, complain
from repit.hotline import curation
from repit.hotline.bank.models import Transition
from repit.hotline.web.bank_desk import reasons, words

_STEPS: Final = 50


@require_GET
@needs("bank.decide")
def questions(request: HttpRequest, member: Member) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Everything that waits for a person, and the alarms."""
    rows = [replace(row, reason=reasons.shown(row.reason)) for row in curation.waiting()]
    alarms = curation.alarms()
    alarmed = {row.subscriber.name for row in alarms}
    shown = {
        "alarms": [(row, words.MOVED.get(row.what, row.what)) for row in alarms],
        "muted": [name for name in curation.muted() if name not in alarmed],
        "asked": [row for row in rows if row.asked][: curation.SHOWN],
        "suspended": [row for row in rows if not row.asked and row.state == "disputed"][: curation.SHOWN],
        "received": [row for row in rows if not row.asked and row.state == "received"][: curation.SHOWN],
        "count": len(rows),
    }
    return render(request, "bank_desk/questions.html", shown)


@require_GET
@needs("bank.decide")
def item(request: HttpRequest, member: Member, item: str) -> HttpResponse:
    """One item: counts, opinions, steps; and what may be decided. Raises `NotFound`."""
    shown = curation.show(item)
    audit.record(member.name, "item looked at", shown.item)
    return _item(request, shown)


@require_POST
@needs("bank.decide")
def decide(request: HttpRequest, member: Member, item: str) -> HttpResponse:
    """Carry a decision out. What was typed stays on the page where it cannot be."""
    why = request.POST.get("why", "").strip()
    try:
        curation.decide(item, request.POST.get("what", ""), why, member.name)
    except RepitError as refused:
        complain(request, about("" if why else "why", refused))
        answer = _item(request, curation.show(item), why=why)
        answer.status_code = refused.status
        answer.is_final = True  # type: ignore[attr-defined]
        return answer
    messages.info(request, _("Done. Subscribers are told."))
    return HttpResponseRedirect(reverse("bank-questions"))


@require_POST
@needs("bank.decide")
def alarm(request: HttpRequest, member: Member) -> HttpResponse:
    """An alarm was seen to. Raises `NotFound`."""
    again = request.POST.get("what") == "again"
    curation.see_to(request.POST.get("subscriber", ""), counts_again=again, actor=member.name)
    messages.info(request, _("Noted."))
    return HttpResponseRedirect(reverse("bank-questions"))


def _item(request: HttpRequest, shown: curation.Shown, why: str = "") -> HttpResponse:
    context: dict[str, Any] = {
        "item": shown,
        "state": words.STATES.get(shown.state, shown.state),
        "kind": words.KINDS.get(shown.kind, shown.kind),
        "opinions": [(opinion, words.VIEWS.get(opinion.view, opinion.view)) for opinion in shown.opinions],
        "silent": [counted for counted in shown.counted if counted.people and not counted.spoken],
        "reason": "" if shown.question is None else reasons.shown(shown.question.reason),
        "answers": [(answer, words.DECISIONS[answer.decision]) for answer in shown.answers],
        "steps": [_step(step) for step in shown.steps[-_STEPS:]],
        "why": why,
    }
    return render(request, "bank_desk/item.html", context)


def _step(row: Transition) -> dict[str, Any]:
    return {
        "at": row.when,
        "before": words.STATES.get(row.before, "–"),
        "after": words.STATES.get(row.after, row.after),
        "reason": reasons.shown(row.reason),
        "actor": reasons.shown(row.actor),
    }
