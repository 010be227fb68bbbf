"""The webhook that the storage calls.

In: `POST /v1/storage/s3/events` with a notification, under the token that the storage was given. Out: rows,
committed before the answer is. Next: `worker`.

An answer that is no success has the storage send it again; so one unreadable record in a notification does
not refuse the others, for the same records would come back for ever.
"""

import hmac
import logging
from typing import IO, Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from repit.foundation.errors import InputRefused, KeyRefused, NotFound, Text, TooLarge
from repit.platform.integrations.s3 import queue
from repit.platform.integrations.s3.events_wire import heard

MOST_BYTES: Final = 2 * 1024 * 1024
_PIECE: Final = 64 * 1024
_NEXT: Final = Text(
    "Give the storage the token of REPIT_GATE_S3_TOKEN; it sends it as 'Authorization: Bearer …'.",
    "Donnez au stockage le jeton de REPIT_GATE_S3_TOKEN ; il l'envoie dans « Authorization: Bearer … ».",
)
_log: Final = logging.getLogger(__name__)


@csrf_exempt
@require_http_methods(["POST", "HEAD"])
def events(request: HttpRequest) -> HttpResponseBase:
    """Write down what was stored. Raises `NotFound`, `KeyRefused`, `InputRefused`, `TooLarge`."""
    if not settings.REPIT_GATE_S3_URL:
        raise NotFound
    if request.method == "HEAD":
        return HttpResponse()  # MinIO asks so whether someone is there
    _require_token(request)
    said = heard(_body(request))
    taken_in = queue.take_in(said.written)
    if said.unread:
        _log.warning("records of a notification cannot be read: %d", said.unread)
    return JsonResponse({"taken_in": taken_in, "unread": said.unread})


def _require_token(request: HttpRequest) -> None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    wanted: str = settings.REPIT_GATE_S3_TOKEN
    good = hmac.compare_digest(token.strip().encode(), wanted.encode())
    if scheme.lower() != "bearer" or not wanted or not good:
        raise KeyRefused(next_step=_NEXT)


def _body(request: HttpRequest) -> bytes:
    """All of it, of a stated length or in chunks, and no more than allowed."""
    stream: IO[bytes] | Any = request
    if not request.META.get("CONTENT_LENGTH") and "chunked" in request.headers.get("Transfer-Encoding", ""):
        stream = request.META["wsgi.input"]
    taken = bytearray()
    try:
        while piece := stream.read(_PIECE):
            taken += piece
            if len(taken) > MOST_BYTES:
                raise TooLarge
    except OSError:
        raise InputRefused(detail="the notification was cut") from None
    return bytes(taken)
