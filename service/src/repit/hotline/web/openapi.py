"""What a hotline's addresses for machines are, as OpenAPI 3.1.

In: what stands beside each view. Out: a document, made when it is first asked for. Next: whoever writes a
client.
"""

from functools import cache
from typing import Any, Final

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLResolver, get_resolver

from repit.foundation.web.api.answers import Answer
from repit.foundation.web.api.document import About, document
from repit.foundation.web.api.operations import operation

ABOUT: Final = About(
    "Répit hotline",
    "Cases from hashes computed on the person's device; the bank's feed, as our own protocol, StopNCII and"
    " NCMEC speak it.",
    "repit.hotline",
)
_DOCUMENT: Final = Answer("This document.", dict)


@operation("GET", answers=(_DOCUMENT,))
def openapi(request: HttpRequest) -> HttpResponseBase:  # noqa: ARG001
    """The description that machines read."""
    return _DOCUMENT(_document(get_resolver()))


@cache
def _document(routes: URLResolver) -> dict[str, Any]:
    return document(routes.url_patterns, ABOUT)
