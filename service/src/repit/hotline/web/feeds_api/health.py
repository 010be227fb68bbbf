"""Whether the hotline is alive, whether it can do its work, and figures of it.

In: what rooms registered (`foundation.health`, `foundation.metrics`). Out: JSON; metrics as text. Next:
supervisors, an operator's monitoring, `repit demo`. Counts and times only, nothing of a person.
"""

from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Final, Literal, NotRequired

from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import get_language
from typing_extensions import TypedDict

from repit.exchanges import partners
from repit.foundation.clock import now
from repit.foundation.health.findings import Shown, wing
from repit.foundation.metrics.figures import CONTENT_TYPE, of
from repit.foundation.web import operator
from repit.foundation.web.api.answers import Answer
from repit.foundation.web.api.operations import operation
from repit.hotline.bank import feed
from repit.hotline.bank.unreadable import unreadable
from repit.hotline.feeds import feedback


class HealthAnswer(TypedDict):
    """The process answers."""

    alive: bool
    role: Literal["hotline"]


@dataclass(frozen=True, slots=True)
class ExchangeReport(partners.PartnerLag):
    """How a partner stands. `feedback_due`: opinions that it is still to be told."""

    feedback_due: int


class Figures(TypedDict):
    """What the bank has, and how its partners stand. `unreadable_items`: living ones that do not open."""

    feed_id: NotRequired[str]
    sequence: NotRequired[int]
    exchanges: NotRequired[list[ExchangeReport]]
    newest_change_age_seconds: NotRequired[float | None]
    unreadable_items: NotRequired[int]


class ReadyAnswer(Figures):
    """`problems`: why people or subscribers are not served rightly; `warnings`: what a person should see to
    before they are not. All but the first two is for the operator."""

    ready: bool
    role: Literal["hotline"]
    problems: NotRequired[list[Shown]]
    warnings: NotRequired[list[Shown]]


_ALIVE: Final = Answer("Alive.", HealthAnswer)
_READY: Final = Answer("People and subscribers are served rightly.", ReadyAnswer)
_UNREADY: Final = Answer("They are not: somebody is needed.", ReadyAnswer, status=503)


@operation("GET", answers=(_ALIVE,))
def health(request: HttpRequest) -> HttpResponseBase:  # noqa: ARG001
    """The process answers."""
    return _ALIVE({"alive": True, "role": "hotline"})


@operation("GET", answers=(_READY, _UNREADY))
def ready(request: HttpRequest) -> HttpResponseBase:
    """Whether people and subscribers are served rightly; and to the operator, what is wrong and what to do.

    The operator's answer is looked up anew. A stranger's is some seconds old at most, and says only yes or
    no: that a disk is full is no news for those who fill it.
    """
    health = wing("hotline")
    if not operator.asks(request):
        ready = health.lately().ready
        return (_READY if ready else _UNREADY)({"ready": ready, "role": "hotline"})
    found, language = health.look(), get_language()
    answer: ReadyAnswer = {
        "ready": found.ready,
        "role": "hotline",
        "problems": found.problems(language),
        "warnings": found.warnings(language),
    }
    with suppress(DatabaseError):  # which is among the problems then
        answer = {**answer, **_figures()}
    return (_READY if found.ready else _UNREADY)(answer)


@operation(
    "GET", answers=(Answer("The metrics.", media="text/plain"),), security=operator.OPERATOR, name="metrics"
)
def metrics(request: HttpRequest) -> HttpResponseBase:  # noqa: ARG001
    """Figures for an operator's monitoring, in Prometheus' form."""
    return HttpResponse(of("hotline").written(), content_type=CONTENT_TYPE)


def _figures() -> Figures:
    line, newest, due = feed.head(), feed.newest_change(), feedback.due()
    return {
        "feed_id": line.feed_id,
        "sequence": line.sequence,
        "exchanges": [
            ExchangeReport(**asdict(lag), feedback_due=due.get(lag.name, 0)) for lag in partners.lags()
        ],
        "newest_change_age_seconds": None if newest is None else round((now() - newest).total_seconds(), 3),
        "unreadable_items": unreadable(),
    }
