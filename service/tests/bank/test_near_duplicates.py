"""Two submissions of one picture, stored anew in between: served once, taken back each for itself."""

from __future__ import annotations

import secrets

import pytest
from django.apps import apps

from repit.bank import feed, items, near, widely_published
from repit.bank.models import Item, Nearby
from repit.bank.types import Signal, Submission
from repit.cases import service
from repit.foundation.errors import TransitionRefused

pytestmark = pytest.mark.django_db


def bent(value: bytes, bits: int) -> bytes:
    """The hash with so many of its bits turned over."""
    number = int.from_bytes(value, "big")
    for place in secrets.SystemRandom().sample(range(256), bits):
        number ^= 1 << place
    return number.to_bytes(32, "big")


def picture(value: bytes, *anchored: bytes, kind: str = "intimate") -> Submission:
    whole = Signal("pdq", "whole", value, 90)
    return Submission("picture", kind, (whole, *(Signal("pdq", "anchored", one, 90) for one in anchored)))


def submit(value: bytes, *anchored: bytes, kind: str = "intimate") -> items.Taken:
    return items.submit(picture(value, *anchored, kind=kind), actor="test", publish=True)


def served() -> dict[str, tuple[str, int]]:
    return {one.item: (one.state, one.confirmations) for one in feed.everything()}


@pytest.mark.parametrize("bits", [0, 1, near.RADIUS])
def test_a_near_duplicate_confirms_what_is_served_and_is_not_served_itself(bits: int):
    value = secrets.token_bytes(32)
    first, second = submit(value), submit(bent(value, bits))
    assert second.state == "active" and served() == {first.item: ("active", 2)}
    assert items.states([second.item])[second.item] == "active"


def test_one_bit_further_off_it_is_another_picture():
    value = secrets.token_bytes(32)
    submit(value)
    submit(bent(value, near.RADIUS + 1))
    submit(value, kind="deepfake")
    assert sorted(served().values()) == [("active", 1)] * 3


def test_withdrawing_either_keeps_the_other_alive():
    value = secrets.token_bytes(32)
    first, second = submit(value), submit(bent(value, 5))
    items.withdraw_one(second.item, actor="person")
    assert served() == {first.item: ("active", 1)}
    third = submit(bent(value, 5))
    items.withdraw_one(first.item, actor="person")
    assert served() == {third.item: ("active", 1)}
    items.withdraw_one(third.item, actor="person")
    assert served() == {}


def test_the_successor_is_told_of_before_the_item_goes():
    value = secrets.token_bytes(32)
    first, second, third = submit(value), submit(bent(value, 3)), submit(bent(value, 4))
    before = feed.head().sequence
    items.withdraw_one(first.item, actor="person")
    told = [(one.item.item, one.item.state) for one in feed.changes_after(before)]
    assert told[-1] == (first.item, "withdrawn")
    assert told[0][0] in (second.item, third.item) and told[0][1] == "active"
    assert sum(count for _, count in served().values()) == 2


def test_a_doubt_is_not_shaken_off_by_withdrawing():
    value = secrets.token_bytes(32)
    first, second = submit(value), submit(bent(value, 3))
    items.dispute(first.item, actor="flood rule", reason="many")
    items.withdraw_one(first.item, actor="person")
    assert served() == {second.item: ("disputed", 1)}


def test_a_person_at_the_hotline_withdraws_both_or_serves_them_apart():
    value = secrets.token_bytes(32)
    first, second = submit(value), submit(bent(value, 3))
    with pytest.raises(TransitionRefused):
        items.publish(second.item, actor="person at the hotline")
    assert items.split(first.item, actor="person at the hotline", reason="told apart") == 1
    assert served() == {first.item: ("active", 1), second.item: ("active", 1)}
    other = secrets.token_bytes(32)
    lead, joined = submit(other), submit(bent(other, 3))
    items.withdraw(lead.item, actor="person at the hotline", reason="no intimate image")
    assert joined.item not in served() and lead.item not in served()
    assert items.states([joined.item]) == {joined.item: "withdrawn"}


def test_nobody_is_made_to_vouch_for_hashes_that_were_added():
    value, family = secrets.token_bytes(32), [secrets.token_bytes(32) for _ in range(4)]
    victim = submit(value, *family)
    same = submit(bent(value, 2), *(bent(one, 20) for one in family[:3]), secrets.token_bytes(32))
    assert served() == {victim.item: ("active", 2)} and same.state == "active"
    submit(bent(value, 2), family[0], *(secrets.token_bytes(32) for _ in range(9)))
    submit(bent(value, 2))
    assert sorted(served().values()) == [("active", 1), ("active", 1), ("active", 2)]


def test_what_comes_close_to_a_widely_published_picture_is_not_joined():
    value = secrets.token_bytes(32)
    first = submit(value)
    widely_published.add([bent(value, 20)], actor="operator")
    assert submit(bent(value, 2)).state == "received"
    assert served() == {first.item: ("active", 1)}


def test_an_item_that_is_gone_leads_nobody():
    value = secrets.token_bytes(32)
    first = submit(value)
    items.withdraw_one(first.item, actor="person")
    assert not Nearby.objects.filter(item__token=first.item).exists()
    second = submit(bent(value, 1))
    assert served() == {second.item: ("active", 1)}


def test_two_cases_do_not_become_linkable():
    value = secrets.token_bytes(32)
    one = service.open_case([picture(value)])
    two = service.open_case([picture(bent(value, 4))])
    tokens = [token.encode() for token in Item.objects.values_list("token", flat=True)]
    written = [
        bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
        for model in apps.get_app_config("cases").get_models()
        for row in model.objects.values_list()
        for value in row
    ]
    assert len(tokens) == 2 and written and not any(token in value for token in tokens for value in written)
    assert service.withdraw(one.number, one.secret, "all").items[0].state == "withdrawn"
    assert service.status(two.number, two.secret).items[0].state == "active"
    assert [count for _, count in served().values()] == [1]
