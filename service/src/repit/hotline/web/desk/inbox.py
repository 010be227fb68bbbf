"""The inbox: what presses, in whose hands.

In: a caseworker with their keys. Out: one page. Next: `case_page`.
"""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.views.decorators.http import require_GET

from repit.hotline.cases import worklist
from repit.hotline.cases.grants import Holder
from repit.hotline.cases.worklist import Summary
from repit.hotline.web.desk import words
from repit.hotline.web.desk.showing import show
from repit.hotline.web.desk.unlocking import with_keys


@require_GET
@with_keys
def inbox(request: HttpRequest, holder: Holder) -> HttpResponse:
    """One's own cases, and what waits at the desk for those who take cases in."""
    tray = worklist.tray(holder)
    shown = {
        "mine": _rows(tray.mine),
        "closed": tray.closed,
        "takes_in": tray.waiting is not None,
        "waiting": _rows(tray.waiting.shown) if tray.waiting else [],
        "more": tray.waiting.more if tray.waiting else 0,
        "elsewhere": tray.elsewhere,
    }
    return show(request, "inbox", shown)


def reasons(summary: Summary) -> list[dict[str, Any]]:
    """Why a case stands where it stands, in words."""
    return [
        {"code": reason, "text": words.REASONS[reason], "pressing": reason in words.PRESSING}
        for reason in summary.urgency.reasons
    ]


def wants(summary: Summary) -> list[Promise]:
    """What the person wants, in words."""
    return [words.WANTS[want] for want in summary.wishes.wants]


def _rows(found: Sequence[Summary]) -> list[dict[str, Any]]:
    return [{"summary": summary, "reasons": reasons(summary), "wants": wants(summary)} for summary in found]
