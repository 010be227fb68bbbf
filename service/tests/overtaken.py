"""A worker whose lease ran out while it waited for an answer, so that another has its row by then."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db.models import Model

from repit.foundation import clock

LATE = timedelta(minutes=20)
"""Longer than any lease, and not so long that a wrong clock is believed to be behind it."""


class Overtaken:
    """A storage, or a partner, that answers so late that another worker has the row by then."""

    def __init__(self, model: type[Model], claim: Callable[[], Any], answer: Callable[[], object]) -> None:
        self._model, self._claim, self._answer = model, claim, answer
        self.moment = clock.now()
        self.stands: object = None

    def _late(self, *_: object, **__: object) -> object:
        self.moment += LATE
        assert self._claim() is not None
        self.stands = self._model._default_manager.values().get()
        return self._answer()

    page = give_opinion = _late

    def close(self) -> None:
        pass

    def left_alone(self, work: Callable[[], object]) -> None:
        with clock.at(lambda: self.moment):
            work()
        assert self.stands is not None
        assert self._model._default_manager.values().get() == self.stands
