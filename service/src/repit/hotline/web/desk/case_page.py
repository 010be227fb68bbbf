"""One case on the desk: read, answer, tick off, note what is to be done, hand on, close.

In: a caseworker with their keys. Out: pages; each view makes one call to `cases`. Next: the person's page,
which shows the answer; the inbox, which sorts by what was noted here.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, Final, cast

from csp.decorators import csp_update
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from repit.foundation import moments
from repit.foundation.clock import now
from repit.foundation.errors import InputRefused, RepitError, Text, TooLarge
from repit.foundation.staff import drafts
from repit.foundation.staff.models import Member
from repit.foundation.web.complaints import about, complain
from repit.hotline.cases import (
    aliases,
    casework,
    caseworkers,
    checklist,
    closing,
    locations,
    naming,
    stays,
    tasks,
    thread,
    worklist,
)
from repit.hotline.cases.casefile import Casefile
from repit.hotline.cases.checklist import Checklist
from repit.hotline.cases.grants import Holder
from repit.hotline.cases.tasks import TaskKind
from repit.hotline.web.desk import case_links, log_words, words
from repit.hotline.web.desk.inbox import reasons, wants
from repit.hotline.web.desk.showing import show
from repit.hotline.web.desk.unlocking import with_keys

View = Callable[..., HttpResponse]
Action = Callable[[HttpRequest, Casefile], bool | None]
Fields = Mapping[type[RepitError], str]
_OF_A_TASK: Final[Fields] = {
    tasks.TaskWithoutWords: "what",
    tasks.TaskTooLong: "what",
    tasks.NoSuchAddress: "location",
    tasks.TooManyTasks: "",
}
# While someone writes, the page says so to the server, so that the sign-in does not end under their hands.
_STAYS = cast("Callable[[View], View]", csp_update({"connect-src": ["'self'"]}))


@require_GET
@_STAYS
@with_keys
def case(request: HttpRequest, holder: Holder, case: int) -> HttpResponse:
    """The whole case. Raises `NotFound` where it is not this caseworker's."""
    return _page(request, casework.file_of(holder, case))


@require_GET
@with_keys
def log(request: HttpRequest, holder: Holder, case: int) -> HttpResponse:
    """Every access to the case and everything that was done."""
    file = casework.file_of(holder, case)
    rows = [
        {"stay": stay, "whats": [log_words.shown(what) for what in stay.whats]}
        for stay in stays.of(casework.access_log(file))
    ]
    shown = {"case": case, "label": worklist.label(case), "stays": rows}
    return show(request, "log", shown)


def _action(act: Action, anchor: str = "", field: str = "", other: Fields = MappingProxyType({})) -> View:
    """A view that does one thing to a case, once; a refusal comes back on the page, with what was typed,
    about this field, or about the other one that it names. An action says so where the case is out of one's
    hands after it."""

    @require_POST
    @_STAYS
    @with_keys
    def view(request: HttpRequest, holder: Holder, case: int) -> HttpResponse:
        def acted() -> HttpResponse:
            # Within: the same form, sent before, may have let go of the case.
            file, here = casework.file_of(holder, case), reverse("cases-case", args=[case])
            try:
                gone = act(request, file)
            except (InputRefused, TooLarge) as refused:
                complain(request, about(other.get(type(refused), field), refused))
                return _page(request, file, refused)
            drafts.sent(request, here)
            return HttpResponseRedirect(reverse("cases-inbox") if gone else here + anchor)

        return drafts.once_only(request, acted)

    return view


def _answer(request: HttpRequest, file: Casefile) -> None:
    thread.write(file, request.POST.get("text", ""))
    messages.info(request, _("Sent. The person sees it when they come back."))


def _name(request: HttpRequest, file: Casefile) -> None:
    naming.call(file, request.POST.get("name", ""))


def _take(request: HttpRequest, file: Casefile) -> None:
    casework.take(file)
    messages.info(request, _("The case is in your hands."))


def _hand_on(request: HttpRequest, file: Casefile) -> None:
    who = request.POST.get("who", "")
    if who not in _colleagues():
        raise InputRefused(
            Text("This colleague cannot take cases.", "Cette personne ne peut pas prendre de dossier."),
            Text("Choose someone from the list.", "Choisissez quelqu’un dans la liste."),
        )
    casework.assign(file.holder, file.case_id, who)
    messages.info(request, _("Your colleague has the case now, too."))


def _release(request: HttpRequest, file: Casefile) -> bool:
    who = request.POST.get("who", "") or file.holder.who
    casework.release(file.holder, file.case_id, who)
    messages.info(request, _("Done. The case has new keys."))
    return who == file.holder.who


