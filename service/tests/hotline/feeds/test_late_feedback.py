"""Feedback for a partner that answers late: by then another worker has the row, or it has changed."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from overtaken import Overtaken

from repit.exchanges import partners
from repit.exchanges.models import Partner
from repit.exchanges.records import GivenOpinion
from repit.foundation import clock
from repit.foundation.errors import PeerFailed
from repit.hotline.feeds import feedback
from repit.hotline.feeds.models import Feedback

pytestmark = pytest.mark.django_db


def failing() -> object:
    raise PeerFailed


@pytest.mark.parametrize("answer", [lambda: None, failing], ids=["told", "failed"])
def test_feedback_that_was_told_late_ends_nothing(
    answer: Callable[[], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    partners.add("file", "list", {}, address="/a/list")
    partner = Partner.objects.get()
    Feedback.objects.create(partner=partner, item="a", view="blocked", due_at=clock.now())
    client = Overtaken(Feedback, feedback._claims.claim, answer)
    monkeypatch.setattr(partners, "client", lambda _: client)
    monkeypatch.setattr(feedback, "_opinions", lambda *_: [GivenOpinion("a", "blocked", b"")])
    client.left_alone(lambda: feedback.send_due(partner))


def test_an_opinion_that_changes_while_it_is_told_is_told_again(monkeypatch: pytest.MonkeyPatch) -> None:
    partners.add("file", "list", {}, address="/a/list")
    partner = Partner.objects.get()
    feedback._due(partner, "a", "blocked")
    given: list[str] = []

    def tell(_: object) -> None:
        given.append(Feedback.objects.get().view)
        if len(given) == 1:
            feedback._due(partner, "a", "not_blocked")
            assert feedback._claims.claim() is None  # the two are not told at once

    monkeypatch.setattr(partners, "client", lambda _: SimpleNamespace(give_opinion=tell, close=lambda: None))
    monkeypatch.setattr(feedback, "_opinions", lambda *_: [GivenOpinion("a", "blocked", b"")])
    assert feedback.send_due(partner) == 2
    row = Feedback.objects.get()
    assert (given, row.due_at, row.claim) == (["blocked", "not_blocked"], None, "")
