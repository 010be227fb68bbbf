"""For someone who lost their receipt: ask, wait, come back with two parts.

In: a slip or a helper's code, and later two of them. Out: a date, a reference to tell the hotline, and at
last a new receipt. Next: `codes`, where the new receipt is practised.
"""

from django.http import HttpRequest, HttpResponse

from repit.cases import way_back
from repit.foundation.errors import InputRefused, NotFound, RepitError, TransitionRefused
from repit.interfaces.case_pages import codes
from repit.interfaces.case_pages.limits import limited
from repit.interfaces.case_pages.showing import show
from repit.interfaces.case_pages.visiting import person_page


@person_page
@limited("receipt", 20)
def ask(request: HttpRequest) -> HttpResponse:
    """Start the clock, or see how long it still runs."""
    if request.method != "POST":
        return show(request, "lost")
    number, words = _typed(request, "")
    try:
        asked = way_back.ask(number, words)
    except (NotFound, InputRefused) as error:
        return _again(request, "lost", error)
    return show(request, "lost_asked", {"asked": asked})


@person_page
@limited("receipt", 20)
def finish(request: HttpRequest) -> HttpResponse:
    """Two parts for a new receipt."""
    if request.method != "POST":
        return show(request, "lost_finish")
    second = _typed(request, "second_")
    try:
        code = way_back.finish(*_typed(request, ""), second if second[0].strip() else None)
    except (NotFound, InputRefused, TransitionRefused) as error:
        return _again(request, "lost_finish", error)
    return codes.shown(request, code, "receipt")


def _typed(request: HttpRequest, prefix: str) -> tuple[str, str]:
    return request.POST.get(f"{prefix}number", "")[:60], request.POST.get(f"{prefix}words", "")[:300]


def _again(request: HttpRequest, template: str, error: RepitError) -> HttpResponse:
    values = {"number": _typed(request, "")[0], "second_number": _typed(request, "second_")[0]}
    return show(request, template, values, error=error.message, status=400)
