"""Records of other exchanges: joined, let go of one by one, never against what was submitted here."""

from __future__ import annotations

import random
import secrets

import pytest

from repit.foundation.hashes import Hash
from repit.hotline.bank import feed, items, lookups, partner_records
from repit.hotline.bank.models import Item, PartnerRecord, RecordOrigin, Tombstone
from repit.hotline.bank.record import Origin, Record
from repit.hotline.bank.types import Submission

pytestmark = pytest.mark.django_db


def picture(value: bytes) -> Submission:
    return Submission("picture", "intimate", (Hash("pdq", "whole", value, 90),))


def a_record(name: str, value: bytes | None, **more: object) -> Record:
    return Record(name, None if value is None else picture(value), **more)


def take(source: str, *some: Record, publish: bool = True, run: int = 0) -> int:
    return partner_records.take(source, some, publish=publish, run=run)


def served() -> dict[bytes, tuple[str, int, str]]:
    return {item.hashes[0].value: (item.state, item.confirmations, item.origin) for item in feed.everything()}


def test_a_record_is_served_with_its_exchange_and_partner_and_goes_when_it_is_withdrawn():
    value = secrets.token_bytes(32)
    assert take("stopncii/org", a_record("a", value)) == 1
    assert served() == {value: ("active", 1, "stopncii/org")}
    head = feed.head().sequence
    assert take("stopncii/org", a_record("a", value)) == 0 and feed.head().sequence == head
    assert take("stopncii/org", a_record("a", None), a_record("never heard of", None)) == 1
    assert served() == {}


def test_a_hash_that_several_tell_of_stays_until_the_last_lets_go():
    value = secrets.token_bytes(32)
    take("stopncii/org", a_record("a", value))
    mine = items.submit(picture(value), actor="person", publish=True)
    take("ncmec/ngo", a_record("42-1", value))
    assert served() == {value: ("active", 3, "repit")}
    items.withdraw_one(mine.item, actor="person")
    assert served() == {value: ("active", 2, "stopncii/org")}
    items.withdraw_one(mine.item, actor="person")  # a second time changes nothing
    take("stopncii/org", a_record("a", None))
    assert served() == {value: ("active", 1, "ncmec/ngo")}
    take("ncmec/ngo", a_record("42-1", None))
    assert served() == {}


def test_a_partner_s_near_duplicates_are_served_each_and_stay_as_long_as_it_tells_of_them():
    value = secrets.token_bytes(32)
    near, nearer = (bytes([value[0] ^ bit]) + value[1:] for bit in (1, 2))
    take("stopncii/org", a_record("a", value), a_record("b", near))
    take("ncmec/ngo", a_record("42-1", near))
    assert served() == {value: ("active", 1, "stopncii/org"), near: ("active", 2, "stopncii/org")}
    assert take("stopncii/org", a_record("a", nearer)) == 1
    assert served() == {nearer: ("active", 1, "stopncii/org"), near: ("active", 2, "stopncii/org")}
    take("stopncii/org", a_record("b", None), a_record("a", None))
    assert served() == {near: ("active", 1, "ncmec/ngo")}


def test_no_partner_takes_away_what_was_submitted_here():
    value = secrets.token_bytes(32)
    mine = items.submit(picture(value), actor="person", publish=True)
    here = feed.head().feed_id
    take("repit/b", a_record("x", value, origins=(Origin("b", "x", ("b",)),), gone=((here, mine.item),)))
    take("repit/b", a_record("x", None, gone=((here, mine.item),)))
    assert served() == {value: ("active", 1, "repit")}
    assert not Tombstone.objects.exists()


def test_what_came_from_here_is_not_taken_back_in():
    here = feed.head().feed_id
    take("repit/b", a_record("x", secrets.token_bytes(32), origins=(Origin(here, "mine", (here, "b")),)))
    take("repit/b", a_record("y", secrets.token_bytes(32), origins=(Origin("c", "y", ("c", here, "b")),)))
    assert served() == {} and not Item.objects.exists()


def test_one_submission_that_arrives_by_two_ways_counts_once():
    value = secrets.token_bytes(32)
    take("repit/b", a_record("x", value, origins=(Origin("a", "1", ("a", "b")),)))
    take("repit/a", a_record("1", value, origins=(Origin("a", "1", ("a",)),)))
    assert served() == {value: ("active", 1, "repit/b")}
    take("repit/a", a_record("1", value, origins=(Origin("a", "1", ("a",)), Origin("c", "7", ("c", "a")))))
    assert served() == {value: ("active", 2, "repit/b")}


@pytest.mark.parametrize("order", [(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)])
def test_a_withdrawal_by_its_origin_wins_whatever_the_order(order: tuple[int, ...]):
    value = secrets.token_bytes(32)
    words = [
        ("repit/a", a_record("1", value, origins=(Origin("a", "1", ("a",)),))),
        ("repit/b", a_record("x", value, origins=(Origin("a", "1", ("a", "b")),))),
        ("repit/c", a_record("y", None, gone=(("a", "1"),))),
    ]
    for place in order:
        source, record = words[place]
        take(source, record)
    assert served() == {} and not RecordOrigin.objects.exists() and not PartnerRecord.objects.exists()
    take("repit/d", a_record("z", value, origins=(Origin("a", "1", ("a", "d")), Origin("d", "z", ("d",)))))
    assert served() == {value: ("active", 1, "repit/d")}


