"""The inbox: what presses, in whose hands; found by a word, narrowed, in another order.

In: a caseworker with their keys. Out: one page. Next: `case_page`.

What is looked for goes with the sign-in, which is sealed under a key that only the browser has, and is
forgotten with the next visit of the whole list.
"""

from collections.abc import Sequence
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from repit.hotline.cases import worklist
from repit.hotline.cases.grants import Holder
from repit.hotline.cases.locations import Wishes
from repit.hotline.cases.tasks import Tasked
from repit.hotline.cases.urgency import Reason
from repit.hotline.cases.worklist import Elsewhere, Summary, Tray
from repit.hotline.web.desk import filtering, words
from repit.hotline.web.desk.filtering import PAGE, Choice
from repit.hotline.web.desk.showing import show
from repit.hotline.web.desk.unlocking import with_keys

_WORD: Final = "looked for in cases"
_LINE: Final = 90
Row = dict[str, Any]


@require_GET
@with_keys
def inbox(request: HttpRequest, holder: Holder) -> HttpResponse:
    """One's own cases, and what waits at the desk for those who take cases in."""
    if "found" not in request.GET:
        request.session.pop(_WORD, None)
    choice = filtering.chosen(request.GET.dict(), request.session.get(_WORD, ""))
    if "found" in request.GET and not choice.word:
        # Back, or in a second tab: the whole list must not stand under an address that says it was searched.
        return HttpResponseRedirect(choice.address(reverse("cases-inbox")))
    tray = worklist.tray(holder, opened=choice.show not in filtering.UNOPENED, addresses=bool(choice.word))
    return show(request, "inbox", _listed(choice, tray))


@sensitive_post_parameters("word")
@require_POST
@with_keys
def find(request: HttpRequest, holder: Holder) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Look for something: the word goes with the sign-in, the rest into the address."""
    choice = filtering.chosen(request.POST.dict(), request.POST.get("word", ""))
    request.session[_WORD] = choice.word
    return HttpResponseRedirect(choice.address(reverse("cases-inbox")))


def reasons(summary: Summary) -> list[Row]:
    """Why a case stands where it stands, in words."""
    return [
        {"code": reason, "text": words.REASONS[reason], "pressing": reason in words.PRESSING}
        for reason in summary.urgency.reasons
    ]


def wants(wishes: Wishes) -> list[Promise]:
    """What the person wants, in words."""
    return [words.WANTS[want] for want in wishes.wants]


def _listed(choice: Choice, tray: Tray) -> Row:
    new = tray.waiting.shown if tray.waiting else ()
    counts = {
        "all": tray.held + (tray.waiting.count - tray.waiting.more if tray.waiting else 0),
        "mine": tray.held,
        "new": tray.waiting.count if tray.waiting else 0,
        "others": len(tray.elsewhere or ()),
        "closed": len(tray.closed),
    }
    here = reverse("cases-inbox")
    tabs = [
        {
            "name": words.SHOWS[name],
            "count": counts[name],
            "address": Choice(name, word=choice.word).address(here),
            "here": name == choice.show,
        }
        for name in filtering.SHOWS
        if name in ("all", "mine", "closed") or tray.waiting is not None
    ]
    shown: Row = {
        "choice": choice,
        "tabs": tabs,
        "states": words.STATES_ASKED,
        "waits": words.WAITS_ASKED,
        "sorts": words.SORTS,
        "most": filtering.MAX_CHARACTERS,
        "whole": Choice(choice.show).address(here),
        "more": tray.waiting.more if tray.waiting and choice.show in ("all", "new") else 0,
    }
    if choice.show in filtering.UNOPENED:
        rows = tray.closed if choice.show == "closed" else tray.elsewhere or ()
        return {**shown, **_cut(choice, [each for each in rows if _is_meant(choice, each)]), "opened": False}
    of_both = sorted([*tray.mine, *new], key=lambda summary: (summary.urgency.rank, summary.case))
    cases = {"all": of_both, "mine": tray.mine, "new": new}[choice.show]
    cut = _cut(choice, filtering.applied(choice, cases))
    free = {summary.case for summary in new}
    return {**shown, **cut, "rows": [_row(each, each.case in free) for each in cut["rows"]], "opened": True}


def _cut(choice: Choice, found: Sequence[Any]) -> Row:
    """One page of what was found, and the way to the others."""
    pages = max(1, -(-len(found) // PAGE))
    page = min(choice.page, pages)
    here = reverse("cases-inbox")
    return {
        "rows": found[(page - 1) * PAGE : page * PAGE],
        "found": len(found),
        "page": page,
        "pages": pages,
        "before": choice.address(here, page=page - 1) if page > 1 else "",
        "after": choice.address(here, page=page + 1) if page < pages else "",
    }


def _is_meant(choice: Choice, case: Elsewhere) -> bool:
    texts = [case.label, *case.holders]
    return (not choice.state or case.state == choice.state) and filtering.matches(
        filtering.searched(choice.word), texts
    )


def _row(summary: Summary, free: bool) -> Row:
    last = summary.last
    return {
        "case": summary.case,
        "label": summary.label,
        "name": summary.name,
        "state": summary.state,
        "moved": summary.moved,
        "free": free,
        "why": [why for reason in summary.urgency.reasons for why in _why(summary, reason)],
        "last": _short(last.text) if last else "",
        "by_person": last is not None and last.by == "person",
    }


def _why(summary: Summary, reason: Reason) -> list[Row]:
    """A reason in words; of tasks which they are, and for how long they have been late."""
    pressing = reason in words.PRESSING
    if reason == "late":
        late = [task for task in summary.tasks if task.is_late]
        return [{"text": _late(task), "pressing": pressing} for task in late[:2]]
    if reason == "today" and summary.tasks:
        # All of them may have become late since the reason was found.
        to_do = next((task for task in summary.tasks if not task.is_late), summary.tasks[0])
        text = _("within 24 hours: %(task)s") % {"task": _named(to_do)}
        return [{"text": text, "pressing": pressing}]
    return [{"text": words.REASONS[reason], "pressing": pressing}]


def _late(task: Tasked) -> str:
    days, named = task.days_late, _named(task)
    if not days:
        return _("late since today: %(task)s") % {"task": named}
    text = ngettext("%(days)s day late: %(task)s", "%(days)s days late: %(task)s", days)
    return text % {"days": days, "task": named}


def _named(task: Tasked) -> str:
    return _short(task.text or str(words.TASKS[task.kind]))


def _short(text: str) -> str:
    line = " ".join(text.split())
    return f"{line[:_LINE].rstrip()}…" if len(line) > _LINE else line
