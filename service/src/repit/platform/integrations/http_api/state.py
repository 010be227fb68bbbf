"""How the gate is, for supervisors and monitoring.

In: nothing. Out: alive, ready, figures. Next: an operator's supervisor and monitoring.
"""

from collections.abc import Mapping
from typing import Any, Final

from django.conf import settings
from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import get_language
from typing_extensions import TypedDict

from repit.exchanges import partners
from repit.foundation.health.findings import wing
from repit.foundation.metrics.figures import CONTENT_TYPE, of
from repit.foundation.web import operator
from repit.foundation.web.api.answers import Answer
from repit.foundation.web.api.operations import operation
from repit.foundation.web.api.security import Requirement
from repit.platform.gate import readiness, runtime
from repit.platform.gate.errors import GateNotRunning
from repit.platform.gate.platforms import admits
from repit.platform.integrations.http_api import words
from repit.platform.integrations.http_api.keys import PLATFORM


class AliveAnswer(TypedDict):
    """The process answers."""

    alive: bool


class Exchanges(TypedDict):
    """How each stands; null while the database is away, which does not make the gate unready."""

    exchanges: list[partners.PartnerLag] | None


class ReadyAnswer(TypedDict):
    """Whether traffic should come."""

    ready: bool


class ReportAnswer(readiness.Report, Exchanges):
    """The same for the operator, and for whoever has one of the gate's keys."""


_ALIVE: Final = Answer("Alive.", AliveAnswer)
_EITHER: Final[Any] = ReportAnswer | ReadyAnswer
_READY: Final[Answer[Any]] = Answer("Ready.", _EITHER)
_UNREADY: Final[Answer[Any]] = Answer("Not ready: traffic should not come.", _EITHER, status=503)


class _Reader:
    """Who may read figures: a platform with its key, or the operator."""

    schemes: Mapping[str, Mapping[str, Any]] = {**PLATFORM.schemes, **operator.OPERATOR.schemes}

    def recognise(self, request: HttpRequest) -> None:
        """Raises `KeyRefused`."""
        if not operator.asks(request):
            PLATFORM.recognise(request)

    def requirements(self) -> list[Requirement]:
        """One of the two."""
        return [*PLATFORM.requirements(), *operator.OPERATOR.requirements()]


@operation(
    "GET",
    answers=(Answer("The metrics.", media="text/plain"),),
    refusals=(GateNotRunning,),
    security=_Reader(),
    words=words.METRICS,
)
def metrics(request: HttpRequest) -> HttpResponseBase:  # noqa: ARG001
    """Figures for an operator's monitoring."""
    own = runtime.current().inspector.metrics.written()
    return HttpResponse(own + of("gate").written(process=False), content_type=CONTENT_TYPE)


@operation("GET", answers=(_ALIVE,), words=words.HEALTH)
def health(request: HttpRequest) -> HttpResponseBase:  # noqa: ARG001
    """The process answers."""
    return _ALIVE({"alive": True})


@operation("GET", answers=(_READY, _UNREADY), refusals=(GateNotRunning,), words=words.READY)
def ready(request: HttpRequest) -> HttpResponseBase:
    """What is served, how old it is, how far behind, who is alive. 503 when traffic should not come. To a
    stranger, that alone, as it was some seconds ago."""
    gate = runtime.current()
    if not _may_read(request):
        short: ReadyAnswer = {"ready": wing("gate").lately().ready}
        return (_READY if short["ready"] else _UNREADY)(short)
    good, report = readiness.report(gate, get_language())
    whole: ReportAnswer = {**report, "exchanges": _exchanges()}
    return (_READY if good else _UNREADY)(whole)


def _may_read(request: HttpRequest) -> bool:
    keys: tuple[str, ...] = settings.REPIT_GATE_KEYS
    return operator.asks(request) or (bool(keys) and admits(request.headers.get("Authorization", ""), keys))


def _exchanges() -> list[partners.PartnerLag] | None:
    try:
        return partners.lags()
    except DatabaseError:
        return None
