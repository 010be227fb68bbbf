"""What stands in front of this process, as far as requests show it: another name, a proxy that was not
declared.

In: requests. Out: those for our names; others refused with a sentence; the log told once an hour what to set.
Next: everything below. Neither names nor paths of requests are logged: a path may be a link with a secret.
"""

import logging
import time
from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.views.defaults import bad_request

from repit.foundation.errors import RequestRefused, Text
from repit.foundation.web.problems import MACHINE_PATHS, problem

_log = logging.getLogger(__name__)
_SECONDS: Final = 3600.0
_HOST: Final = (
    "requests come for a name that is none of REPIT_ALLOWED_HOSTS, and are refused: set REPIT_ADDRESS to the"
    " address that people use, or add the name to REPIT_ALLOWED_HOSTS"
)
_HTTPS: Final = (
    "a proxy says that people come over HTTPS, but REPIT_HTTPS is no: forms of theirs are refused. Set"
    " REPIT_ADDRESS to the https address that people use, or REPIT_HTTPS=yes"
)
_PROXY: Final = (
    "a proxy adds X-Forwarded-For, but REPIT_PROXIES is 0: visitors cannot be told apart, and nobody's"
    " tries are counted. Set REPIT_PROXIES to the number of your proxies"
)


class HostRefused(RequestRefused):
    code = "host"
    message = Text("This service does not answer under that name.", "Ce service ne répond pas sous ce nom.")
    next_step = Text(
        "Whoever runs it sets REPIT_ADDRESS, or adds the name to REPIT_ALLOWED_HOSTS, and restarts it.",
        "Son exploitant règle REPIT_ADDRESS, ou ajoute ce nom à REPIT_ALLOWED_HOSTS, puis le redémarre.",
    )


class KnownSurroundings:
    """Middleware: refuses what is meant for other names, and notes what was not declared."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response
        self._stated: dict[str, float] = {}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            request.get_host()
        except DisallowedHost as error:
            self._say(_HOST)
            if request.path.startswith(MACHINE_PATHS):
                return problem(HostRefused())
            return bad_request(request, error)
        if not settings.REPIT_HTTPS and request.META.get("HTTP_X_FORWARDED_PROTO") == "https":
            self._say(_HTTPS)
        elif "HTTP_X_FORWARDED_FOR" in request.META and not (settings.REPIT_PROXIES or settings.REPIT_HTTPS):
            self._say(_PROXY)
        return self._get_response(request)

    def _say(self, what: str) -> None:
        """Once an hour, whoever sends how much."""
        now = time.monotonic()
        if now - self._stated.get(what, -_SECONDS) >= _SECONDS:
            self._stated[what] = now
            _log.warning(what)
