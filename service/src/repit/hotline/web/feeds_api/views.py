"""Our own feed over HTTP.

In: requests with `Authorization: Bearer KEY`. Out: a snapshot as a compressed stream, pages of changes,
receipts for acknowledgements. Next: subscribers' clients. Plain Django, since this is a hot path.
"""

from collections.abc import Callable
from functools import partial, update_wrapper
from typing import Concatenate, Final, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from repit.exchanges.repit.snapshot_wire import BLOCK
from repit.exchanges.repit.wire import decode_acknowledgement, encode_page
from repit.foundation.errors import InputRefused, KeyRefused, Text, WireRefused
from repit.foundation.web.parking import Parked, has_waited, may_park
from repit.hotline.bank import feed_watch
from repit.hotline.feeds import repit_server, subscribers
from repit.hotline.feeds.keys import Granted
from repit.hotline.web.feeds_api import compression

P = ParamSpec("P")
LINES: Final = "application/x-ndjson"


def for_subscribers(
    view: Callable[Concatenate[HttpRequest, Granted, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Find out whose key the request carries. Raises `KeyRefused`, `NotGranted`."""
    return update_wrapper(_recognised(view, opinions=False), view)


def for_desks_too(
    view: Callable[Concatenate[HttpRequest, Granted, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """The same; the key of a subscriber's review desk opens it as well."""
    return update_wrapper(_recognised(view, opinions=True), view)


def _recognised(
    view: Callable[Concatenate[HttpRequest, Granted, P], HttpResponseBase], *, opinions: bool
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    def recognised(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        scheme, _, key = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise KeyRefused
        who = subscribers.recognise(key.strip(), "repit", opinions=opinions)
        answer = view(request, who, *args, **kwargs)
        answer["Cache-Control"] = "no-store"
        return answer

    return recognised


@require_GET
@for_subscribers
def snapshot(request: HttpRequest, who: Granted) -> HttpResponseBase:
    """Everything: lines of JSON, last their count and SHA-256; `marks=yes` and `after=` make it resumable."""
    block = BLOCK if request.GET.get("marks") == "yes" else 0
    return compression.streamed(
        request, repit_server.snapshot(who, block, request.GET.get("after", "")), LINES
    )


@require_GET
@for_subscribers
def changes(request: HttpRequest, who: Granted) -> HttpResponseBase:
    """Changes after `after`, waiting up to `wait` seconds (at most 25) for the first."""
    after = _number(request, "after", whole=True)
    wait = 0.0 if has_waited(request) else _number(request, "wait", whole=False)
    outside = repit_server.wait_outside(int(after), wait) if may_park(request) else 0.0
    if outside:
        return Parked(f"subscriber {who.id}", outside, partial(feed_watch.watch, int(after)))
    return compression.whole(
        request, encode_page(repit_server.page(who, int(after), wait)), "application/json"
    )


@csrf_exempt
@require_POST
@for_subscribers
def acknowledgements(request: HttpRequest, who: Granted) -> HttpResponseBase:
    """What the subscriber has taken in and forgotten."""
    try:
        acknowledgement = decode_acknowledgement(request.body)
    except WireRefused as error:
        raise InputRefused(detail=error.detail) from None
    subscribers.acknowledge(who, acknowledgement.sequence, acknowledgement.withdrawn_items)
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
