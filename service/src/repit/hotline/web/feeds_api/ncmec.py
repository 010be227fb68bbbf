"""NCMEC hash sharing v2 over HTTP.

In: requests with HTTP Basic, in which the password is the subscriber's key and the user name is not
looked at. Out: XML. Next: threatexchange's NCMEC client with its root pointed at
`https://hotline/exchange/ncmec`.
"""

import base64
import binascii
from collections.abc import Callable
from functools import update_wrapper
from typing import Concatenate, Final, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from repit.exchanges.ncmec.wire import (
    FINGERPRINTS,
    Window,
    decode_feedback,
    encode_members,
    encode_reasons,
    encode_status,
    parse_time,
)
from repit.foundation.clock import now
from repit.foundation.errors import InputRefused, KeyRefused, NotFound, Text, WireRefused
from repit.hotline.feeds import ncmec_server, subscribers
from repit.hotline.feeds.keys import Granted
from repit.hotline.web.feeds_api.report_limits import counted

P = ParamSpec("P")
XML: Final = "application/xml; charset=utf-8"


def _for_subscribers(
    view: Callable[Concatenate[HttpRequest, Granted, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Find out whose key the request carries. Raises `KeyRefused`; a wire that is refused is a 400."""

    def recognised(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        who = subscribers.recognise(_password(request.headers.get("Authorization", "")), "ncmec")
        try:
            answer = view(request, who, *args, **kwargs)
        except WireRefused as error:
            raise InputRefused(detail=error.detail) from None
        answer["Cache-Control"] = "no-store"
        return answer

    return update_wrapper(recognised, view)


def _password(authorization: str) -> str:
    scheme, _, packed = authorization.partition(" ")
    if scheme.lower() != "basic":
        raise KeyRefused
    try:
        return base64.b64decode(packed.strip(), validate=True).decode().partition(":")[2]
    except (binascii.Error, ValueError):
        raise KeyRefused from None


@require_GET
@_for_subscribers
def status(_request: HttpRequest, who: Granted) -> HttpResponseBase:
    """Who asks."""
    return HttpResponse(encode_status(ncmec_server.whoami(who)), content_type=XML)


@require_GET
@_for_subscribers
def members(_request: HttpRequest, _who: Granted) -> HttpResponseBase:
    """Everyone who gives entries or feedback."""
    return HttpResponse(encode_members(ncmec_server.members()), content_type=XML)


@require_GET
@_for_subscribers
def entries(request: HttpRequest, who: Granted) -> HttpResponseBase:
    """Entries changed in [from, to), or a little earlier; `start`, `size` and `max` as in `next`."""
    ends = request.GET.get("to")
    window = Window(
        parse_time(request.GET.get("from", "1970-01-01T00:00:00Z")),
        parse_time(ends) if ends else int(now().timestamp()),
    )
    start, last = _number(request, "start", 0), _number(request, "max", 0)
    page = ncmec_server.entries(who, window, start, last, _number(request, "size", ncmec_server.PAGE))
    return HttpResponse(page, content_type=XML)


@require_GET
@_for_subscribers
def reasons(_request: HttpRequest, _who: Granted, fingerprint: str) -> HttpResponseBase:
    """Reasons for negative feedback on one type of fingerprint."""
    if fingerprint not in FINGERPRINTS:
        raise NotFound
    return HttpResponse(encode_reasons(fingerprint), content_type=XML)


@csrf_exempt
@require_http_methods(["PUT"])
@_for_subscribers
@counted
def feedback(
    request: HttpRequest, who: Granted, member: int, entry: str, fingerprint: str
) -> HttpResponseBase:
    """An opinion of one entry. May be repeated."""
    ncmec_server.give_feedback(who, member, entry, fingerprint, decode_feedback(request.body))
    return HttpResponse(status=204)


def _number(request: HttpRequest, name: str, absent: int) -> int:
    raw = request.GET.get(name, str(absent))
    if not (raw.isascii() and raw.isdigit() and len(raw) < 19):
        raise InputRefused(Text(f"'{name}' is a number from 0 up.", f"« {name} » est un nombre, 0 ou plus."))
    return int(raw)