def test_what_a_person_here_withdrew_does_not_come_back_by_the_same_record():
    value = secrets.token_bytes(32)
    take("stopncii/org", a_record("a", value))
    name = Item.objects.get().token
    items.withdraw(name, actor="person at the hotline", reason="a press photograph")
    take("stopncii/org", a_record("a", value, disputed=True))
    take("stopncii/org", a_record("a", secrets.token_bytes(32)))
    assert served() == {}
    take("ncmec/ngo", a_record("42-1", value))
    assert list(served()) == [value]


def test_a_record_of_what_a_person_withdrew_changes_nothing_when_it_is_said_again_with_what_is_gone():
    words = a_record("a", secrets.token_bytes(32), origins=(Origin("b", "x", ("b",)),), gone=(("c", "y"),))
    take("repit/b", words)
    items.withdraw(Item.objects.get().token, actor="person at the hotline", reason="a press photograph")
    head = feed.head()
    assert take("repit/b", words, run=7) == 0 and feed.head() == head
    assert PartnerRecord.objects.get().run == 7
    assert take("repit/b", a_record("a", secrets.token_bytes(32), disputed=True, gone=(("c", "y"),))) == 1
    assert served() == {}


def test_a_doubt_of_all_partners_is_a_doubt_here_and_ends_with_it():
    value = secrets.token_bytes(32)
    take("repit/a", a_record("1", value, disputed=True))
    assert served()[value][0] == "disputed"
    take("repit/b", a_record("2", value))
    assert served()[value][0] == "active"
    take("repit/b", a_record("2", value, disputed=True))
    assert served()[value][0] == "disputed"
    # Whoever submits it here is protected at once, whatever partners think.
    mine = items.submit(picture(value), actor="person", publish=True)
    assert mine.state == "active" and served()[value][0] == "active"
    take("repit/b", a_record("2", None), a_record("3", value, disputed=True))
    assert served()[value][0] == "active"
    items.withdraw_one(mine.item, actor="person")
    assert served()[value][0] == "disputed"
    name = items.submit(picture(value), actor="person", publish=True).item
    items.dispute(name, actor="platforms’ people", reason="they looked")
    take("repit/b", a_record("2", value))
    assert served()[value][0] == "disputed"  # not a doubt of theirs to end


def test_a_partner_may_change_the_hashes_of_a_record():
    before, after = secrets.token_bytes(32), secrets.token_bytes(32)
    take("ncmec/ngo", a_record("42-1", before))
    take("ncmec/ngo", a_record("42-1", after))
    assert list(served()) == [after] and PartnerRecord.objects.count() == 1


def test_a_whole_reading_lets_go_of_what_it_did_not_see():
    values = [secrets.token_bytes(32) for _ in range(5)]
    take("file/list", *(a_record(str(n), value) for n, value in enumerate(values)), run=1)
    take("other/list", a_record("0", values[0]), run=1)
    take("file/list", *(a_record(str(n), values[n]) for n in (1, 3)), run=2)
    assert partner_records.sweep("file/list", 2) == 3
    assert set(served()) == {values[0], values[1], values[3]}


def test_after_review_it_waits_for_a_person():
    take("file/list", a_record("1", secrets.token_bytes(32)), publish=False)
    assert served() == {} and Item.objects.get().state == "received"


def test_names_of_partners_are_sealed_since_they_may_be_hashes():
    value = secrets.token_bytes(32)
    take("stopncii/org", a_record(value.hex(), value))
    record = PartnerRecord.objects.get()
    assert value.hex().encode() not in bytes(record.sealed_name)
    assert [bytes(record.name)] == lookups.everywhere(
        "partner record name", b"stopncii/org", value.hex().encode()
    )
    assert partner_records.names_of("stopncii/org", Item.objects.get().token) == [value.hex()]


def test_whatever_happens_counts_equal_what_stands():
    chance = random.Random(7)
    values = [secrets.token_bytes(32) for _ in range(4)]
    mine: list[tuple[str, int]] = []
    theirs: dict[tuple[str, str], int] = {}
    for _ in range(150):
        which = chance.randrange(4)
        if chance.random() < 0.3:
            mine.append((items.submit(picture(values[which]), actor="p", publish=True).item, which))
        elif chance.random() < 0.4 and mine:
            name, _which = mine.pop(chance.randrange(len(mine)))
            items.withdraw_one(name, actor="p")
        else:
            source, name = chance.choice("ab"), str(which)
            if chance.random() < 0.5:
                take(source, a_record(name, values[which]))
                theirs[source, name] = which
            else:
                take(source, a_record(name, None))
                theirs.pop((source, name), None)
        standing = [which for _, which in mine] + list(theirs.values())
        assert {values.index(value): count for value, (_, count, _) in served().items()} == {
            which: standing.count(which) for which in set(standing)
        }
