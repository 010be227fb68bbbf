"""An operator is told when people do not keep up with what waits for them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from review_rows import decision

from repit.foundation import clock
from repit.foundation.clock import now
from repit.foundation.metrics.figures import Figure
from repit.platform.review import health, queue

pytestmark = pytest.mark.django_db


def figures() -> dict[str, float]:
    found = [figure for figure in health.figures() if isinstance(figure, Figure)]
    return {figure.name.removeprefix("repit_gate_reviews_"): figure.values[()] for figure in found}


def test_reviews_are_counted_and_told_of_once_they_are_overdue() -> None:
    assert figures() == {"waiting": 0, "overdue": 0, "oldest_seconds": 0}
    decision()
    decision()
    queue.take_in()
    assert list(health.check()) == []
    assert figures()["waiting"] == 2 and figures()["overdue"] == 0
    later = now() + timedelta(days=30)
    with clock.at(lambda: later):
        [finding] = health.check()
        assert finding.code == "reviews-overdue" and not finding.grave and "2" in finding.message.fr
        assert figures()["overdue"] == 2
        assert figures()["oldest_seconds"] == pytest.approx(30 * 86_400, abs=60)
