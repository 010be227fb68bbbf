"""Our own feed over HTTP.

In: requests with `Authorization: Bearer KEY`. Out: a snapshot as a compressed stream, pages of changes,
receipts for acknowledgements. Next: subscribers' clients. Plain Django, since this is a hot path.
"""

import zlib
from collections.abc import Callable, Iterator
from functools import update_wrapper
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from repit.exchange import subscribers
from repit.exchange.repit import server
from repit.exchange.repit.wire import decode_acknowledgement, encode_page
from repit.exchange.subscribers import Granted
from repit.foundation.errors import InputRefused, KeyRefused, Text, WireRefused

P = ParamSpec("P")


def for_subscribers(
    view: Callable[Concatenate[HttpRequest, Granted, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Find out whose key the request carries. Raises `KeyRefused`."""

    def recognised(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        scheme, _, key = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise KeyRefused
        answer = view(request, subscribers.recognise(key.strip()), *args, **kwargs)
        answer["Cache-Control"] = "no-store"
        return answer

    return update_wrapper(recognised, view)


@require_GET
@for_subscribers
def snapshot(request: HttpRequest, who: Granted) -> HttpResponseBase:
    """Everything: lines of JSON, last their count and SHA-256."""
    lines = server.snapshot(who)
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        answer = StreamingHttpResponse(_gzipped(lines), content_type="application/x-ndjson")
        answer["Content-Encoding"] = "gzip"
    else:
        answer = StreamingHttpResponse(lines, content_type="application/x-ndjson")
    answer["Vary"] = "Accept-Encoding"
    return answer


@require_GET
@for_subscribers
def changes(request: HttpRequest, who: Granted) -> HttpResponseBase:
    """Changes after `after`, waiting up to `wait` seconds (at most 25) for the first."""
    after = _number(request, "after", whole=True)
    wait = _number(request, "wait", whole=False)
    return HttpResponse(encode_page(server.page(who, int(after), wait)), content_type="application/json")


@csrf_exempt
@require_POST
@for_subscribers
def acknowledgements(request: HttpRequest, who: Granted) -> HttpResponseBase:
    """What the subscriber has taken in and forgotten."""
    try:
        said = decode_acknowledgement(request.body)
    except WireRefused as error:
        raise InputRefused(detail=error.detail) from None
    subscribers.acknowledge(who, said.sequence, said.withdrawn_items)
    return HttpResponse(status=204)


def _number(request: HttpRequest, name: str, *, whole: bool) -> float:
    raw = request.GET.get(name, "0")
    try:
        value = int(raw) if whole else float(raw)
    except ValueError:
        value = -1
    if not 0 <= value < 2**63:
        raise InputRefused(Text(f"'{name}' is a number from 0 up.", f"« {name} » est un nombre, 0 ou plus."))
    return value


def _gzipped(lines: Iterator[bytes]) -> Iterator[bytes]:
    """As a gzip stream in pieces of some size; level 1, since hashes compress little beyond their digits."""
    packer = zlib.compressobj(level=1, wbits=31)
    for line in lines:
        piece = packer.compress(line)
        if piece:
            yield piece
    yield packer.flush()
