"""Opinions over HTTP, for subscribers of our own feed.

In: `POST {"item", "opinion", "tags", "depth"}` to say what one thinks, `GET ?item=` to hear what all think
together; of items that the subscriber may see. Out: counts by opinion; who said what stays here. Next:
`repit.hotline.feeds.opinions`. With the key of its review desk a subscriber's people speak; `depth` says how
much of the item's family agreed with what they saw, of a hundred.
"""

from collections import Counter
from typing import Annotated, Final, Literal

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from pydantic import Field
from typing_extensions import TypedDict

from repit.foundation.errors import NotFound, NotGranted, TooManyReports
from repit.foundation.web.api.answers import Answer
from repit.foundation.web.api.operations import at_one_address, operation
from repit.foundation.web.api.reading import Parameters, Strict
from repit.foundation.whole import WHOLE
from repit.hotline.feeds import eligibility, opinions
from repit.hotline.feeds.caps import MovedTooMuch
from repit.hotline.feeds.keys import Granted
from repit.hotline.web.feeds_api.report_limits import counted
from repit.hotline.web.feeds_api.security import DESK_TOO


class AboutItem(Parameters):
    """Of which item opinions are asked."""

    item: Annotated[str, Field(max_length=64, description="An item's name in the feed.")] = ""


class OpinionIn(Strict):
    """What a subscriber thinks of an item."""

    item: Annotated[str, Field(min_length=1, max_length=64)]
    opinion: Literal["blocked", "not_blocked", "pending"]
    tags: list[str] = Field(default_factory=list, max_length=opinions.MAX_TAGS)
    depth: Annotated[int, Field(ge=0, le=100), WHOLE] | None = None


class OpinionCounts(TypedDict):
    """How many subscribers think so."""

    blocked: int
    not_blocked: int
    pending: int


class OpinionsAnswer(TypedDict):
    """What all think together."""

    item: str
    opinions: OpinionCounts


_TOGETHER: Final = Answer("What all think together.", OpinionsAnswer)


@operation("GET", answers=(_TOGETHER,), refusals=(NotFound, NotGranted), security=DESK_TOO)
def opinions_of(request: HttpRequest, who: Granted, query: AboutItem) -> HttpResponseBase:  # noqa: ARG001
    """What all think together of an item. Raises `NotFound`."""
    return _TOGETHER(_together(who, query.item))


@operation(
    "POST",
    answers=(_TOGETHER,),
    refusals=(NotFound, NotGranted, TooManyReports, MovedTooMuch),
    security=DESK_TOO,
    limit=counted,
)
def give_opinion(request: HttpRequest, who: Granted, body: OpinionIn) -> HttpResponseBase:  # noqa: ARG001
    """Say what one thinks of an item, and hear what all think together. Raises `NotFound`."""
    if not opinions.give(who, [body.item], body.opinion, body.tags, body.depth):
        raise NotFound
    return _TOGETHER(_together(who, body.item))


opinion: Final = at_one_address(opinions_of, give_opinion)


def _together(who: Granted, name: str) -> OpinionsAnswer:
    if not eligibility.visible(who, [name]).exists():
        raise NotFound
    counts = Counter(held.view for held in opinions.of([name]).get(name, []))
    return {
        "item": name,
        "opinions": {
            "blocked": counts["blocked"],
            "not_blocked": counts["not_blocked"],
            "pending": counts["pending"],
        },
    }
