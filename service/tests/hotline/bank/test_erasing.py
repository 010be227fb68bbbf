"""What was withdrawn opens with no key that is left, in no copy of the rows; and no digest tells of it."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from thief import Loot, keys_in
from video_items import video

from repit.exchanges.ncmec.wire import Window
from repit.foundation import clock
from repit.foundation.clock import now
from repit.foundation.errors import TransitionRefused
from repit.foundation.hashes import Hash
from repit.hotline.bank import bulk, closing, erasing, feed, items, keys, lookups, partner_records, turning
from repit.hotline.bank.models import (
    Item,
    ItemHash,
    ItemMoments,
    LookupKey,
    PartnerRecord,
    Transition,
)
from repit.hotline.bank.record import Record
from repit.hotline.bank.types import Submission
from repit.hotline.feeds import erasure, subscribers
from repit.hotline.feeds import ncmec_server as ncmec
from repit.hotline.feeds import stopncii_server as stopncii
from repit.hotline.feeds.keys import Granted, recognise

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def picture(*values: bytes) -> Submission:
    """The first of the whole, the others of places in it."""
    hashes = [Hash("pdq", "anchored" if place else "whole", v, 90) for place, v in enumerate(values)]
    return Submission("picture", "intimate", tuple(hashes))


def submit(*values: bytes) -> str:
    return items.submit(picture(*values), actor="person", publish=True).item


def rows(table: str) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table}")  # noqa: S608 - a table of ours
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


class Watcher:
    """Someone who copies every row at every step, and comes for the keys at the end."""

    def __init__(self) -> None:
        self.loot = Loot()

    def copies(self) -> None:
        self.loot.take(rows)

    def opens(self) -> set[bytes]:
        left = keys_in(Path(settings.REPIT_BANK_KEYS))
        return set(self.loot.opened(settings.REPIT_OPERATOR_KEY, left))

    def recognises(self, *values: bytes) -> int:
        left = keys_in(Path(settings.REPIT_BANK_KEYS))
        return self.loot.recognised(settings.REPIT_OPERATOR_KEY, left, values)


@pytest.fixture(autouse=True)
def own_keys(settings: Any, tmp_path: Path) -> None:
    """No transaction takes back what is wiped in a file: here it is wiped in a copy."""
    copy = tmp_path / "bank-keys"
    shutil.copytree(settings.REPIT_BANK_KEYS, copy)
    settings.REPIT_BANK_KEYS = copy


@pytest.fixture
def watcher() -> Watcher:
    return Watcher()


@pytest.fixture
def days_later() -> Callable[[float], Any]:
    return lambda days: clock.at(lambda: clock._wall() + timedelta(days=days))


def turned() -> None:
    """A week is over: what lives is found by another key."""
    with clock.at(lambda: clock._wall() + 8 * DAY):
        assert turning.begin_if_due()
        while turning.carry_over():
            pass
        assert turning.carry_over() == 0 and LookupKey.objects.count() == 1


def stopncii_subscriber() -> tuple[Granted, Callable[[], list[tuple[bytes, str]]]]:
    """(who, what its next fetch brings): a client that goes on from the second it was told."""
    who = recognise(subscribers.add(f"platform {secrets.token_hex(3)}"), "stopncii")
    at = 10

    def fetch() -> list[tuple[bytes, str]]:
        nonlocal at
        page = stopncii.fetch(who, at, 1_000)
        at = page.next_second
        return [(record.value, record.status) for record in page.records]

    return who, fetch


def test_what_was_withdrawn_opens_with_no_key_that_is_left(watcher: Watcher) -> None:
    gone, place, stays = (secrets.token_bytes(32) for _ in range(3))
    name, other = submit(gone, place), submit(stays)
    watcher.copies()
    assert {gone, place, stays} <= watcher.opens(), "a thief of everything reads what is protected"
    items.withdraw_one(name, actor="person")
    watcher.copies()
    assert erasure.begin() == 1 and erasure.begin() == 0
    watcher.copies()
    assert watcher.opens() & {gone, place, stays} == {stays}
    assert items.states([name, other]) == {name: "erased", other: "active"}
    assert [change.item.state for change in feed.changes_after(0)] == ["withdrawn", "active", "withdrawn"]


def test_of_a_video_no_moment_opens_as_soon_as_it_is_withdrawn(watcher: Watcher) -> None:
    """Whoever is to be told by the MD5 of the file may still be waited for: for moments nobody is."""
    stopncii_subscriber()[1]()
    gone, stays = video(1), video(2)
    name = items.submit(gone, actor="person", publish=True).item
    items.submit(stays, actor="person", publish=True)
    watcher.copies()

    def readable(submission: Submission) -> bool:
        return any(submission.moments in value for value in watcher.opens())

    assert readable(gone) and readable(stays), "a thief of everything reads what is protected"
    items.withdraw_one(name, actor="person")
    erasure.begin()
    watcher.copies()
    assert not readable(gone) and readable(stays)
    assert items.states([name]) == {name: "withdrawn"} and ItemMoments.objects.count() == 1


def test_nor_does_any_digest_tell_that_it_was_here_once_the_week_is_over(watcher: Watcher) -> None:
    gone, stays = (secrets.token_bytes(32) for _ in range(2))
    name = submit(gone)
    submit(stays)
    watcher.copies()
    assert watcher.recognises(gone, stays) == 2
    items.withdraw_one(name, actor="person")
    erasure.begin()
    assert (
        not Loot()
        .take(rows)
        .recognised(settings.REPIT_OPERATOR_KEY, keys_in(Path(settings.REPIT_BANK_KEYS)), [gone])
    ), "in the database itself nothing does at once"
    turned()
    assert watcher.recognises(gone, stays) == 0, "nor in any copy"
    watcher.copies()
    assert watcher.recognises(gone, stays) == 1


def test_what_a_partner_calls_it_is_destroyed_too_and_does_not_come_back(watcher: Watcher) -> None:
    value = secrets.token_bytes(32)
    record = Record(f"pdq:{value.hex()}", picture(value))
    partner_records.take("file/list", [record], publish=True)
    name = submit(value)
    watcher.copies()
    items.withdraw(name, actor="person", reason="asked")
    watcher.copies()
    erasure.begin()
    turned()
    assert not {value, record.name.encode()} & watcher.opens()
    assert not PartnerRecord.objects.exclude(sealed_name=b"").exists()
    for run in (1, 2):
        assert partner_records.take("file/list", [record], publish=True, run=run) == 0
    assert list(feed.everything()) == [], "what a person withdrew does not come back by the same record"
    assert partner_records.sweep("file/list", 2) == 0 and partner_records.sweep("file/list", 3) == 1
    assert partner_records.take("file/list", [record], publish=True, run=4) == 1, (
        "told anew, it is another record"
    )


def test_nor_does_it_come_back_from_a_database_that_was_put_back_once_it_is_found_by_another_key() -> None:
    """Its keys are gone, and with them the sealed name: only the partner itself still says it."""
    value = secrets.token_bytes(32)
    record = Record(f"pdq:{value.hex()}", picture(value))
    partner_records.take("file/list", [record], publish=True)
    keys.wipe([slot for slot in Item.objects.values_list("slot", flat=True) if slot is not None])
    assert erasing.lost() == 1
    partner_records.take("file/list", [record], publish=True, run=1)
    turned()
    assert partner_records.take("file/list", [record], publish=True, run=2) == 0
    assert list(feed.everything()) == [] and Item.objects.count() == 1


def test_only_hashes_by_which_an_exchange_names_it_are_kept_and_only_until_it_was_told(
    watcher: Watcher,
) -> None:
    value, place = (secrets.token_bytes(32) for _ in range(2))
    name = submit(value, place)
    _, fetch = stopncii_subscriber()
    assert (value, "Active") in fetch()
    watcher.copies()
    with clock.at(lambda: clock._wall() + timedelta(minutes=5)):
        items.withdraw_one(name, actor="person")
        assert erasure.begin() == 1
        assert watcher.opens() & {value, place} == {value}
        assert ItemHash.objects.get().role == "whole"
        assert erasure.go_on() == 0
        assert (value, "Withdrawn") in fetch()
        assert erasure.go_on() == 0, "sent is not received"
        fetch()
        assert erasure.go_on() == 1
        assert value not in watcher.opens() and items.states([name]) == {name: "erased"}
        assert fetch() == []


def test_what_was_told_in_the_very_second_asked_from_waits_for_a_later_one_and_a_day_at_most(
    watcher: Watcher,
) -> None:
    value, moment = secrets.token_bytes(32), clock.day() + DAY / 2
    _, fetch = stopncii_subscriber()
    with clock.at(lambda: moment):
        name = submit(value)
        fetch()
        items.withdraw_one(name, actor="person")
        erasure.begin()
        for _ in range(3):
            assert (value, "Withdrawn") in fetch()
            assert erasure.go_on() == 0, "the page may have got lost each time"
    with clock.at(lambda: moment + DAY):
        closing.close_days()
        fetch()
        fetch()
        assert erasure.go_on() == 1


def test_a_page_that_got_lost_is_sent_again(watcher: Watcher) -> None:
    value = secrets.token_bytes(32)
    name = submit(value)
    who, fetch = stopncii_subscriber()
    fetch()
    before = stopncii.fetch(who, 10, 1_000).next_second
    with clock.at(lambda: clock._wall() + timedelta(minutes=5)):
        items.withdraw_one(name, actor="person")
        erasure.begin()
        for _ in range(3):
            page = stopncii.fetch(who, before, 1_000)
            assert [(record.value, record.status) for record in page.records][-1] == (value, "Withdrawn")
            assert erasure.go_on() == 0
        stopncii.fetch(who, page.next_second, 1_000)
        assert erasure.go_on() == 1


def test_the_last_day_ends_all_waiting(watcher: Watcher, days_later: Callable[[float], Any]) -> None:
    value = secrets.token_bytes(32)
    name = submit(value)
    _, fetch = stopncii_subscriber()
    fetch()
    items.withdraw_one(name, actor="person")
    erasure.begin()
    watcher.copies()
    with days_later(settings.REPIT_WITHDRAWN_DAYS - 1.1):  # days end at midnight, whenever this runs
        assert erasure.begin() == 0
    with days_later(settings.REPIT_WITHDRAWN_DAYS + 0.1):
        assert erasure.begin() == 1
    assert value not in watcher.opens() and items.states([name]) == {name: "erased"}


@pytest.mark.parametrize(
    "why", ["closed", "another kind", "another exchange", "away for a month", "never fetched"]
)
def test_nobody_waits_for_a_subscriber_that_need_not_be_told(
    why: str, days_later: Callable[[float], Any]
) -> None:
    name = submit(secrets.token_bytes(32))
    who, fetch = stopncii_subscriber()
    if why != "never fetched":
        fetch()
    if why == "closed":
        subscribers.close(who.name)
    if why == "another kind":
        subscribers.grant(who.name, subscribers.Grant(kinds=("deepfake",)))
    if why == "another exchange":
        subscribers.grant(who.name, subscribers.Grant(exchanges=("repit", "ncmec")))
    with days_later(26 if why == "away for a month" else 0):
        items.withdraw_one(name, actor="person")
        erasure.begin()
    assert items.states([name]) == {name: "erased"}


def test_a_client_by_name_is_told_of_each_entry_after_the_hashes_are_gone() -> None:
    who = recognise(subscribers.add("by name"), "ncmec")
    three = Submission(
        "picture", "intimate", tuple(Hash("pdq", "whole", secrets.token_bytes(32), 90) for _ in range(3))
    )
    name = items.submit(three, actor="person", publish=True).item
    window = Window(int(now().timestamp()) - 60, int(now().timestamp()) + 60)
    assert ncmec.entries(who, window).count(b"<image>") >= 3
    items.withdraw_one(name, actor="person")
    erasure.begin()
    listed = ncmec.entries(who, window)
    assert not ItemHash.objects.exists()
    for entry in (name, f"{name}.1", f"{name}.2"):
        assert b"<id>" + entry.encode() + b"</id>" in listed


def test_cut_off_after_any_step_it_is_begun_again_and_nothing_opens(
    watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The keys are gone first; then the process may die wherever it likes."""
    values = [secrets.token_bytes(32) for _ in range(3)]
    names = [submit(value) for value in values]
    watcher.copies()
    for name in names:
        items.withdraw_one(name, actor="person")

    class Killed(Exception):
        pass

    def killed(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(erasing, "destroy", killed)
        erasure.begin()
    assert not set(values) & watcher.opens()
    assert list(feed.everything()) == [] and len(feed.changes_after(0)) == 6
    assert erasure.begin() == 3 and set(items.states(names).values()) == {"erased"}


def test_cut_off_while_it_is_reduced_it_still_waits_for_whom_it_must() -> None:
    value = secrets.token_bytes(32)
    name = submit(value, secrets.token_bytes(32))
    _, fetch = stopncii_subscriber()
    fetch()
    items.withdraw_one(name, actor="person")
    keys.wipe([slot for slot in Item.objects.values_list("slot", flat=True) if slot], only_kept=True)
    assert erasure.begin() == 1
    assert items.states([name]) == {name: "withdrawn"} and (value, "Withdrawn") in fetch()


def test_what_lives_is_found_while_it_is_carried_over_to_another_key() -> None:
    values = [secrets.token_bytes(32) for _ in range(6)]
    names = [submit(value) for value in values]
    record = Record(f"pdq:{values[0].hex()}", picture(values[0]))
    partner_records.take("file/list", [record], publish=True)
    who, _ = stopncii_subscriber()
    with clock.at(lambda: clock._wall() + 8 * DAY):
        assert turning.begin_if_due() and not turning.begin_if_due()
        while True:
            left = turning.carry_over(2)
            assert [submit(value) for value in values] == names
            near_one = bytearray(values[1])
            near_one[0] ^= 3
            joined = items.submit(picture(bytes(near_one)), actor="person", publish=True).item
            assert joined not in names
            assert partner_records.take("file/list", [record], publish=True) == 0
            [moved] = list(bulk.load([picture(values[2])], actor="import", reason="", publish=True))
            assert moved.known == 1
            served = [record.value for record in stopncii.fetch(who, 10, 1_000).records]
            assert len(set(served)) == len(served) and set(values) <= set(served)
            items.withdraw_one(joined, actor="person")
            if not left:
                break
        assert len(lookups.alive()) == 1


def test_one_hash_in_two_items_is_one_record_while_one_of_them_is_carried_over() -> None:
    value = secrets.token_bytes(32)
    first, other = submit(value, secrets.token_bytes(32)), submit(value, secrets.token_bytes(32))
    assert first != other
    who, _ = stopncii_subscriber()
    with clock.at(lambda: clock._wall() + 8 * DAY):
        turning.begin_if_due()
        turning.carry_over(1)
        assert Item.objects.values("found_by").distinct().count() == 2
        items.withdraw_one(first, actor="person")
        listed = [record for record in stopncii.fetch(who, 10, 1_000).records if record.value == value]
    assert len(listed) == 1 and listed[0].status == "Active" and len(listed[0].cases) == 2


def test_erasing_is_for_what_was_withdrawn_only() -> None:
    name = submit(secrets.token_bytes(32))
    with pytest.raises(TransitionRefused):
        items.erase(name, actor="test")
    assert erasure.begin() == 0
    assert next(iter(feed.everything())).hashes


def test_whoever_reads_while_it_is_erased_sees_it_withdrawn() -> None:
    """A database that was put back says that it lives; its keys say otherwise."""
    values = [secrets.token_bytes(32) for _ in range(3)]
    names = [submit(value) for value in values]
    who, fetch = stopncii_subscriber()
    gone = Item.objects.get(token=names[0])
    keys.wipe([gone.slot or 0])
    assert {item.item for item in feed.everything()} == set(names[1:])
    assert [c.item.state for c in feed.changes_after(0)] == ["withdrawn", "active", "active"]
    assert {value for value, _ in fetch()} >= set(values[1:]) and values[0] not in {v for v, _ in fetch()}
    window = Window(int(now().timestamp()) - 60, int(now().timestamp()) + 60)
    assert values[0].hex().encode() not in ncmec.entries(who, window)
    assert erasing.lost() == 1 and erasing.lost() == 0
    erasure.begin()
    assert items.states(names[:1]) == {names[0]: "erased"}
    assert Transition.objects.filter(actor="restore").count() == 1


@pytest.mark.parametrize("again", ["submitted", "imported", "near", "told"])
def test_what_comes_anew_does_not_meet_an_item_whose_keys_are_gone(again: str) -> None:
    value = secrets.token_bytes(32)
    name = submit(value)
    gone = Item.objects.get(token=name)
    keys.wipe([gone.slot or 0])
    if again == "submitted":
        fresh = submit(value)
    elif again == "imported":
        list(bulk.load([picture(value)], actor="import", reason="", publish=True))
        fresh = Item.objects.exclude(token=name).get().token
    elif again == "near":
        close = bytearray(value)
        close[0] ^= 1
        fresh = submit(bytes(close))
    else:
        partner_records.take("file/list", [Record("a", picture(value))], publish=True)
        fresh = Item.objects.exclude(token=name).get().token
    assert fresh != name and [item.item for item in feed.everything()] == [fresh]
