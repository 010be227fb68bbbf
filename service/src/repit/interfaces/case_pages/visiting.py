"""Who is asking: what every page for a person does before it does anything else.

In: requests. Out: views that got a plain form from this site, and a `Visiting` where one is needed. Next:
`intake`, `codes`, `my_case`.

No upload is ever read: a body in any form but a plain one is refused before it is looked at. A form sent from
another site is refused by what the browser says of it (Sec-Fetch-Site), a form of a visit also by a token
that only a page of that visit has; the visit's own cookie is not sent along from other sites (SameSite).
"""

import hmac
import logging
import traceback
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt

from repit.cases import visits
from repit.cases.visits import Visiting
from repit.foundation.errors import NotFound, RepitError, TransitionRefused
from repit.foundation.mapping import named
from repit.interfaces.case_pages.showing import show

View = Callable[..., HttpResponse]
_log: Final = logging.getLogger(__name__)
PLAIN: Final = "application/x-www-form-urlencoded"


def cookie_name() -> str:
    """Over HTTPS the prefix keeps other hosts of the domain from planting one (RFC 6265bis, 4.1.3.2)."""
    return "__Host-v" if settings.REPIT_HTTPS else "v"


def person_page(view: View) -> View:
    """A page whose forms are plain and come from this site; refusals are shown as a page."""

    @csrf_exempt
    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "POST":
            if request.content_type != PLAIN:
                return refused(request, _NoUpload())
            if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
                raise PermissionDenied
        elif request.method not in ("GET", "HEAD"):
            return HttpResponse(status=405, headers={"Allow": "GET, HEAD, POST"})
        try:
            return view(request, *args, **kwargs)
        except RepitError as error:
            return refused(request, error)
        except (PermissionDenied, Http404):
            raise
        except Exception as error:  # noqa: BLE001 - its text may repeat what the person wrote
            _log.error("a page failed: %s at %s", type(error).__name__, _where(error))
            return refused(request, RepitError())

    return page


def visit_page(view: View) -> View:
    """A page for someone who signed in: the view gets the visit; others are asked to sign in."""

    @person_page
    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            visiting = visits.going_on(request.COOKIES.get(cookie_name(), ""))
        except NotFound:
            return without_cookie(HttpResponseRedirect(reverse("case_pages:come-back")))
        sent = request.POST.get("form", "")
        if request.method == "POST" and not hmac.compare_digest(sent.encode(), visiting.form_token.encode()):
            raise PermissionDenied
        return view(request, visiting, *args, **kwargs)

    return page


def refused(request: HttpRequest, error: RepitError) -> HttpResponse:
    """A refusal as a page: what happened, what to do next."""
    ours = named(error)
    return show(request, "refused", {"refusal": ours}, status=ours.status)


def with_cookie(answer: HttpResponse, token: str) -> HttpResponse:
    """The answer, after which the browser brings the visit's token until it is closed."""
    answer.set_cookie(
        cookie_name(), token, secure=settings.REPIT_HTTPS, httponly=True, samesite="Strict", path="/"
    )
    return answer


def without_cookie(answer: HttpResponse) -> HttpResponse:
    """The answer, after which the browser brings nothing any more."""
    answer.set_cookie(
        cookie_name(), "", max_age=0, secure=settings.REPIT_HTTPS, httponly=True, samesite="Strict", path="/"
    )
    return answer


def token_of(request: HttpRequest) -> str:
    """What the browser brought, whatever it is worth."""
    return request.COOKIES.get(cookie_name(), "")


def _where(error: BaseException) -> str:
    """File and line of a failure: all that may be logged of it, since its text may hold a person's words."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"


class _NoUpload(TransitionRefused):
    code = "no-upload"
    status = 415


__all__ = ["Visiting", "person_page", "visit_page"]
