"""Who takes cases in, and what becomes of the cases of someone who left.

In: a caseworker who holds the desk's key. Out: one page; keys given and taken away. Next: `inbox`.
"""

from collections.abc import Callable
from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from repit.foundation.errors import InputRefused, Text
from repit.foundation.staff import drafts
from repit.foundation.staff.models import Member
from repit.hotline.cases import casework, caseworkers, desk
from repit.hotline.cases.grants import Holder
from repit.hotline.web.desk.showing import show
from repit.hotline.web.desk.unlocking import with_keys

_ACTIONS: Final[dict[str, Callable[[Holder, str], object]]] = {
    "admit": desk.admit,
    "dismiss": desk.dismiss,
    "part": casework.part_with,
}


@require_GET
@with_keys
def members(request: HttpRequest, holder: Holder) -> HttpResponse:
    """Who takes cases in. Those who do may change it; the first of all may set the desk up."""
    takes_in = desk.members()
    if not takes_in:
        return show(request, "found", {})
    if holder.who not in takes_in:
        return show(request, "members", {"takes_in": takes_in})
    works = set(
        Member.objects.filter(is_active=True, roles__role="caseworker").values_list("name", flat=True)
    )
    people = [
        {
            "who": caseload.who,
            "cases": len(caseload.cases),
            "takes_in": caseload.who in takes_in,
            "works": caseload.who in works,
            "me": caseload.who == holder.who,
        }
        for caseload in caseworkers.everyone()
    ]
    return show(request, "members", {"people": people, "alone": len(takes_in) == 1})


@require_POST
@with_keys
def change(request: HttpRequest, holder: Holder) -> HttpResponse:
    """Set the desk up; let someone take cases in, or no more; part with someone. Once, if pressed twice."""
    return drafts.once_only(request, lambda: _change(request, holder))


def _change(request: HttpRequest, holder: Holder) -> HttpResponse:
    what, who = request.POST.get("what", ""), request.POST.get("who", "")
    if what == "found":
        desk.found(holder)
        messages.info(request, _("The desk is set up. New cases come in here."))
    elif what in _ACTIONS:
        _ACTIONS[what](holder, who)
        messages.info(request, _("Done."))
    else:
        raise InputRefused(Text("Nothing was chosen.", "Rien n’a été choisi."))
    return HttpResponseRedirect(reverse("cases-desk"))
