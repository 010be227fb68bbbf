"""Matches over HTTP: gates say how often each item matched, never what was uploaded or by whom.

In: `{"window": {"from", "to"}, "matches": [{"item", "count"}]}`, times in ISO 8601 with their zone. Out: how
many of the items are known to this subscriber. Next: `repit.hotline.feeds.matches`. A window may be sent
again: it counts once.
"""

from collections import Counter
from datetime import UTC, datetime
from typing import Annotated, Final

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from pydantic import AwareDatetime, BeforeValidator, Field
from typing_extensions import TypedDict

from repit.foundation.errors import InputRefused, NotGranted, TooManyReports
from repit.foundation.web.api.answers import Answer
from repit.foundation.web.api.operations import operation
from repit.foundation.web.api.reading import Strict
from repit.foundation.whole import WHOLE
from repit.hotline.bank.floods import MAX_COUNT
from repit.hotline.feeds.caps import MovedTooMuch
from repit.hotline.feeds.keys import Granted
from repit.hotline.feeds.matches import report
from repit.hotline.web.feeds_api.report_limits import counted
from repit.hotline.web.feeds_api.security import SUBSCRIBER


def _a_date(value: object) -> object:
    """A number would be read as seconds, or as thousandths of them."""
    if isinstance(value, str) and value[4:5] == "-":
        return value
    raise ValueError


_Moment = Annotated[AwareDatetime, BeforeValidator(_a_date)]


class WindowIn(Strict):
    """When the matches were met."""

    begins: Annotated[_Moment, Field(alias="from")]
    ends: Annotated[_Moment, Field(alias="to")]


class MatchIn(Strict):
    """How often one item matched."""

    item: Annotated[str, Field(min_length=1, max_length=64)]
    count: Annotated[int, Field(gt=0, le=MAX_COUNT), WHOLE]


class MatchesIn(Strict):
    """A report of one window."""

    window: WindowIn
    matches: Annotated[list[MatchIn], Field(min_length=1, max_length=1000)]


class KnownAnswer(TypedDict):
    """Of how many items this subscriber may speak."""

    known: int


_KNOWN: Final = Answer("Taken in.", KnownAnswer)


@operation(
    "POST",
    answers=(_KNOWN,),
    refusals=(NotGranted, TooManyReports, MovedTooMuch),
    security=SUBSCRIBER,
    limit=counted,
)
def matches(request: HttpRequest, who: Granted, body: MatchesIn) -> HttpResponseBase:  # noqa: ARG001
    """Take in a batch. Raises `InputRefused`, `TooManyReports`."""
    counts: Counter[str] = Counter()
    for match in body.matches:
        counts[match.item] += match.count
    return _KNOWN({"known": report(who, counts, _utc(body.window.begins), _utc(body.window.ends))})


def _utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except (OverflowError, ValueError):
        raise InputRefused from None
