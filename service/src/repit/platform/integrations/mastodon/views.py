"""Where a Mastodon server's webhook arrives.

In: a signed POST. Out: rows, then 202; nothing is looked at while the server waits. Next: `worker`.
Until the rows are written nothing is acknowledged: the server then tells it again, up to sixteen times.
"""

from collections.abc import Mapping
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from repit.foundation.errors import NotFound, Text
from repit.foundation.web.api.answers import JSON, empty
from repit.foundation.web.api.operations import Words, operation
from repit.foundation.web.api.security import Requirement, any_of
from repit.platform.integrations.mastodon import queue, wire, worker

SIGNATURE: Final = "X-Hub-Signature"
_WORDS: Final = Words(
    Text("For Mastodon: tell what was posted", "Pour Mastodon : dire ce qui a été publié"),
    Text(
        "A webhook as a Mastodon server sends it, signed with the secret of REPIT_MASTODON_SECRET. Pictures"
        " of posts and profiles are looked at afterwards.",
        "Un webhook tel qu’un serveur Mastodon l’envoie, signé par le secret de REPIT_MASTODON_SECRET. Les"
        " images des messages et des profils sont examinées ensuite.",
    ),
    "curl -d @event.json -H 'Content-Type: application/json' -H 'X-Hub-Signature: sha256=…'"
    " http://{address}/v1/hooks/mastodon",
)


class _Signature:
    schemes: Mapping[str, Mapping[str, Any]] = {
        "mastodon": {
            "type": "apiKey",
            "in": "header",
            "name": SIGNATURE,
            "description": "`sha256=` and the HMAC-SHA-256 of the body under REPIT_MASTODON_SECRET, in"
            " hexadecimal digits.",
        }
    }

    def recognise(self, request: HttpRequest) -> None:
        """Raises `NotFound` where no server is set, `KeyRefused`."""
        if not settings.REPIT_MASTODON_URL:
            raise NotFound
        wire.verify(settings.REPIT_MASTODON_SECRET, request.body, request.headers.get(SIGNATURE, ""))

    def requirements(self) -> list[Requirement]:
        return any_of("mastodon")


@operation(
    "POST",
    name="mastodon-hook",
    answers=(empty("Written down, or of no interest.", 202),),
    refusals=(NotFound,),
    security=_Signature(),
    bodies={JSON: wire.Event},
    words=_WORDS,
)
def hook(request: HttpRequest) -> HttpResponseBase:
    """Take in what is told. Raises `InputRefused`."""
    found = wire.read(request.body)
    if found:
        queue.take_in(found)
        worker.announced.set()
    return HttpResponse(status=202)
