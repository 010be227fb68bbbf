"""Matches over HTTP: gates say how often each item matched, never what was uploaded or by whom.

In: `{"window": {"from", "to"}, "matches": [{"item", "count"}]}`, times in ISO 8601 with their zone. Out: how
many of the items are known to this subscriber. Next: `repit.hotline.feeds.matches`. A window may be sent
again: it counts once.
"""

from collections import Counter
from datetime import UTC, datetime
from typing import Annotated

from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from repit.foundation.errors import InputRefused
from repit.hotline.bank.floods import MAX_COUNT
from repit.hotline.feeds.keys import Granted
from repit.hotline.feeds.matches import report
from repit.hotline.web.feeds_api.report_limits import counted
from repit.hotline.web.feeds_api.views import for_subscribers


class _Window(BaseModel):
    model_config = ConfigDict(extra="forbid")
    begins: Annotated[AwareDatetime, Field(alias="from")]
    ends: Annotated[AwareDatetime, Field(alias="to")]


class _Match(BaseModel):
    model_config = ConfigDict(extra="forbid")
    item: Annotated[str, Field(min_length=1, max_length=64)]
    count: Annotated[int, Field(gt=0, le=MAX_COUNT, strict=True)]


class _Report(BaseModel):
    model_config = ConfigDict(extra="forbid")
    window: _Window
    matches: Annotated[list[_Match], Field(min_length=1, max_length=1000)]


@csrf_exempt
@require_POST
@for_subscribers
@counted
def matches(request: HttpRequest, who: Granted) -> HttpResponseBase:
    """Take in a batch. Raises `InputRefused`, `TooManyReports`."""
    try:
        said = _Report.model_validate_json(request.body)
    except ValidationError:
        raise InputRefused from None
    counts: Counter[str] = Counter()
    for match in said.matches:
        counts[match.item] += match.count
    known = report(who, counts, _utc(said.window.begins), _utc(said.window.ends))
    return JsonResponse({"known": known})


def _utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except (OverflowError, ValueError):
        raise InputRefused from None
