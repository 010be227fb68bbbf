"""Clock steps, equal timestamps: our feed and NCMEC's window (StopNCII's pages have a test of their own).

The clients here do what the real ones do: they keep a checkpoint and what they were given, and ask on from
there. Whatever the hotline's clock does meanwhile, they end equal to the bank.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from ncmec_client import CLIENT_LAG, updates

from repit.exchanges.ncmec.wire import Window
from repit.foundation import clock
from repit.foundation.hashes import Hash
from repit.hotline.bank import closing, items
from repit.hotline.bank.types import Submission
from repit.hotline.feeds import erasure, repit_server
from repit.hotline.feeds import ncmec_server as ncmec
from repit.hotline.feeds.keys import Granted

pytestmark = pytest.mark.django_db
WHO = Granted(0, "reader", sees_anchored=False)
START = datetime(2026, 1, 1, tzinfo=UTC)

# What happens, and by how much the hotline's clock is then wrong, steps of two seconds among them.
EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["submit", "submit", "withdraw", "dispute", "settle", "page", "night"]),
        st.sampled_from([0, 0, 0, 0.4, 1, 3, 7, 43_200, 86_400]),
        st.sampled_from([0, 0, 0, 2, -2, 1, -1]),
    ),
    max_size=30,
)


@dataclass
class Bank:
    """The bank as it should be: names of what is active and what is in doubt."""

    active: dict[str, bytes] = field(default_factory=dict)
    doubted: dict[str, bytes] = field(default_factory=dict)

    def happen(self, what: str) -> None:
        if what == "submit":
            value = secrets.token_bytes(32)
            hash_ = Hash("pdq", "whole", value, 90)
            taken = items.submit(Submission("picture", "intimate", (hash_,)), actor="test", publish=True)
            self.active[taken.item] = value
        elif what == "withdraw" and self.active:
            items.withdraw(self._first(self.active), actor="test", reason="")
            self.active.pop(self._first(self.active))
        elif what == "dispute" and self.active:
            name = self._first(self.active)
            items.dispute(name, actor="test", reason="")
            self.doubted[name] = self.active.pop(name)
        elif what == "settle" and self.doubted:
            name = self._first(self.doubted)
            items.settle(name, actor="test", reason="")
            self.active[name] = self.doubted.pop(name)
        elif what == "night":
            closing.close_days()
            erasure.begin()

    @staticmethod
    def _first(held: dict[str, bytes]) -> str:
        return next(iter(held))


@settings(max_examples=60, deadline=None)
@given(events=EVENTS)
def test_our_feed_hides_nothing_repeats_nothing_and_keeps_the_order(events: list[tuple[str, float, float]]):
    with transaction.atomic():
        moment, bank, checkpoint = START, Bank(), 0
        held: dict[str, tuple[str, frozenset[bytes]]] = {}
        with clock.at(lambda: moment):
            for what, passed, step in [*events, ("page", 0, 0)]:
                moment += timedelta(seconds=passed + step)
                bank.happen(what)
                if what == "page":
                    page = repit_server.page(WHO, checkpoint, 0)
                    numbers = [change.sequence for change in page.changes]
                    assert numbers == list(range(checkpoint + 1, checkpoint + 1 + len(numbers)))
                    for change in page.changes:
                        held[change.entry.item] = (
                            change.entry.state,
                            frozenset(hash_.value for hash_ in change.entry.hashes),
                        )
                    checkpoint = page.through or checkpoint
            assert checkpoint == page.head
        states = {name: state for name, (state, _) in held.items() if state != "withdrawn"}
        assert states == dict.fromkeys(bank.active, "active") | dict.fromkeys(bank.doubted, "disputed")
        assert {name: value for name, (state, [*value]) in held.items() if state == "active"} == {
            name: [value] for name, value in bank.active.items()
        }
        transaction.set_rollback(True)


@settings(max_examples=60, deadline=None)
@given(events=EVENTS)
def test_ncmecs_windows_hide_nothing_while_the_hotlines_clock_is_stepped(
    events: list[tuple[str, float, float]],
):
    """The client's own clock runs true; it cuts windows by it and never asks for the same time twice."""
    with transaction.atomic():
        true, wrong, bank = START, timedelta(), Bank()
        held: set[str] = set()
        asked = int(START.timestamp()) - CLIENT_LAG

        def fetch() -> None:
            nonlocal asked
            ends = int(true.timestamp()) - CLIENT_LAG
            if ends <= asked:
                return
            for entry in updates(ncmec.entries(WHO, Window(asked, ends))):
                held.discard(entry.id) if entry.deleted else held.add(entry.id)
            asked = ends

        with clock.at(lambda: true + wrong):
            for what, passed, step in events:
                true += timedelta(seconds=passed)
                wrong += timedelta(seconds=step)
                bank.happen(what)
                if what == "page":
                    fetch()
            true += timedelta(seconds=120)  # once the hotline's clock has passed all that it wrote
            fetch()
        assert held == set(bank.active)
        transaction.set_rollback(True)
