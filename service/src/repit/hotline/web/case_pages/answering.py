"""How the pages of a session answer: shown again with what was typed, or led on once something was done.

In: a request, what its view found. Out: a page, or the way to the next. Next: `my_case`, `stopping`,
`ending`, `naming`.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse

from repit.foundation.errors import InputRefused, RepitError, Text
from repit.foundation.web.complaints import about
from repit.hotline.cases.sessions import OpenSession
from repit.hotline.web.case_pages import drafts
from repit.hotline.web.case_pages.showing import show


def some(found: list[Any]) -> list[Any]:
    """What was chosen or written. Raises `InputRefused` where that is nothing."""
    if not found:
        raise InputRefused(
            Text("Nothing was chosen.", "Rien n’a été choisi."),
            Text("Fill in or tick at least one.", "Remplissez ou cochez au moins une ligne."),
        )
    return found


def page(
    request: HttpRequest,
    template: str,
    values: dict[str, Any],
    session: OpenSession,
    refused: RepitError | None = None,
    *,
    field: str = "",
) -> HttpResponse:
    """A page of a session; what was refused stands at its top and beside `field`, which it is about."""
    complaints = [] if refused is None else [about(field, refused)]
    status = 200 if refused is None else refused.status
    return show(request, template, values, session=session, status=status, complaints=complaints)


def typed(request: HttpRequest, session: OpenSession) -> QueryDict:
    """What stands in the form of this page: just sent, or typed before signing in again."""
    match = request.resolver_match
    return drafts.typed_on(request, str(match.url_name) if match else "", session.whose)


def done(request: HttpRequest, page: str, then: str = "") -> HttpResponse:
    """The form of a page did what it says; nothing that was typed waits any more."""
    drafts.done(request, page)
    return to(then or page)


def to(name: str) -> HttpResponse:
    """The way to a page."""
    return HttpResponseRedirect(reverse(f"case_pages:{name}"))
