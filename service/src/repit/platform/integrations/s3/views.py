"""The webhook that the storage calls.

In: `POST /v1/storage/s3/events` with a notification, under the token that the storage was given. Out: rows,
committed before the answer is. Next: `worker`.

An answer that is no success has the storage send it again; so one unreadable record in a notification does
not refuse the others, for the same records would come back for ever.
"""

import hmac
import logging
from collections.abc import Mapping
from typing import IO, Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from typing_extensions import TypedDict

from repit.foundation.errors import InputRefused, KeyRefused, NotFound, Text, TooLarge
from repit.foundation.web.api.answers import JSON, Answer, empty
from repit.foundation.web.api.operations import Words, at_one_address, operation
from repit.foundation.web.api.security import Requirement, any_of
from repit.platform.integrations.s3 import queue
from repit.platform.integrations.s3.events_wire import Notification, heard

MOST_BYTES: Final = 2 * 1024 * 1024
_PIECE: Final = 64 * 1024
_NEXT: Final = Text(
    "Give the storage the token of REPIT_GATE_S3_TOKEN; it sends it as 'Authorization: Bearer …'.",
    "Donnez au stockage le jeton de REPIT_GATE_S3_TOKEN ; il l’envoie dans « Authorization: Bearer … ».",
)
_log: Final = logging.getLogger(__name__)


_THERE: Final = Words(
    Text("For the storage: is anybody there?", "Pour le stockage : y a-t-il quelqu’un ?"),
    Text(
        "200 where this gate looks at an object storage (REPIT_GATE_S3_URL). Some storages ask before they"
        " notify.",
        "200 si ce filtre s’occupe d’un stockage d’objets (REPIT_GATE_S3_URL). Certains stockages le"
        " demandent avant de notifier.",
    ),
    "curl --head http://{address}/v1/storage/s3/events",
)
_NOTIFY: Final = Words(
    Text("For the storage: tell what was stored", "Pour le stockage : dire ce qui a été déposé"),
    Text(
        "A notification as S3, EventBridge or SeaweedFS sends it, with the token of REPIT_GATE_S3_TOKEN. What"
        " was written is looked at afterwards.",
        "Une notification telle que S3, EventBridge ou SeaweedFS l’envoie, avec le jeton de"
        " REPIT_GATE_S3_TOKEN. Ce qui a été écrit est examiné ensuite.",
    ),
    "curl -d @notification.json -H 'Content-Type: application/json' -H 'Authorization: Bearer TOKEN'"
    " http://{address}/v1/storage/s3/events",
)


class TakenInAnswer(TypedDict):
    """`unread`: records in no form that is known."""

    taken_in: int
    unread: int


class _StorageToken:
    schemes: Mapping[str, Mapping[str, Any]] = {
        "storage": {"type": "http", "scheme": "bearer", "description": "REPIT_GATE_S3_TOKEN."}
    }

    def recognise(self, request: HttpRequest) -> None:
        """Raises `NotFound` where there is no storage, `KeyRefused`."""
        _require_storage()
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        wanted: str = settings.REPIT_GATE_S3_TOKEN
        good = hmac.compare_digest(token.strip().encode(), wanted.encode())
        if scheme.lower() != "bearer" or not wanted or not good:
            raise KeyRefused(next_step=_NEXT)

    def requirements(self) -> list[Requirement]:
        return any_of("storage")


_TAKEN: Final = Answer("Written down.", TakenInAnswer)
_REFUSALS: Final = (NotFound,)


@operation(
    "POST",
    name="storage-notify",
    answers=(_TAKEN,),
    refusals=_REFUSALS,
    security=_StorageToken(),
    bodies={JSON: Notification},
    words=_NOTIFY,
)
def notify(request: HttpRequest) -> HttpResponseBase:
    """Write down what was stored. Raises `InputRefused`, `TooLarge`."""
    news = heard(_body(request))
    taken_in = queue.take_in(news.written)
    if news.unread:
        _log.warning("records of a notification cannot be read: %d", news.unread)
    return _TAKEN({"taken_in": taken_in, "unread": news.unread})


@operation("HEAD", name="storage-there", answers=(empty("Here.", 200),), refusals=_REFUSALS, words=_THERE)
def there(request: HttpRequest) -> HttpResponseBase:  # noqa: ARG001
    """MinIO asks so whether someone is there. Raises `NotFound`."""
    _require_storage()
    return HttpResponse()


events: Final = at_one_address(notify, there)


def _require_storage() -> None:
    if not settings.REPIT_GATE_S3_URL:
        raise NotFound


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
