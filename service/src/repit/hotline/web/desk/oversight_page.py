"""What a supervisor sees of cases: load and times.

In: a member who oversees cases; no keys. Out: one page of counts and days, each chart in the table of its
figures. Next: the supervisor.
"""

from collections.abc import Sequence
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from repit.foundation.staff.guards import needs
from repit.foundation.staff.models import Member
from repit.hotline.cases import oversight
from repit.hotline.cases.oversight import Load
from repit.hotline.web.desk.showing import show

_AGES: Final[tuple[Promise, ...]] = (
    _("since today"),
    _("since yesterday"),
    _("for 2 to 6 days"),
    _("for a week or longer"),
)
_ANSWERED: Final[tuple[Promise, ...]] = (
    _("the same day"),
    _("the next day"),
    _("after 2 to 6 days"),
    _("after a week or longer"),
)
_LATE_FROM: Final = 2


@require_GET
@needs("cases.oversee")
def overview(request: HttpRequest, member: Member) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Counts and days."""
    return show(request, "oversight", _charted(oversight.load()))


@require_POST
@needs("cases.oversee")
def check(request: HttpRequest, member: Member) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """The same, and whether the access log holds together in every case."""
    shown = {**_charted(oversight.load()), "checked": True, "broken": oversight.broken_logs()}
    return show(request, "oversight", shown)


def _charted(load: Load) -> dict[str, Any]:
    most = max((each.in_hand + each.waiting for each in load.workloads), default=0)
    people = [
        {
            "workload": each,
            "in_hand": _share(each.in_hand, most),
            "waiting": _share(each.waiting, most),
        }
        for each in load.workloads
    ]
    return {
        "load": load,
        "ages": _bars(_AGES, load.new_by_age),
        "answers": _bars(_ANSWERED, load.answered.by_days),
        "people": people,
    }


def _bars(names: Sequence[Promise], counts: Sequence[int]) -> list[dict[str, Any]]:
    """Bars of which the longest is as wide as the chart."""
    most = max(counts)
    return [
        {"name": name, "count": count, "share": _share(count, most), "late": number >= _LATE_FROM and count}
        for number, (name, count) in enumerate(zip(names, counts, strict=True))
    ]


def _share(count: int, most: int) -> int:
    return round(100 * count / most) if most else 0
