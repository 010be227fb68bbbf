"""StopNCII v1 over HTTP, for unmodified `tx`, HMA and Coop.

In: requests with the two headers of the protocol. Out: JSON. Next: clients whose base address is
`https://hotline/exchange/stopncii/v1`.

`Ocp-Apim-Subscription-Key` is the subscriber's key and says who asks. `x-functions-key` is no secret here:
the name of the endpoint, or the subscriber's key again. A client that sends one key only may use either.
"""

import hmac
from collections.abc import Callable
from functools import update_wrapper

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from repit.exchanges.stopncii.wire import (
    MAX_RECORDS,
    Endpoint,
    decode_feedbacks,
    decode_proposals,
    encode_page,
)
from repit.foundation.errors import InputRefused, KeyRefused, Text, WireRefused
from repit.hotline.feeds import stopncii_server, subscribers
from repit.hotline.feeds.keys import Granted
from repit.hotline.feeds.timeline import LAST_SECOND
from repit.hotline.web.feeds_api.report_limits import counted

View = Callable[[HttpRequest, Granted], HttpResponseBase]


def _for(endpoint: Endpoint) -> Callable[[View], Callable[[HttpRequest], HttpResponseBase]]:
    """Find out whose keys the request carries. Raises `KeyRefused`; a wire that is refused is a 400."""

    def decorated(view: View) -> Callable[[HttpRequest], HttpResponseBase]:
        def recognised(request: HttpRequest) -> HttpResponseBase:
            function = request.headers.get("x-functions-key", "").strip()
            subscription = request.headers.get("Ocp-Apim-Subscription-Key", "").strip() or function
            fits = [
                hmac.compare_digest(function.encode(), expected.encode())
                for expected in (endpoint, subscription, "")
            ]
            if not any(fits):
                raise KeyRefused
            who = subscribers.recognise(subscription, "stopncii")
            try:
                answer = view(request, who)
            except WireRefused as error:
                raise InputRefused(detail=error.detail) from None
            answer["Cache-Control"] = "no-store"
            return answer

        return update_wrapper(recognised, view)

    return decorated


@require_GET
@_for("FetchHashes")
def fetch_hashes(request: HttpRequest, who: Granted) -> HttpResponseBase:
    """A page of records from `startTimestamp` on, that second included."""
    page = stopncii_server.fetch(
        who,
        _number(request, "startTimestamp", 0),
        _number(request, "pageSize", 800),
        request.GET.get("nextPageToken", ""),
    )
    return HttpResponse(encode_page(page), content_type="application/json")


@csrf_exempt
@require_POST
@_for("SubmitFeedback")
@counted
def submit_feedback(request: HttpRequest, who: Granted) -> HttpResponseBase:
    """Opinions on hashes. May be repeated."""
    said, aside = decode_feedbacks(request.body)
    return JsonResponse({"known": stopncii_server.feedback(who, said), "setAside": aside})


@csrf_exempt
@require_POST
@_for("SubmitHashes")
@counted
def submit_hashes(request: HttpRequest, who: Granted) -> HttpResponseBase:
    """Hashes proposed for review. May be repeated."""
    proposed, aside = decode_proposals(request.body)
    return JsonResponse(
        {"new": stopncii_server.propose(who, proposed), "setAside": aside, "most": MAX_RECORDS}
    )


def _number(request: HttpRequest, name: str, absent: int) -> int:
    raw = request.GET.get(name, str(absent))
    if not (raw.isascii() and raw.isdigit() and len(raw) < 19 and int(raw) <= LAST_SECOND):
        raise InputRefused(Text(f"'{name}' is a number from 0 up.", f"« {name} » est un nombre, 0 ou plus."))
    return int(raw)
