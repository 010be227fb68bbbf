"""Who may ask the gate.

In: a request. Out: nothing, or `KeyRefused`. Next: the views. Without keys in the settings anyone who reaches
the port may ask; `process` then listens on loopback only.
"""

from collections.abc import Mapping
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest

from repit.foundation.errors import KeyRefused, Text
from repit.foundation.web.api.security import Requirement, any_of
from repit.platform.gate.platforms import admits

_NEXT: Final = Text(
    "Send it as 'Authorization: Bearer …'; the gate’s operator lists it in REPIT_GATE_KEYS.",
    "Envoyez-la dans « Authorization: Bearer … » ; l’exploitant du filtre la note dans REPIT_GATE_KEYS.",
)


class _PlatformKey:
    schemes: Mapping[str, Mapping[str, Any]] = {
        "platform": {"type": "http", "scheme": "bearer", "description": "One of REPIT_GATE_KEYS."}
    }

    def recognise(self, request: HttpRequest) -> None:
        """Let a request through if it carries one of the gate's keys, or if there are none."""
        if not admits(request.headers.get("Authorization", ""), settings.REPIT_GATE_KEYS):
            raise KeyRefused(next_step=_NEXT)

    def requirements(self) -> list[Requirement]:
        """Where the gate has keys, one of them."""
        return any_of("platform") if settings.REPIT_GATE_KEYS else [{}, *any_of("platform")]


PLATFORM: Final = _PlatformKey()