def _close(request: HttpRequest, file: Casefile) -> bool:
    closing.close(file)
    messages.info(request, _("The case is closed. It opens again if the person writes."))
    return True


def _tick(request: HttpRequest, file: Casefile) -> None:
    code, _colon, after = request.POST.get("point", "").partition(":")
    checklist.mark(file, code, after)


def _danger(request: HttpRequest, file: Casefile) -> None:
    checklist.set_danger(file, request.POST.get("danger") == "yes")


def _add_task(request: HttpRequest, file: Casefile) -> None:
    chosen = request.POST.get("kind", "")
    kind: TaskKind = next((known_kind for known_kind in tasks.KINDS if known_kind == chosen), "other")
    location = _number(request.POST.get("location", ""))
    tasks.add(file, tasks.New(kind, request.POST.get("what", ""), _due(request), location))


def _change_task(request: HttpRequest, file: Casefile) -> None:
    number = _number(request.POST.get("task", ""))
    after = next((state for state in tasks.STATES if state == request.POST.get("after")), None)
    if after is not None:
        tasks.move(file, number, after)
    else:
        tasks.put_off(file, number, _due(request))


def _addresses(request: HttpRequest, file: Casefile) -> None:
    if "remove" in request.POST:
        locations.remove(file, _number(request.POST["remove"]))
        return
    found = locations.lines(request.POST.get("where", ""))
    if not found:
        raise InputRefused(
            Text("No address was written.", "Aucune adresse n’a été écrite."),
            Text("Write one on each line.", "Écrivez-en une par ligne."),
        )
    locations.add(file, found)


name = _action(_name, field="name")
answer = _action(_answer, "#answer", "text")
take = _action(_take)
hand_on = _action(_hand_on, field="who")
release = _action(_release)
close = _action(_close)
tick = _action(_tick, "#checklist")
danger = _action(_danger)
add_task = _action(_add_task, "#tasks", "due_at", _OF_A_TASK)
change_task = _action(_change_task, "#tasks")
addresses = _action(_addresses, "#addresses", "where")


def _page(request: HttpRequest, file: Casefile, refused: RepitError | None = None) -> HttpResponse:
    found = casework.overview(file)
    who, here = file.holder.who, reverse("cases-case", args=[file.case_id])
    waits = drafts.typed_on(request, here)
    typed = {**waits.dict(), **request.POST.dict()}
    shown = {
        "case": file.case_id,
        "here": here,
        "view": found,
        "summary": found.summary,
        "reasons": reasons(found.summary),
        "wants": wants(found.wishes),
        "works": file.holder.kind == "caseworker",
        "me": who,
        "alias": aliases.of(who),
        "points": _points(found.checklist),
        "tasks": [{"task": task, "name": words.TASKS[task.kind]} for task in found.tasks],
        "kinds": words.TASKS,
        "dues": {value: name for value, (_hours, name) in words.DUE_HOURS.items()},
        "links": case_links.links(),
        "colleagues": [name for name in _colleagues() if name not in found.holders],
        "most": thread.MAX_CHARACTERS,
        "longest_name": naming.MAX_CHARACTERS,
        "typed": typed,
        "from_before": any(waits.get(name) for name in ("text", "where", "what", "name")) and not refused,
    }
    return show(request, "case", shown, refused.status if refused else 200)


def _points(listed: Checklist | None) -> list[dict[str, Any]]:
    if listed is None:
        return []
    return [
        {"point": point, "text": words.POINTS[point.code][0], "hint": words.POINTS[point.code][1]}
        for point in listed.points
    ]


def _colleagues() -> list[str]:
    """Those who have keys and may work on cases, by their roles of now."""
    members = Member.objects.filter(is_active=True, roles__role="caseworker")
    may = set(members.values_list("name", flat=True))
    return [caseload.who for caseload in caseworkers.everyone() if caseload.who in may]


def _number(typed: str) -> int:
    """Up to nine digits; 0, which nothing has, for everything else."""
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 10 else 0


def _due(request: HttpRequest) -> datetime:
    exact, within = request.POST.get("due_at", "").strip(), request.POST.get("within", "")
    if not exact:
        hours, _name = words.DUE_HOURS.get(within, words.DUE_HOURS["24"])
        return now() + timedelta(hours=hours)
    try:
        moment = datetime.fromisoformat(exact)
        return (moment if moment.tzinfo else moment.replace(tzinfo=moments.zone())).astimezone(UTC)
    except (ValueError, OverflowError):
        raise InputRefused(
            Text("This time cannot be read.", "Cette heure est illisible."),
            Text("Write it as 2030-12-31 18:00.", "Écrivez-la ainsi : 2030-12-31 18:00."),
        ) from None
