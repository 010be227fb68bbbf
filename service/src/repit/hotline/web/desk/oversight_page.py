"""What a supervisor sees of cases: load and times.

In: a member who oversees cases; no keys. Out: one page of counts and days. Next: the supervisor.
"""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET, require_POST

from repit.foundation.staff.guards import needs
from repit.foundation.staff.models import Member
from repit.hotline.cases import oversight
from repit.hotline.web.desk.showing import show


@require_GET
@needs("cases.oversee")
def overview(request: HttpRequest, member: Member) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Counts and days."""
    return show(request, "oversight", {"load": oversight.load()})


@require_POST
@needs("cases.oversee")
def check(request: HttpRequest, member: Member) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """The same, and whether the access log holds together in every case."""
    shown = {"load": oversight.load(), "checked": True, "broken": oversight.broken_logs()}
    return show(request, "oversight", shown)
