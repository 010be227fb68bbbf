"""Codes that are shown once: the receipt, a helper's code, the slip. And signing in with them.

In: a fresh code, or what a person typed. Out: a page to print; a practice; a visit. Next: `my_case`.

A receipt is practised before it is needed. Until then it travels sealed in the page's own form, so that it
can be shown again to someone who mistyped it, for an hour, and by nobody else.
"""

from typing import Final, Literal

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from repit.cases import visits, words
from repit.cases.doors import Code
from repit.cases.visits import Visiting
from repit.foundation.errors import InputRefused, NotFound, Text
from repit.foundation.ids import normal
from repit.interfaces.case_pages import carried
from repit.interfaces.case_pages.limits import limited
from repit.interfaces.case_pages.showing import language, show
from repit.interfaces.case_pages.visiting import (
    person_page,
    token_of,
    visit_page,
    with_cookie,
    without_cookie,
)

Form = Literal["receipt", "helper", "slip"]
ELSEWHERE: Final = "https://www.wikipedia.org/"
_PURPOSE: Final = "code"
_DIFFERENT: Final = Text(
    "This is not the same as your receipt.", "Ce n'est pas la même chose que sur votre récépissé."
)


def shown(
    request: HttpRequest, code: Code, form: Form, *, visiting: Visiting | None = None, status: int = 200
) -> HttpResponse:
    """A code, this once."""
    values = {
        "code": code,
        "words": code.words(language()),
        "digits": words.grouped_secret(code.secret),
        "state": carried.sealed(_PURPOSE, {"number": code.number, "secret": code.secret}),
    }
    return show(request, f"code_{form}", values, visiting=visiting, status=status)


@person_page
@limited("receipt", 20)
def practise(request: HttpRequest) -> HttpResponse:
    """Type the receipt once, while it can still be shown again; doing it well signs in."""
    if request.method != "POST":
        return HttpResponseRedirect(reverse("case_pages:come-back"))
    held = carried.opened(_PURPOSE, request.POST.get("state", ""))
    code = Code(held["number"], held["secret"])
    if "again" in request.POST:
        return shown(request, code, "receipt")
    state = carried.sealed(_PURPOSE, held)
    if "number" not in request.POST:
        return show(request, "practise", {"state": state})
    typed = request.POST.get("number", ""), request.POST.get("words", "")
    same = normal(typed[0]) == normal(code.number) and words.read(typed[1]) == normal(code.secret)
    if not same:
        return show(request, "practise", {"state": state, "typed": typed}, error=_DIFFERENT, status=400)
    return _in(visits.begin(*typed), practised=True)


@person_page
@limited("receipt", 20)
def come_back(request: HttpRequest) -> HttpResponse:
    """Sign in with a receipt or a helper's code."""
    if request.method != "POST":
        return show(request, "come_back")
    typed = request.POST.get("number", "")[:60], request.POST.get("words", "")[:300]
    try:
        token = visits.begin(*typed)
    except (NotFound, InputRefused) as error:
        # The number may stand in the page again, the words never do.
        return show(request, "come_back", {"number": typed[0]}, error=error.message, status=400)
    visits.end(token_of(request))
    return _in(token)


@person_page
def leave(request: HttpRequest) -> HttpResponse:
    """The quick exit of a visit: it is over at once, and the browser is elsewhere. A plain link is enough."""
    visits.end(token_of(request))
    answer = without_cookie(HttpResponseRedirect(ELSEWHERE))
    answer.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return answer


@visit_page
def sign_out(request: HttpRequest, visiting: Visiting) -> HttpResponse:  # noqa: ARG001
    """End the visit and go to the first page."""
    if request.method != "POST":
        return HttpResponseRedirect(reverse("case_pages:my-case"))
    visits.end(token_of(request))
    return without_cookie(HttpResponseRedirect(reverse("case_pages:home")))


def _in(token: str, *, practised: bool = False) -> HttpResponse:
    page = "my-case-first" if practised else "my-case"
    return with_cookie(HttpResponseRedirect(reverse(f"case_pages:{page}")), token)
