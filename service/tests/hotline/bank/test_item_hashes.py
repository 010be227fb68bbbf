"""What a person submits is served under exactly its own hashes, whatever others submitted before."""

from __future__ import annotations

import random
import secrets

import pytest
from django.apps import apps

from repit.foundation.hashes import Hash
from repit.hotline.bank import bulk, feed, items, partner_records, widely_published
from repit.hotline.bank.models import Item, ItemHash
from repit.hotline.bank.record import Record
from repit.hotline.bank.types import Submission
from repit.hotline.cases import service

pytestmark = pytest.mark.django_db


def bent(value: bytes, bits: int) -> bytes:
    """The hash with its first bits turned over."""
    return (int.from_bytes(value, "big") ^ ((1 << bits) - 1)).to_bytes(32, "big")


def picture(value: bytes, *anchored: bytes, kind: str = "intimate", quality: int = 90) -> Submission:
    whole = Hash("pdq", "whole", value, quality)
    return Submission(
        "picture", kind, (whole, *(Hash("pdq", "anchored", square, quality) for square in anchored))
    )


def submit(value: bytes, *anchored: bytes, quality: int = 90) -> items.Taken:
    return items.submit(picture(value, *anchored, quality=quality), actor="test", publish=True)


def served() -> dict[str, frozenset[Hash]]:
    return {item.item: frozenset(item.hashes) for item in feed.everything() if item.state == "active"}


def test_near_duplicates_are_each_served_and_withdrawn_each_for_itself():
    value = secrets.token_bytes(32)
    first, second = submit(value), submit(bent(value, 2))
    assert {first.state, second.state} == {"active"} and len(served()) == 2
    items.withdraw_one(first.item, actor="person")
    assert list(served()) == [second.item]


def test_a_prepared_near_duplicate_that_is_held_back_keeps_nobody_unprotected():
    mine = secrets.token_bytes(32)
    widely_published.add([bent(mine, 36)], actor="operator")
    prepared = submit(bent(mine, 5))
    assert prepared.state == "received"
    taken = submit(mine)
    assert taken.state == "active"
    assert served() == {taken.item: frozenset(picture(mine).hashes)}


@pytest.mark.parametrize("way", ["submitted", "imported", "told by a partner"])
def test_hashes_that_were_submitted_first_as_worthless_are_served_as_soon_as_someone_vouches(way: str):
    value, family = secrets.token_bytes(32), secrets.token_bytes(32)
    assert submit(value, family, quality=0).state == "received"
    good = picture(value, family)
    if way == "submitted":
        assert items.submit(good, actor="test", publish=True).state == "active"
    elif way == "imported":
        list(bulk.load([good], actor="test", reason="", publish=True))
    else:
        partner_records.take("a", [Record("one", good)], publish=True)
    assert list(served().values()) == [frozenset(good.hashes)]
    submit(value, family, quality=0)
    assert list(served().values()) == [frozenset(good.hashes)]


def test_a_hash_that_is_mended_is_announced_to_subscribers():
    value, family = secrets.token_bytes(32), secrets.token_bytes(32)
    poor = Submission(
        "picture", "intimate", (Hash("pdq", "whole", value, 90), Hash("pdq", "anchored", family, 9))
    )
    taken = items.submit(poor, actor="test", publish=True)
    before = feed.head().sequence
    partner_records.take("a", [Record("one", picture(value, family))], publish=True)
    announced = feed.changes_after(before)
    assert {len(change.item.hashes) for change in announced} == {2}
    assert {change.item.item for change in announced} == {taken.item}
    assert ItemHash.objects.count() == 2


@pytest.mark.parametrize("seed", range(5))
def test_whatever_was_submitted_before_every_later_submission_is_served_whole(seed: int):
    chance = random.Random(seed)
    values = [chance.randbytes(32) for _ in range(3)]

    def any_submission() -> Submission:
        value = bent(chance.choice(values), chance.choice((0, 0, 1, 9)))
        family = [bent(chance.choice(values), chance.choice((0, 20))) for _ in range(chance.randrange(3))]
        return picture(value, *family, quality=chance.choice((0, 49, 50, 90)))

    for _ in range(60):
        prepared = any_submission()
        if chance.random() < 0.3:
            partner_records.take(
                "a", [Record(f"r{chance.randrange(9)}", prepared)], publish=chance.random() < 0.5
            )
        else:
            items.submit(prepared, actor="stranger", publish=chance.random() < 0.7)
        mine = any_submission()
        taken = items.submit(mine, actor="person", publish=True)
        wanted = frozenset(s.value for s in mine.hashes if s.publishable)
        if wanted:
            assert wanted <= {s.value for s in served()[taken.item]}
            assert {s.value for s in served()[taken.item]} <= {s.value for s in mine.hashes}
        if chance.random() < 0.5:
            items.withdraw_one(taken.item, actor="person")


def test_two_cases_of_the_same_picture_do_not_become_linkable():
    value = secrets.token_bytes(32)
    receipt = service.open_case([picture(value)])
    two = service.open_case([picture(bent(value, 4))])
    tokens = [token.encode() for token in Item.objects.values_list("token", flat=True)]
    written = [
        bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
        for model in apps.get_app_config("cases").get_models()
        for row in model.objects.values_list()
        for value in row
    ]
    assert len(tokens) == 2 and written and not any(token in value for token in tokens for value in written)
    assert service.withdraw(receipt.number, receipt.secret, "all").items[0].state == "withdrawn"
    assert service.status(two.number, two.secret).items[0].state == "active"
    assert len(served()) == 1
