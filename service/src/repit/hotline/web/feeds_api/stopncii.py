"""StopNCII v1 over HTTP, for unmodified `tx`, HMA and Coop.

In: requests with the two headers of the protocol. Out: JSON. Next: clients whose base address is
`https://hotline/exchange/stopncii/v1`.
"""

from typing import Annotated, Any, Final

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from pydantic import BaseModel, Field
from typing_extensions import TypedDict

from repit.exchanges.stopncii.wire import (
    MAX_RECORDS,
    RecordsOut,
    encode_page,
    feedbacks_in,
    proposals_in,
)
from repit.foundation.errors import NotGranted, TooManyReports
from repit.foundation.web.api.answers import JSON, Answer
from repit.foundation.web.api.operations import operation
from repit.foundation.web.api.reading import Parameters
from repit.hotline.feeds import stopncii_server
from repit.hotline.feeds.caps import MovedTooMuch
from repit.hotline.feeds.keys import Granted
from repit.hotline.feeds.timeline import LAST_SECOND
from repit.hotline.web.feeds_api.report_limits import counted
from repit.hotline.web.feeds_api.security import StopNciiKeys


class RecordsFrom(Parameters):
    """Where a client is."""

    start: Annotated[
        int, Field(alias="startTimestamp", ge=0, le=LAST_SECOND, description="In Unix seconds, included.")
    ] = 0
    size: Annotated[int, Field(alias="pageSize", ge=0, le=LAST_SECOND)] = 800
    token: Annotated[str, Field(alias="nextPageToken", description="As the page before gave it.")] = ""


class FeedbacksIn(BaseModel):
    """Opinions; each is read by itself."""

    listed: Annotated[
        list[Any],
        Field(
            alias="hashFeedbacks",
            max_length=MAX_RECORDS,
            description="Each `{hashValue, feedbackValue, tags}`; of others only their number is told.",
        ),
    ]


class ProposalsIn(BaseModel):
    """Proposals; each is read by itself."""

    listed: Annotated[
        list[Any],
        Field(
            alias="hashRecords",
            max_length=MAX_RECORDS,
            description="Each `{signalType, hashValue, CSPFeedbacks}`; of others only their number is told.",
        ),
    ]


class FeedbackAnswer(TypedDict):
    """`known`: how many concerned a hash that is known here. `rejected`: how many could not be read."""

    known: int
    rejected: int


class ProposalAnswer(TypedDict):
    """`new`: how many were new to this subscriber. `rejected`: how many could not be read. `most`: in one
    request."""

    new: int
    rejected: int
    most: int


_HEARD: Final = Answer("Taken in.", FeedbackAnswer)
_PROPOSED: Final = Answer("Taken in, for a person to review.", ProposalAnswer)
_REPORTS: Final = (NotGranted, TooManyReports, MovedTooMuch)


@operation(
    "GET",
    answers=(Answer("A page of records.", RecordsOut),),
    refusals=(NotGranted,),
    security=StopNciiKeys("FetchHashes"),
    name="stopncii-fetch-hashes",
)
def fetch_hashes(request: HttpRequest, who: Granted, query: RecordsFrom) -> HttpResponseBase:  # noqa: ARG001
    """A page of records from `startTimestamp` on, that second included."""
    page = stopncii_server.fetch(who, query.start, query.size, query.token)
    return HttpResponse(encode_page(page), content_type=JSON)


@operation(
    "POST",
    answers=(_HEARD,),
    refusals=_REPORTS,
    security=StopNciiKeys("SubmitFeedback"),
    name="stopncii-submit-feedback",
    limit=counted,
)
def submit_feedback(request: HttpRequest, who: Granted, body: FeedbacksIn) -> HttpResponseBase:  # noqa: ARG001
    """Opinions on hashes. May be repeated."""
    feedbacks, rejected = feedbacks_in(body.listed)
    return _HEARD({"known": stopncii_server.feedback(who, feedbacks), "rejected": rejected})


@operation(
    "POST",
    answers=(_PROPOSED,),
    refusals=_REPORTS,
    security=StopNciiKeys("SubmitHashes"),
    name="stopncii-submit-hashes",
    limit=counted,
)
def submit_hashes(request: HttpRequest, who: Granted, body: ProposalsIn) -> HttpResponseBase:  # noqa: ARG001
    """Hashes proposed for review. May be repeated."""
    proposed, rejected = proposals_in(body.listed)
    return _PROPOSED(
        {"new": stopncii_server.propose(who, proposed), "rejected": rejected, "most": MAX_RECORDS}
    )
