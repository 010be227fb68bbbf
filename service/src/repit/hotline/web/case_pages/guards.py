"""Who is asking: what every page for a person does before it does anything else.

In: requests. Out: views that got a plain form from this site, once, and an `OpenSession` where one is needed;
answers that were refused come back with what was typed. Next: `intake`, `codes`, `my_case`.

No upload is ever read: a body in any form but a plain one is refused before it is looked at. A form sent from
another site is refused by what the browser says of it (Sec-Fetch-Site), a form of a session also by its mark,
which only a page of that session has; the session's own cookie is not sent along from other sites (SameSite).
"""

import logging
import traceback
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, Final

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.csrf import csrf_exempt

from repit.foundation.errors import NotFound, RepitError, TransitionRefused
from repit.foundation.kept import marks, once
from repit.foundation.kept.marks import Mark
from repit.foundation.mapping import named
from repit.hotline.cases import sessions
from repit.hotline.cases.sessions import OpenSession
from repit.hotline.web.case_pages import carried, drafts, not_now, receipts
from repit.hotline.web.case_pages.cookies import session_of, token_of, without_cookie
from repit.hotline.web.case_pages.limits import TooOften
from repit.hotline.web.case_pages.showing import show

View = Callable[..., HttpResponse]
_log: Final = logging.getLogger(__name__)
PLAIN: Final = "application/x-www-form-urlencoded"
_SENT: Final = "sent"


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
            if _SENT in request.POST:
                _take_up(request)
            return view(request, *args, **kwargs)
        except (PermissionDenied, Http404):
            raise
        except Exception as error:  # noqa: BLE001 - its text may repeat what the person wrote
            return refused(request, _of_ours(request, error))

    return page


def _of_ours(request: HttpRequest, error: Exception) -> RepitError:
    """What a person is told of it."""
    later = not_now.met(error, sent=request.method == "POST")
    if later is None and isinstance(error, RepitError):
        return error
    _log.error("a page failed: %s at %s", type(error).__name__, _where(error))
    if later is not None:
        return later
    return named(error) if isinstance(error, DatabaseError | SuspiciousOperation) else RepitError()


def session_page(view: View) -> View:
    """A page for someone who signed in: the view gets the session; others are asked to sign in, and find what
    they typed again. A form that was sent before does nothing and leads where it led."""

    @person_page
    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        mark = marks.read(request.POST.get(marks.FIELD, "")) if request.method == "POST" else None
        try:
            session = sessions.going_on(token_of(request))
        except NotFound:
            # Looked for after the session: the same form, pressed twice at once, may have ended it just now.
            return _done_before(request, mark) or _signed_out(request, mark)
        if request.method != "POST":
            return view(request, session, *args, **kwargs)
        if mark is None:
            raise PermissionDenied
        if mark.session == session_of(request):
            return once.only(request, mark, lambda: view(request, session, *args, **kwargs))
        return _done_before(request, mark) or _of_another_session(request, mark, session)

    return page


def refused(request: HttpRequest, error: RepitError) -> HttpResponse:
    """A refusal as a page: what happened, what to do next; and what was typed, where it may be sent again."""
    ours = named(error)
    values: dict[str, Any] = {"refusal": ours}
    passes = isinstance(ours, TooOften) or ours.status >= 500
    if request.method == "POST" and passes and request.content_type == PLAIN:
        values["sent"] = carried.sealed(_purpose(request), {"fields": list(request.POST.lists())})
    answer = show(request, "refused", values, status=ours.status)
    if ours.retry_seconds:
        answer.headers["Retry-After"] = str(ours.retry_seconds)
    return answer


def _take_up(request: HttpRequest) -> None:
    """A form that was held up, sent again with one press: what it held stands in its place."""
    typed = carried.opened(_purpose(request), request.POST[_SENT])["fields"]
    request.POST = QueryDict(urlencode(typed, doseq=True), encoding="utf-8")


def _purpose(request: HttpRequest) -> str:
    return f"sent to {request.resolver_match.url_name if request.resolver_match else ''}"


def _done_before(request: HttpRequest, mark: Mark | None) -> HttpResponse | None:
    return once.led_to(request, mark) if mark else None


def _signed_out(request: HttpRequest, mark: Mark | None) -> HttpResponse:
    """Nobody is signed in (any more)."""
    if mark is not None:
        return _come_back_with(request, mark)
    if receipts.held(token_of(request)):
        # The receipt was changed, and this browser may still be shown the new one.
        return HttpResponseRedirect(reverse("case_pages:receipt"))
    answer = HttpResponseRedirect(reverse("case_pages:come-back"))
    return answer if drafts.waits(request) else without_cookie(answer)


def _come_back_with(request: HttpRequest, mark: Mark) -> HttpResponse:
    typed = drafts.of_form(request, mark)
    if typed is None or drafts.keep(request, mark, typed):
        return HttpResponseRedirect(reverse("case_pages:come-back"))
    return show(request, "come_back", {"carry": drafts.carry(typed), "waits": True}, status=403)


def _of_another_session(request: HttpRequest, mark: Mark, session: OpenSession) -> HttpResponse:
    """The form stands on a page from before the present session: nothing is done, and its words are there."""
    typed = drafts.of_form(request, mark)
    if mark.whose != session.whose:
        return _come_back_with(request, mark)
    if typed is not None:
        drafts.put(token_of(request), typed)
    return HttpResponseRedirect(request.path)


def _where(error: BaseException) -> str:
    """File and line of a failure: all that may be logged of it, since its text may hold a person's words."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"


class _NoUpload(TransitionRefused):
    code = "no-upload"
    status = 415


__all__ = ["OpenSession", "person_page", "session_page"]
