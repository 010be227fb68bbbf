"""A picture that is only named by its address.

In: an address, where the operator allows that at all. Out: a verdict on what lies there. Next:
`interfaces.gate_api`.

The vetted way out (`foundation.outbound`) does the fetching: every answer of the name is vetted, and every
redirect again. What cannot be fetched is not decided, and the policy says what follows. The address is kept
nowhere and stands in no answer.
"""

from typing import Final
from urllib.parse import urlsplit

from django.conf import settings

from repit.foundation.errors import InputRefused, OutboundRefused, Text
from repit.foundation.outbound import Outbound
from repit.gate.errors import UrlsRefused
from repit.gate.runtime import Gate
from repit.gate.verdict import Verdict

SECONDS: Final = 10.0


def inspect_at(gate: Gate, url: str, door: str) -> Verdict:
    """Judge what lies at an address. Raises `UrlsRefused`, `InputRefused`, `Overloaded`."""
    if not settings.REPIT_GATE_URLS:
        raise UrlsRefused
    _require_web(url)
    most: int = settings.REPIT_GATE_MAX_BYTES
    try:
        with Outbound("", redirects=True) as outbound:
            answer = outbound.get(url, seconds=SECONDS, max_bytes=most)
    except OutboundRefused as refused:
        return gate.inspector.cannot_look(refused.code, door)
    if answer.status != 200:
        return gate.inspector.cannot_look("not-there", door)
    with gate.arriving() as upload:
        upload.write(answer.body)
        return gate.inspector.inspect_arrived(upload, door)


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
                "L'adresse doit commencer par http:// ou https:// et ne contenir aucun mot de passe.",
            )
        )
