"""Mail to a member of staff: their own page, which shows their address to nobody else.

In: a member. Out: one page; a sealed address, or none. Next: `work_mail`.
"""

from typing import Any
from zoneinfo import available_timezones

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from repit.foundation.mail_addresses import mailbox
from repit.foundation.notify import smtp, work_mail
from repit.foundation.staff import drafts
from repit.foundation.staff.guards import needs
from repit.foundation.staff.models import Member
from repit.foundation.web.complaints import about, complain


@require_http_methods(["GET", "HEAD", "POST"])
@needs("cases.work", "review.work")
def mail(request: HttpRequest, member: Member) -> HttpResponse:
    """What this member asked for; to change it, or to end it."""
    if request.method == "POST":
        return drafts.once_only(request, lambda: _change(request, member))
    wish = work_mail.wish(member)
    typed = {"address": "", "zone": settings.REPIT_TIME_ZONE, "from": "", "to": ""}
    if wish is not None:
        typed = {"address": wish.address, "zone": wish.zone, "from": "", "to": ""}
        if wish.quiet_from != wish.quiet_to:
            typed |= {"from": _clock(wish.quiet_from), "to": _clock(wish.quiet_to)}
    return _shown(request, member, typed)


def _change(request: HttpRequest, member: Member) -> HttpResponse:
    if request.POST.get("what") == "end":
        work_mail.end(member)
        messages.info(request, _("Done. Your address is deleted."))
        return HttpResponseRedirect(request.path)
    typed = {name: request.POST.get(name, "").strip() for name in ("address", "zone", "from", "to")}
    wrong: dict[str, str] = {}
    quiet = _quiet(typed, wrong)
    try:
        mailbox(typed["address"])
    except ValueError:
        wrong["address"] = _("Write one mail address.")
    if typed["zone"] not in available_timezones():
        wrong["zone"] = _("Write a time zone such as Europe/Paris.")
    if wrong:
        complain(request, *(about(field, text) for field, text in wrong.items()))
        return _shown(request, member, typed, status=400)
    work_mail.ask(member, typed["address"], typed["zone"], *quiet)
    messages.info(request, _("Saved."))
    return HttpResponseRedirect(request.path)


def _quiet(typed: dict[str, str], wrong: dict[str, str]) -> tuple[int, int]:
    if not typed["from"] and not typed["to"]:
        return 0, 0
    try:
        return _minute(typed["from"]), _minute(typed["to"])
    except ValueError:
        wrong["from"] = _("Write both times like 20:00, or none.")
        return 0, 0


def _minute(raw: str) -> int:
    hour, _colon, minute = raw.partition(":")
    if not (hour.isdecimal() and (minute or "0").isdecimal()) or int(hour) > 23 or int(minute or 0) > 59:
        raise ValueError
    return int(hour) * 60 + int(minute or 0)


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _shown(request: HttpRequest, member: Member, typed: dict[str, str], status: int = 200) -> HttpResponse:
    wish = work_mail.wish(member)
    shown: dict[str, Any] = {
        "typed": typed,
        "wished": wish is not None,
        "trouble": wish.trouble if wish else "",
        "possible": smtp.is_set_up(),
        "sender": settings.REPIT_MAIL_FROM,
    }
    answer = render(request, "notify/mail.html", shown, status=status)
    answer.is_final = True  # type: ignore[attr-defined]
    return answer
