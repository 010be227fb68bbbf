"""Who may ask the gate.

In: a request. Out: nothing, or `KeyRefused`. Next: the views. Without keys in the settings anyone who reaches
the port may ask; `process` then listens on loopback only.
"""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, Final, ParamSpec

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from repit.foundation.errors import KeyRefused, Text
from repit.platform.gate.platforms import admits

P = ParamSpec("P")
_NEXT: Final = Text(
    "Send it as 'Authorization: Bearer …'; the gate's operator lists it in REPIT_GATE_KEYS.",
    "Envoyez-la dans « Authorization: Bearer … » ; l'exploitant du filtre la note dans REPIT_GATE_KEYS.",
)


def for_platforms(
    view: Callable[Concatenate[HttpRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Let a request through if it carries one of the gate's keys, or if there are none."""

    @wraps(view)
    def admitted(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not admits(request.headers.get("Authorization", ""), settings.REPIT_GATE_KEYS):
            raise KeyRefused(next_step=_NEXT)
        return view(request, *args, **kwargs)

    return admitted
