"""Opinions over HTTP, for subscribers of our own feed.

In: `POST {"item", "opinion", "tags"}` to say what one thinks, `GET ?item=` to hear what all think together.
Out: counts by opinion; who said what stays here. Next: `repit.exchange.opinions`.
"""

from collections import Counter
from typing import Annotated, Literal

from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from repit.bank.models import Item
from repit.exchange import opinions
from repit.exchange.keys import Granted
from repit.foundation.errors import InputRefused, NotFound
from repit.interfaces.exchange_api.views import for_subscribers


class _Said(BaseModel):
    model_config = ConfigDict(extra="forbid")
    item: Annotated[str, Field(min_length=1, max_length=64)]
    opinion: Literal["blocked", "not_blocked", "pending"]
    tags: Annotated[list[str], Field(max_length=opinions.MAX_TAGS)] = []


@csrf_exempt
@require_http_methods(["GET", "POST"])
@for_subscribers
def opinion(request: HttpRequest, who: Granted) -> HttpResponseBase:
    """Say or hear. Raises `InputRefused`, `NotFound`."""
    if request.method == "GET":
        return JsonResponse(_together(request.GET.get("item", "")))
    try:
        said = _Said.model_validate_json(request.body)
    except ValidationError:
        raise InputRefused from None
    if not opinions.give(who, [said.item], said.opinion, said.tags):
        raise NotFound
    return JsonResponse(_together(said.item))


def _together(name: str) -> dict[str, object]:
    if not Item.objects.filter(token=name, told=True).exists():
        raise NotFound
    counts = Counter(held.view for held in opinions.of([name]).get(name, []))
    words: tuple[opinions.View, ...] = ("blocked", "not_blocked", "pending")
    return {"item": name, "opinions": {word: counts[word] for word in words}}
