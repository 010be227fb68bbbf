"""A picture that is only named by its address.

In: an address, where the operator allows that at all. Out: a verdict on what lies there. Next:
`platform.integrations.http_api`, `platform.integrations`.

The vetted way out (`foundation.outbound`) does the fetching: every answer of the name is vetted, and every
redirect again. What cannot be fetched is not decided, and the policy says what follows. The address is kept
nowhere and stands in no answer.
"""

from typing import Final
from urllib.parse import urlsplit

from django.conf import settings

from repit.foundation.errors import InputRefused, OutboundRefused, PeerFailed, Text
from repit.foundation.outbound import Outbound
from repit.platform.gate.errors import UrlsRefused
from repit.platform.gate.inspection.inspector import Inspector
from repit.platform.gate.inspection.question import NotLookedAt
from repit.platform.gate.runtime import Gate
from repit.platform.gate.verdict import Verdict

SECONDS: Final = 10.0
_GONE: Final = frozenset({404, 410})


class NotThere(OutboundRefused):
    code = "not-there"
    message = Text("Nothing is at that address.", "Il n’y a rien à cette adresse.")


def inspect_at(gate: Gate, url: str, channel: str, inspector: Inspector) -> Verdict:
    """Judge what lies at an address. Raises `UrlsRefused`, `InputRefused`, `TooLarge`, `Overloaded`."""
    if not settings.REPIT_GATE_URLS:
        raise UrlsRefused
    _require_web(url)
    try:
        return inspect_there(gate, url, channel, SECONDS, inspector)
    except OutboundRefused as refused:
        return inspector.inspect(NotLookedAt(refused.code, channel))


def inspect_there(
    gate: Gate, url: str, channel: str, seconds: float, inspector: Inspector | None = None
) -> Verdict:
    """Judge what can be fetched from an address; of a long file its digests, as they come. `inspector`: the
    gate's own where none is given.

    Raises `OutboundRefused` (`NotThere` among them), `TooLarge`, `Overloaded`.
    """
    most: int = settings.REPIT_GATE_MAX_FILE_BYTES
    with gate.admission.buffer(channel) as upload:
        with (
            Outbound("", redirects=True) as outbound,
            outbound.pieces(url, seconds=seconds, max_bytes=most) as (status, pieces),
        ):
            if status in _GONE:
                raise NotThere
            if status != 200:
                raise PeerFailed(detail=f"status {status}")
            for piece in pieces:
                upload.write(piece)
        return (inspector or gate.inspector).inspect(upload.asked(channel))


def _require_web(url: str) -> None:
    try:
        parts = urlsplit(url)
        fine = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.username is None
    except ValueError:
        fine = False
    if not fine:
        raise InputRefused(
            Text(
                "The address must begin with http:// or https:// and hold no password.",
                "L’adresse doit commencer par http:// ou https:// et ne contenir aucun mot de passe.",
            )
        )
