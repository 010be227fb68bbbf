"""Whatever people and partners do in whatever order: a bank does it whole, or refuses people by name."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest
from chance_records import Chance
from django.db import transaction

from repit.foundation import audit
from repit.foundation.errors import NotFound, TransitionRefused
from repit.hotline.bank import feed, incoming, items, partner_records
from repit.hotline.bank.models import Change, Item, Root, Stake
from repit.hotline.bank.states import LIVE
from repit.hotline.bank.types import Published

pytestmark = pytest.mark.django_db
STEPS = 60


def holds() -> None:
    """What must be true of a bank between any two steps."""
    assert Change.objects.count() == feed.head().sequence
    for item in Item.objects.all():
        if item.state not in LIVE:
            assert item.own == 0
            continue
        assert item.own > 0 or Stake.objects.filter(item=item).exists()
        roots = Root.objects.filter(stake__item=item).values_list("installation", "token")
        assert item.confirmations == item.own + len(set(roots))


class Follower:
    """A subscriber that reads the changes and nothing else."""

    def __init__(self) -> None:
        self.sequence = 0
        self.held: dict[str, Published] = {}

    def read(self) -> None:
        for change in feed.changes_after(self.sequence, limit=10_000):
            self.sequence = change.sequence
            self.held[change.item.item] = change.item
            if change.item.state == "withdrawn":
                del self.held[change.item.item]

    def holds_what_the_bank_serves(self) -> None:
        self.read()
        assert self.held == {one.item: one for one in feed.everything()}


@pytest.mark.parametrize("seed", range(6))
def test_every_step_is_refused_by_name_or_leaves_a_bank_that_holds(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = Chance(seed)
    # So that the same seed tells the same story.
    monkeypatch.setattr(incoming, "token", lambda: chance.random.randbytes(16).hex())
    monkeypatch.setattr(incoming, "random_key", lambda: chance.random.getrandbits(62))
    reading, follower = 0, Follower()

    def some() -> str:
        names = list(Item.objects.order_by("token").values_list("token", flat=True))
        return chance.random.choice(names) if names else "nobody"

    def take() -> None:
        nonlocal reading
        reading += 1
        told = [chance.record() for _ in range(chance.random.choice((1, 3, 8)))]
        partner_records.take(
            chance.random.choice("ab"), told, publish=chance.random.random() < 0.8, run=reading
        )

    def submit() -> None:
        items.submit(chance.submission(), actor="person", publish=chance.random.random() < 0.8)

    def sweep() -> None:
        partner_records.sweep(chance.random.choice("ab"), max(0, reading - chance.random.randrange(6)))

    decisions: list[Callable[[], object]] = [
        lambda: items.withdraw(some(), actor="person", reason=""),
        lambda: items.withdraw_one(some(), actor="person"),
        lambda: items.dispute(some(), actor="person", reason=""),
        lambda: items.settle(some(), actor="person", reason=""),
        lambda: items.publish(some(), actor="person"),
        lambda: items.erase(some(), actor="person"),
    ]
    for _ in range(STEPS):
        if chance.random.random() < 0.5:
            chance.random.choice((take, take, take, submit, submit, sweep))()
        else:
            with suppress(NotFound, TransitionRefused), transaction.atomic():
                chance.random.choice(decisions)()
        holds()
        follower.holds_what_the_bank_serves()
    assert audit.verify() is None
