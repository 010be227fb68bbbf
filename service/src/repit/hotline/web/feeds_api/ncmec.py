"""NCMEC hash sharing v2 over HTTP.

In: requests with HTTP Basic, in which the password is the subscriber's key and the user name is not
looked at. Out: XML. Next: threatexchange's NCMEC client with its root pointed at
`https://hotline/exchange/ncmec`.
"""

from typing import Annotated, Final

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from pydantic import Field

from repit.exchanges.ncmec.wire import (
    FINGERPRINTS,
    TIME,
    Window,
    decode_feedback,
    encode_members,
    encode_reasons,
    encode_status,
    parse_time,
)
from repit.foundation.clock import now
from repit.foundation.errors import NotFound, NotGranted, TooManyReports
from repit.foundation.web.api.answers import Answer, empty
from repit.foundation.web.api.operations import operation
from repit.foundation.web.api.reading import Parameters
from repit.hotline.feeds import ncmec_server
from repit.hotline.feeds.caps import MovedTooMuch
from repit.hotline.feeds.keys import Granted
from repit.hotline.web.feeds_api.report_limits import counted
from repit.hotline.web.feeds_api.security import NCMEC

_XML: Final = "application/xml"
_UTF8_XML: Final = "application/xml; charset=utf-8"
_MOST: Final = 10**18
_Time = Annotated[str, Field(pattern=f"^{TIME}$")]
_Number = Annotated[int, Field(ge=0, lt=_MOST)]


class EntriesIn(Parameters):
    """A window of time, and where a page of it begins; `start`, `size` and `max` as `next` gave them."""

    begins: Annotated[_Time, Field(alias="from")] = "1970-01-01T00:00:00Z"
    ends: Annotated[_Time | None, Field(alias="to", description="Not included; without it, now.")] = None
    start: _Number = 0
    size: _Number = ncmec_server.PAGE
    last: Annotated[_Number, Field(alias="max")] = 0


@operation(
    "GET",
    answers=(Answer("Who asks.", media=_XML),),
    refusals=(NotGranted,),
    security=NCMEC,
    name="ncmec-status",
)
def status(request: HttpRequest, who: Granted) -> HttpResponseBase:  # noqa: ARG001
    """Who asks."""
    return HttpResponse(encode_status(ncmec_server.whoami(who)), content_type=_UTF8_XML)


@operation(
    "GET",
    answers=(Answer("Their numbers and names.", media=_XML),),
    refusals=(NotGranted,),
    security=NCMEC,
    name="ncmec-members",
)
def members(request: HttpRequest) -> HttpResponseBase:  # noqa: ARG001
    """Everyone who gives entries or feedback."""
    return HttpResponse(encode_members(ncmec_server.members()), content_type=_UTF8_XML)


@operation(
    "GET",
    answers=(Answer("A page of entries, with `next` where there are more.", media=_XML),),
    refusals=(NotGranted,),
    security=NCMEC,
    name="ncmec-entries",
)
def entries(request: HttpRequest, who: Granted, query: EntriesIn) -> HttpResponseBase:  # noqa: ARG001
    """Entries changed in [from, to), or a little earlier; `start`, `size` and `max` as in `next`."""
    window = Window(
        parse_time(query.begins), int(now().timestamp()) if query.ends is None else parse_time(query.ends)
    )
    page = ncmec_server.entries(who, window, query.start, query.last, query.size)
    return HttpResponse(page, content_type=_UTF8_XML)


@operation(
    "GET",
    answers=(Answer("The reasons.", media=_XML),),
    refusals=(NotFound, NotGranted),
    security=NCMEC,
    name="ncmec-reasons",
)
def reasons(request: HttpRequest, fingerprint: str) -> HttpResponseBase:  # noqa: ARG001
    """Reasons for negative feedback on one type of fingerprint."""
    if fingerprint not in FINGERPRINTS:
        raise NotFound
    return HttpResponse(encode_reasons(fingerprint), content_type=_UTF8_XML)


@operation(
    "PUT",
    answers=(empty("Noted.", 204),),
    refusals=(NotFound, NotGranted, TooManyReports, MovedTooMuch),
    security=NCMEC,
    bodies={_XML: bytes},
    name="ncmec-feedback",
    limit=counted,
)
def feedback(
    request: HttpRequest, who: Granted, member: int, entry: str, fingerprint: str
) -> HttpResponseBase:
    """An opinion of one entry, in `feedbackSubmission`: `affirmative`, or `negative` with the `guid` of a
    reason. May be repeated."""
    ncmec_server.give_feedback(who, member, entry, fingerprint, decode_feedback(request.body))
    return HttpResponse(status=204)
