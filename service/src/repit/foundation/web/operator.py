"""Whether it is the operator who asks: what a stranger must not know of an installation is told to nobody
else.

In: a request. Out: yes or no; or `KeyRefused`. Next: `/ready`, `/metrics` of both wings.

With REPIT_METRICS_KEY it is whoever sends it. Without, whoever asks from this machine itself: the connection
comes from loopback, asks for a loopback name, and bears nothing that a proxy adds. A proxy on the same
machine comes from loopback as well; each that our guide knows says so in a header.
"""

import hmac
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest

from repit.foundation.errors import KeyRefused, Text
from repit.foundation.web.api.security import Requirement, any_of

_OF_A_PROXY: Final = (
    "Forwarded",
    "Via",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Proto",
    "X-Real-IP",
)
_NEXT: Final = Text(
    "Send REPIT_METRICS_KEY as 'Authorization: Bearer …'; without that setting, ask from the machine itself,"
    " at 127.0.0.1 and not through the proxy.",
    "Envoyez REPIT_METRICS_KEY dans « Authorization: Bearer … » ; sans ce réglage, demandez depuis la machine"
    " elle-même, à 127.0.0.1 et sans passer par le proxy.",
)


def asks(request: HttpRequest) -> bool:
    """Whether it is the operator."""
    key: str = settings.REPIT_METRICS_KEY
    if not key:
        return _from_here(request)
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    return scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), key.encode())


class _OperatorsKey:
    schemes: Mapping[str, Mapping[str, Any]] = {
        "operator": {
            "type": "http",
            "scheme": "bearer",
            "description": "REPIT_METRICS_KEY; where that is not set, none is needed on the machine itself.",
        }
    }

    def recognise(self, request: HttpRequest) -> None:
        """Let the operator through. Raises `KeyRefused`."""
        if not asks(request):
            raise KeyRefused(next_step=_NEXT)

    def requirements(self) -> list[Requirement]:
        """The key."""
        return any_of("operator")


OPERATOR: Final = _OperatorsKey()


def _from_here(request: HttpRequest) -> bool:
    if any(name in request.headers for name in _OF_A_PROXY):
        return False
    host = request.get_host().rpartition(":")[0] if ":" in request.get_host() else request.get_host()
    return _loopback(request.META.get("REMOTE_ADDR", "")) and (
        host == "localhost" or _loopback(host.strip("[]"))
    )


def _loopback(text: str) -> bool:
    try:
        address = ip_address(text)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback
