"""Our own feed over HTTP.

In: requests with `Authorization: Bearer KEY`. Out: a snapshot as a compressed stream, pages of changes,
receipts for acknowledgements. Next: subscribers' clients. Plain Django, since this is a hot path.
"""

from functools import partial
from typing import Annotated, Final

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from pydantic import BaseModel, FailFast, Field

from repit.exchanges.repit.snapshot_wire import BLOCK
from repit.exchanges.repit.wire import MAX_ITEM, PageOut, encode_page
from repit.foundation.errors import NotFound, NotGranted
from repit.foundation.process.front.errors import TooManyStreams, TooManyWaiting
from repit.foundation.web.api.answers import JSON, Answer, empty
from repit.foundation.web.api.operations import operation
from repit.foundation.web.api.reading import Parameters
from repit.foundation.web.parking import Parked, has_waited, may_park
from repit.foundation.whole import WHOLE
from repit.hotline.bank import feed_watch
from repit.hotline.feeds import repit_server, subscribers
from repit.hotline.feeds.keys import Granted
from repit.hotline.web.feeds_api import compression
from repit.hotline.web.feeds_api.security import SUBSCRIBER

LINES: Final = "application/x-ndjson"
MOMENTS: Final = "`yes`: videos with their moments (docs/en/moments.md)."
_MOST: Final = 2**63


class SnapshotFrom(Parameters):
    """`marks`: "yes" for a mark after each block, from which a snapshot that was cut can go on."""

    marks: Annotated[str, Field(description="`yes`: with marks, so that it can go on where it was cut.")] = ""
    after: Annotated[str, Field(description="The name at the last mark that was read.")] = ""
    moments: Annotated[str, Field(description=MOMENTS)] = ""


class ChangesFrom(Parameters):
    """Where a subscriber is, and how long it waits for the first change."""

    after: Annotated[int, Field(ge=0, lt=_MOST, description="The last change that was taken in.")] = 0
    wait: Annotated[
        float, Field(ge=0, lt=_MOST, description="Seconds to wait for a first change; at most 25 are waited.")
    ] = 0.0
    moments: Annotated[str, Field(description=MOMENTS)] = ""


class AcknowledgementIn(BaseModel):
    """What a subscriber has taken in: every change up to `sequence`, and these withdrawals carried out."""

    sequence: Annotated[int, Field(ge=0, lt=_MOST), WHOLE]
    withdrawn_items: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=MAX_ITEM)], ...], FailFast()
    ] = ()


@operation(
    "GET",
    answers=(Answer("Lines of JSON: a head, entries, their number and SHA-256.", media=LINES),),
    refusals=(NotFound, NotGranted, TooManyStreams),
    security=SUBSCRIBER,
)
def snapshot(request: HttpRequest, who: Granted, query: SnapshotFrom) -> HttpResponseBase:
    """Everything: lines of JSON, last their count and SHA-256; `marks=yes` and `after=` make it resumable."""
    block = BLOCK if query.marks == "yes" else 0
    lines = repit_server.snapshot(who, block, query.after, moments=query.moments == "yes")
    return compression.streamed(request, lines, LINES)


@operation(
    "GET",
    answers=(Answer("A page of changes.", PageOut),),
    refusals=(NotGranted, TooManyWaiting),
    security=SUBSCRIBER,
)
def changes(request: HttpRequest, who: Granted, query: ChangesFrom) -> HttpResponseBase:
    """Changes after `after`, waiting up to `wait` seconds (at most 25) for the first."""
    wait = 0.0 if has_waited(request) else query.wait
    outside = repit_server.wait_outside(query.after, wait) if may_park(request) else 0.0
    if outside:
        return Parked(f"subscriber {who.id}", outside, partial(feed_watch.watch, query.after))
    page = repit_server.page(who, query.after, wait, moments=query.moments == "yes")
    return compression.whole(request, encode_page(page), JSON)


@operation("POST", answers=(empty("Noted.", 204),), refusals=(NotGranted,), security=SUBSCRIBER)
def acknowledgements(request: HttpRequest, who: Granted, body: AcknowledgementIn) -> HttpResponseBase:  # noqa: ARG001
    """What the subscriber has taken in and forgotten."""
    subscribers.acknowledge(who, body.sequence, body.withdrawn_items)
    return HttpResponse(status=204)
