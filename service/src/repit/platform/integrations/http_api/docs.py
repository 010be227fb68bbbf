"""What this gate's addresses are, for machines and for people.

In: what stands beside each view. Out: an OpenAPI document, made when it is first asked for; a page. Next:
whoever writes what asks the gate.
"""

from functools import cache
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import URLResolver, get_resolver
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from repit.foundation.web.api.answers import Answer
from repit.foundation.web.api.document import About, described, document
from repit.foundation.web.api.operations import Operation, operation
from repit.platform.integrations.http_api import words

ABOUT: Final = About("Répit gate", words.PURPOSE.en, "repit.platform")
_DOCUMENT: Final = Answer("This document.", dict)


@operation("GET", answers=(_DOCUMENT,), words=words.OPENAPI)
def openapi(request: HttpRequest) -> HttpResponseBase:  # noqa: ARG001
    """The description that machines read."""
    return _DOCUMENT(_document(get_resolver(), keyed=bool(settings.REPIT_GATE_KEYS)))


@cache
def _document(routes: URLResolver, *, keyed: bool) -> dict[str, Any]:  # noqa: ARG001 - what needs a key depends on it
    return document(routes.url_patterns, ABOUT)


@require_GET
def docs(request: HttpRequest) -> HttpResponseBase:
    """The same for people; each once, though some have two addresses."""
    language, host = get_language(), request.get_host()
    by_operation: dict[Operation, dict[str, str]] = {}
    for address, found in described(get_resolver().url_patterns, ABOUT):
        if found.words is not None and found not in by_operation:
            by_operation[found] = {
                "method": found.method,
                "path": address.path,
                "summary": found.words.summary.in_language(language),
                "about": found.words.about.in_language(language),
                "example": found.words.example.format(address=host, path=address.path),
            }
    texts = {"title": words.TITLE, "purpose": words.PURPOSE, "machines": words.FOR_MACHINES}
    texts_shown = {name: text.in_language(language) for name, text in texts.items()}
    return render(
        request,
        "http_api/docs.html",
        {"operations": list(by_operation.values()), "language": language, **texts_shown},
    )
