"""How the gate is, for supervisors and monitoring.

In: nothing. Out: alive, ready, figures. Next: an operator's supervisor and monitoring.
"""

from typing import Final

from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from typing_extensions import TypedDict

from repit.exchanges import partners
from repit.foundation.web.api.answers import Answer
from repit.foundation.web.api.operations import operation
from repit.platform.gate import readiness, runtime
from repit.platform.gate.errors import GateNotRunning
from repit.platform.gate.metrics import CONTENT_TYPE
from repit.platform.integrations.http_api import words
from repit.platform.integrations.http_api.keys import PLATFORM


class AliveAnswer(TypedDict):
    """The process answers."""

    alive: bool


class ReadyAnswer(readiness.Report):
    """`exchanges`: how each stands; null while the database is away, which does not make the gate unready."""

    exchanges: list[partners.PartnerLag] | None


_ALIVE: Final = Answer("Alive.", AliveAnswer)
_READY: Final = Answer("Ready.", ReadyAnswer)
_UNREADY: Final = Answer("Not ready: traffic should not come.", ReadyAnswer, status=503)


@operation(
    "GET",
    answers=(Answer("The metrics.", media="text/plain"),),
    refusals=(GateNotRunning,),
    security=PLATFORM,
    words=words.METRICS,
)
def metrics(request: HttpRequest) -> HttpResponseBase:  # noqa: ARG001
    """Figures for an operator's monitoring."""
    return HttpResponse(runtime.current().inspector.metrics.written(), content_type=CONTENT_TYPE)


@operation("GET", answers=(_ALIVE,), words=words.HEALTH)
def health(request: HttpRequest) -> HttpResponseBase:  # noqa: ARG001
    """The process answers."""
    return _ALIVE({"alive": True})


@operation("GET", answers=(_READY, _UNREADY), refusals=(GateNotRunning,), words=words.READY)
def ready(request: HttpRequest) -> HttpResponseBase:  # noqa: ARG001
    """What is served, how old it is, how far behind, who is alive. 503 when traffic should not come."""
    good, report = readiness.report(runtime.current())
    return (_READY if good else _UNREADY)({**report, "exchanges": _exchanges()})


def _exchanges() -> list[partners.PartnerLag] | None:
    try:
        return partners.lags()
    except DatabaseError:
        return None
