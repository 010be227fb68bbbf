"""A subscriber that asks for confirmed items sees the others as withdrawn, and misses no number."""

from __future__ import annotations

import secrets

import pytest

from repit.foundation.errors import InputRefused
from repit.foundation.hashes import Hash
from repit.hotline.bank import items
from repit.hotline.bank.types import Submission
from repit.hotline.feeds import repit_server, subscribers

pytestmark = pytest.mark.django_db


def test_an_item_comes_with_its_second_submission_and_goes_when_one_is_taken_back():
    who = subscribers.recognise(subscribers.add("careful", min_confirmations=2))
    everyone = subscribers.recognise(subscribers.add("everyone"))
    hash_ = Hash("pdq", "whole", secrets.token_bytes(32), 90)
    submission = Submission("picture", "intimate", (hash_,))

    def newest() -> tuple[int, str, int]:
        change = repit_server.page(who, 0, 0).changes[-1]
        return change.sequence, change.entry.state, len(change.entry.hashes)

    name = items.submit(submission, actor="one", publish=True).item
    assert newest() == (1, "withdrawn", 0)
    assert len(list(repit_server.snapshot(everyone))) == len(list(repit_server.snapshot(who))) + 1
    items.submit(submission, actor="two", publish=True)
    assert newest() == (2, "active", 1)
    items.withdraw_one(name, actor="two")
    assert newest() == (3, "withdrawn", 0)
    assert [change.sequence for change in repit_server.page(who, 0, 0).changes] == [1, 2, 3]
    assert repit_server.page(everyone, 0, 0).changes[-1].entry.state == "active"


def test_a_demand_that_cannot_be_is_refused():
    with pytest.raises(InputRefused):
        subscribers.add("careful", min_confirmations=0)
