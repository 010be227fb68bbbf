"""Errors on the web: one JSON shape (RFC 9457) on every path that machines use.

In: exceptions and error answers of views. Out: `application/problem+json`. Next: the client.
Pages for people are left to Django's error templates.
"""

import json
import logging
from collections.abc import Callable
from typing import Final

from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language

from repit.foundation.database_words import logged
from repit.foundation.errors import (
    KeyRefused,
    NotFound,
    RepitError,
    RequestRefused,
    SettingsRefused,
    Unavailable,
)
from repit.foundation.mapping import named

MACHINE_PATHS: Final = ("/api/", "/exchange/", "/v1/", "/health", "/ready", "/metrics")
_log = logging.getLogger(__name__)


def problem(error: RepitError) -> HttpResponse:
    """The answer for an error, in the language of the request."""
    language = get_language()
    answer = HttpResponse(
        json.dumps(error.problem(language), ensure_ascii=False),
        content_type="application/problem+json; charset=utf-8",
        status=error.status,
    )
    answer["Cache-Control"] = "no-store"
    answer["Content-Language"] = "fr" if (language or "").startswith("fr") else "en"
    if error.retry_seconds:
        answer["Retry-After"] = str(error.retry_seconds)
    if isinstance(error, KeyRefused):
        answer["WWW-Authenticate"] = 'Bearer realm="repit"'
    return answer


class ProblemMiddleware:
    """Turns whatever goes wrong on a machine's path into a problem document."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self._get_response(request)
        kind = answer.get("Content-Type", "")
        if answer.status_code < 400 or not request.path.startswith(MACHINE_PATHS) or "json" in kind:
            return answer
        if answer.status_code >= 500:
            return problem(RepitError())
        error = NotFound() if answer.status_code == 404 else RequestRefused()
        shaped = problem(error)
        shaped.status_code = answer.status_code
        for header in ("Allow", "Retry-After"):
            if header in answer:
                shaped[header] = answer[header]
        return shaped

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not request.path.startswith(MACHINE_PATHS):
            return None
        ours = named(error)
        if isinstance(ours, SettingsRefused):
            # What is missing is the operator's to hear (`/ready`), not the client's.
            ours = Unavailable(detail=f"{type(error).__name__}: {ours.message.en}")
        if ours.status >= 500:
            _log.error(
                "%s: %s",
                ours.code,
                logged(error) if isinstance(error, DatabaseError) else ours.detail,
                exc_info=None if isinstance(ours, Unavailable) or isinstance(error, RepitError) else error,
            )
        return problem(ours)
