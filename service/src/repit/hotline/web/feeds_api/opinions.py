"""Opinions over HTTP, for subscribers of our own feed.

In: `POST {"item", "opinion", "tags", "depth"}` to say what one thinks, `GET ?item=` to hear what all think
together; of items that the subscriber may see. Out: counts by opinion; who said what stays here. Next:
`repit.hotline.feeds.opinions`. With the key of its review desk a subscriber's people speak; `depth` says how
much of the item's family agreed with what they saw, of a hundred.
"""

from collections import Counter
from typing import Annotated, Literal

from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from repit.foundation.errors import InputRefused, NotFound
from repit.hotline.feeds import eligibility, opinions
from repit.hotline.feeds.keys import Granted
from repit.hotline.web.feeds_api.report_limits import counted
from repit.hotline.web.feeds_api.views import for_desks_too


class _Said(BaseModel):
    model_config = ConfigDict(extra="forbid")
    item: Annotated[str, Field(min_length=1, max_length=64)]
    opinion: Literal["blocked", "not_blocked", "pending"]
    tags: Annotated[list[str], Field(max_length=opinions.MAX_TAGS)] = []
    depth: Annotated[int, Field(ge=0, le=100, strict=True)] | None = None


@csrf_exempt
@require_http_methods(["GET", "POST"])
@for_desks_too
@counted
def opinion(request: HttpRequest, who: Granted) -> HttpResponseBase:
    """Say or hear. Raises `InputRefused`, `NotFound`."""
    if request.method == "GET":
        return JsonResponse(_together(who, request.GET.get("item", "")))
    try:
        said = _Said.model_validate_json(request.body)
    except ValidationError:
        raise InputRefused from None
    if not opinions.give(who, [said.item], said.opinion, said.tags, said.depth):
        raise NotFound
    return JsonResponse(_together(who, said.item))


def _together(who: Granted, name: str) -> dict[str, object]:
    if not eligibility.visible(who, [name]).exists():
        raise NotFound
    counts = Counter(held.view for held in opinions.of([name]).get(name, []))
    words: tuple[opinions.View, ...] = ("blocked", "not_blocked", "pending")
    return {"item": name, "opinions": {word: counts[word] for word in words}}
