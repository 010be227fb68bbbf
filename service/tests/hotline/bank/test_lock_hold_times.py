"""The bank's lock is held for little work at a time, whoever asks for how much."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client

from repit.exchanges import partners
from repit.exchanges.records import Batch, Pulled, PulledRoot
from repit.foundation import clock
from repit.foundation.clock import now
from repit.foundation.errors import InputRefused, WireRefused
from repit.foundation.hashes import MAX_HASHES, Hash
from repit.hotline.bank import (
    admitting,
    bulk,
    feed,
    incoming,
    items,
    keys,
    lookups,
    partner_records,
    turning,
    widely_published,
)
from repit.hotline.bank.admitting import Way
from repit.hotline.bank.incoming import Incoming
from repit.hotline.bank.models import Item
from repit.hotline.bank.record import Origin, Record
from repit.hotline.bank.types import MAX_HASHES_TOGETHER, Submission
from repit.hotline.feeds import bank_target

pytestmark = pytest.mark.django_db


class Lock:
    """What was done while the lock was held, turn by turn."""

    def __init__(self) -> None:
        self.turns: list[list[str]] = []
        self.held = False

    def note(self, what: str) -> None:
        if self.held:
            self.turns[-1].append(what)


@pytest.fixture
def lock(monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: object) -> Iterator[Lock]:
    watched = Lock()
    incoming.ready([picture()])  # the first key by which items are found is begun
    locked, seal, near, atomic = feed.locked, incoming.seal_hashes, widely_published.near, transaction.Atomic

    def turn() -> object:
        if not watched.held:
            watched.turns.append([])
        watched.held = True
        return locked()

    class Ending(atomic):  # type: ignore[misc, valid-type]
        """Each outermost block of the code under test ends a turn; the test itself is in one more."""

        def __exit__(self, *about: object) -> None:
            super().__exit__(*about)
            watched.held = watched.held and len(transaction.get_connection().savepoint_ids) > depth

    depth = len(transaction.get_connection().savepoint_ids)
    monkeypatch.setattr(transaction, "Atomic", Ending)
    monkeypatch.setattr(feed, "locked", turn)
    monkeypatch.setattr(incoming, "seal_hashes", lambda *about: watched.note("seal") or seal(*about))
    monkeypatch.setattr(widely_published, "near", lambda of: watched.note("search") or near(of))
    yield watched


def picture(anchored: int = 8) -> Submission:
    family = [Hash("pdq", "anchored", secrets.token_bytes(32), 90) for _ in range(anchored)]
    return Submission("picture", "intimate", (Hash("pdq", "whole", secrets.token_bytes(32), 90), *family))


def body(number: int, hashes: int) -> str:
    def entry() -> dict[str, object]:
        values = [
            {"algorithm": "pdq", "role": role, "value": secrets.token_hex(32), "quality": 90}
            for role in ("whole", *["anchored"] * (hashes - 1))
        ]
        return {"media": "picture", "kind": "intimate", "hashes": values}

    return json.dumps({"items": [entry() for _ in range(number)]})


@pytest.mark.parametrize(
    ("number", "hashes"), [(1, MAX_HASHES + 1), (12, 2000), (MAX_HASHES_TOGETHER // 32 + 1, 32)]
)
def test_too_many_hashes_are_refused_before_the_bank_is_reached(
    client: Client, lock: Lock, number: int, hashes: int
):
    answer = client.post("/api/v1/cases", body(number, hashes), content_type="application/json")
    assert answer.status_code == 400 and answer.json()["code"] == "input-refused"
    assert lock.turns == [] and not Item.objects.exists()


def test_what_a_device_sends_for_two_hundred_pictures_is_taken_in_one_turn(client: Client, lock: Lock):
    answer = client.post("/api/v1/cases", body(200, 11), content_type="application/json")
    assert answer.status_code == 201 and Item.objects.filter(state="active").count() == 200
    assert lock.turns == [[]]


def test_nothing_is_sealed_or_searched_while_others_wait(lock: Lock):
    widely_published.add([secrets.token_bytes(32)], actor="operator")
    lock.turns.clear()
    items.submit(picture(), actor="test", publish=True)
    list(bulk.load([picture() for _ in range(3)], actor="test", reason="", publish=True))
    partner_records.take("a", [Record(f"{n}", picture()) for n in range(3)], publish=True)
    assert lock.turns == [[], [], []]


def test_a_list_that_grew_meanwhile_is_searched_again(monkeypatch: pytest.MonkeyPatch):
    famous, locked = secrets.token_bytes(32), feed.locked

    def grown() -> object:
        monkeypatch.setattr(feed, "locked", locked)
        widely_published.add([famous], actor="operator")
        return locked()

    monkeypatch.setattr(feed, "locked", grown)
    submission = Submission("picture", "intimate", (Hash("pdq", "whole", famous, 90),))
    assert items.submit(submission, actor="test", publish=True).state == "received"


def test_imports_ends_of_lists_and_expiry_take_many_short_turns(lock: Lock):
    list(bulk.load([picture(0) for _ in range(250)], actor="test", reason="", publish=True))
    assert len(lock.turns) == 3
    lock.turns.clear()
    partner_records.take("a", [Record(f"{n}", picture(0)) for n in range(60)], publish=True, run=1)
    assert partner_records.sweep("a", 2) == 60
    assert len(lock.turns) >= 4
    lock.turns.clear()
    Item.objects.filter(state="active").update(expires_at=now())
    while items.expire_due():
        pass
    assert len(lock.turns) >= 10


@pytest.mark.parametrize("what", ["come", "change", "join", "go", "are withdrawn by their origins"])
def test_a_hundred_records_of_a_partner_take_few_statements(
    what: str, django_assert_max_num_queries: Callable[[int], AbstractContextManager[object]]
):
    origins = [(Origin("there", f"t{number}", ("there",)),) for number in range(100)]
    group = [Record(f"r{number}", picture(0), origins=origins[number]) for number in range(100)]
    if what != "come":
        partner_records.take("b" if what == "join" else "a", group, publish=True)
    if what == "change":
        group = [Record(record.name, picture(0), disputed=True) for record in group]
    elif what == "go":
        group = [Record(record.name, None) for record in group]
    elif what == "are withdrawn by their origins":
        group = [Record(record.name, None, gone=(("there", f"t{n}"),)) for n, record in enumerate(group)]
    made = partner_records.ready("a", group)
    with django_assert_max_num_queries(40):
        partner_records.write("a", made, publish=True)


def test_a_partner_s_page_is_cut_by_the_work_that_it_makes(lock: Lock):
    partners.add("file", "list", {}, address="/nowhere")
    target = bank_target.BankTarget(partners.claim())

    def pulled(number: int, roots: int) -> Pulled:
        value = bytes([number]) + secrets.token_bytes(15) + bytes([255, 0] * 8)
        passed = tuple(PulledRoot(f"i{n}", f"t{number}", (f"i{n}",)) for n in range(roots))
        return Pulled(f"r{number}", "active", "picture", (Hash("pdq", "whole", value, 90),), roots=passed)

    target.take(Batch(tuple(pulled(n, 0) for n in range(150)), "1"))
    assert len(lock.turns) == 2 and lock.turns == [[], []]
    lock.turns.clear()
    target.take(Batch(tuple(pulled(150 + n, 60) for n in range(5)), "2"))
    assert len(lock.turns) == 3


def test_a_partner_s_record_with_too_many_hashes_is_no_record():
    hashes = tuple(
        Hash("pdq", "whole", bytes([number, 255, 0, 255]) * 8, 90) for number in range(MAX_HASHES + 1)
    )
    Pulled("r", "active", "picture", hashes[:-1])
    with pytest.raises(WireRefused):
        Pulled("r", "active", "picture", hashes)
    with pytest.raises(InputRefused):
        Submission("picture", "intimate", tuple(Hash("pdq", "whole", hash_.value, 90) for hash_ in hashes))


def test_what_was_let_go_of_between_sealing_and_writing_is_taken_all_the_same():
    records = [Record("r", picture(0), origins=(Origin("there", "t", ("there",)),))]
    partner_records.take("a", records, publish=True)
    late = partner_records.ready("a", records)
    partner_records.take("a", [Record("r", None)], publish=True)
    assert partner_records.write("a", late, publish=True) == 1
    assert [item.state for item in feed.everything()] == ["active"]


def admitted(made: Incoming) -> Item:
    with transaction.atomic():
        line = feed.locked()
        incoming.settle([made])
        [item] = admitting.admit(line, [made], Way("test", "here", True, own=True))
    return item


@pytest.mark.parametrize("meanwhile", ["taken", "wiped"])
def test_keys_that_somebody_took_or_wiped_between_sealing_and_writing_are_drawn_anew(meanwhile: str):
    first, other = incoming.ready([picture(2), picture(2)])
    if meanwhile == "taken":
        slot = first.item.slot
        assert slot is not None
        other.seal(slot, first.pair, lookups.newest())
        admitted(first)
    else:
        keys.wipe([other.item.slot or 0])
    item = admitted(other)
    assert Item.objects.filter(slot=item.slot).count() == 1
    served = {each.item: {hash_.value for hash_ in each.hashes} for each in feed.everything()}
    assert served[item.token] == {hash_.value for hash_ in other.submission.hashes}


def test_what_was_made_ready_before_the_week_was_over_is_found_by_the_newest_key():
    submission = picture(2)
    [made] = incoming.ready([submission])
    with clock.at(lambda: clock._wall() + timedelta(days=8)):
        assert turning.begin_if_due()
        item = admitted(made)
        assert item.found_by == lookups.newest().number
        while turning.carry_over():
            pass
        assert items.submit(submission, actor="test", publish=True).item == item.token
