"""What a case asks to be let go in an hour: it goes then, once, or is kept, whatever happens in between."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from repit.foundation import clock
from repit.foundation.hashes import Hash
from repit.hotline.bank import carrying, claims, feed, items, keys, letters, revoking
from repit.hotline.bank.carrying import Carrier
from repit.hotline.bank.models import Item, Letter
from repit.hotline.bank.types import Submission

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SPREAD = 5
HOUR = 3600.0


@pytest.fixture(autouse=True)
def spread(settings: Any) -> None:
    settings.REPIT_SPREAD_SECONDS = SPREAD


class Later:
    """A clock on the wall, which may be set, and one that only runs."""

    wall = ran = 0.0

    def __call__(self) -> datetime:
        return NOON + timedelta(seconds=self.wall)

    def passes(self, seconds: float) -> None:
        self.wall += seconds
        self.ran += seconds


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Iterator[Later]:
    moment = Later()
    monkeypatch.setattr(carrying, "elapsed", lambda: moment.ran)
    with clock.at(moment):
        yield moment


def picture() -> Submission:
    return Submission("picture", "intimate", (Hash("pdq", "whole", secrets.token_bytes(32), 90),))


def protected(later: Later, count: int = 1) -> list[str]:
    names = carrying.protect([picture() for _ in range(count)], actor="person", publish=True)
    later.passes(SPREAD + 0.1)
    Carrier().once()
    assert active() == count
    return names


def active() -> int:
    return sum(1 for _ in feed.everything())


def waiting() -> list[letters.Order]:
    return letters.opened(list(Letter.objects.all()))


def keep(names: list[str]) -> set[str]:
    with transaction.atomic():
        return revoking.keep_after_all(names)


def test_it_stays_for_an_hour_and_goes_then(later: Later) -> None:
    [name, other] = protected(later, 2)
    carrying.let_go_in_an_hour([name], actor="person")
    status = carrying.statuses([name])[name]
    assert (status.state, status.leaving, status.back) == ("active", False, False)
    assert status.goes_at and timedelta(0) <= status.goes_at - clock.now() - letters.HOUR
    later.passes(HOUR - 1)
    Carrier().once()
    assert active() == 2
    later.passes(SPREAD + 2)
    Carrier().once()
    gone, stays = carrying.statuses([name, other]).values()
    assert (gone.state, gone.goes_at, gone.back) == ("withdrawn", None, True)
    assert (stays.state, stays.back) == ("active", False) and waiting() == []


def test_kept_after_all_it_goes_on_for_good_and_no_letter_is_left(later: Later) -> None:
    names = protected(later, 2)
    carrying.let_go_in_an_hour(names, actor="person")
    later.passes(HOUR - 1)
    assert keep(names) == set(names) and waiting() == []
    assert keep(names) == set(), "a second time there is nothing to keep"
    later.passes(2 * HOUR)
    Carrier().once()
    assert active() == 2
    for status in carrying.statuses(names).values():
        assert (status.goes_at, status.back) == (None, False)


def test_of_others_nothing_is_kept(later: Later) -> None:
    mine, theirs = protected(later), protected_more(later)
    carrying.let_go_in_an_hour(mine, actor="person")
    carrying.let_go_in_an_hour(theirs, actor="person")
    assert keep(mine) == set(mine)
    later.passes(HOUR + SPREAD + 1)
    Carrier().once()
    assert [status.state for status in carrying.statuses([*mine, *theirs]).values()] == [
        "active",
        "withdrawn",
    ]


def protected_more(later: Later) -> list[str]:
    names = carrying.protect([picture()], actor="person", publish=True)
    later.passes(SPREAD + 0.1)
    Carrier().once()
    return names


@pytest.mark.parametrize("count", [1, 3, 4, 5])
def test_neither_rows_nor_keys_tell_how_much_was_asked_for_or_that_it_was_kept(
    count: int, later: Later
) -> None:
    """As many letters as the next power of two, all alike, and they go together at whatever time."""
    names = protected(later, count)
    carrying.sweep()
    carrying.let_go_in_an_hour(names, actor="person")
    rows = list(Letter.objects.all())
    assert len(rows) in (4, 8) and len({len(bytes(row.sealed)) for row in rows}) == 1
    slots = [row.slot for row in rows]
    later.passes(SPREAD + 60)
    Carrier().once()
    assert keys.GONE not in keys.pool(keys.LETTERS).read(slots), "none goes before the others"
    keep(names)
    assert set(keys.pool(keys.LETTERS).read(slots)) == {keys.GONE}, "none stays behind"


def test_one_who_carries_it_out_has_read_it_before_it_is_revoked(later: Later) -> None:
    [name] = protected(later)
    carrying.let_go_in_an_hour([name], actor="person")
    carrier = Carrier()
    carrier.once()
    later.passes(HOUR + SPREAD)
    assert keep([name]) == {name}
    carrier.once()
    assert active() == 1


def test_it_is_too_late_once_it_was_carried_out_even_before_its_key_is_wiped(
    later: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    [name] = protected(later)
    carrying.let_go_in_an_hour([name], actor="person")
    later.passes(HOUR + SPREAD)
    with monkeypatch.context() as patched:
        patched.setattr(keys.KeyPool, "wipe", lambda *_: None)
        Carrier().once()
    assert len(waiting()) == letters.FEWEST, "its letter is still there"
    assert carrying.statuses([name])[name].back and keep([name]) == set()
    Carrier().once()
    assert carrying.statuses([name])[name].back and waiting() == []


def test_of_a_case_from_before_there_were_claims_one_submission_goes_once(
    later: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = picture()
    name = items.submit(whole, actor="person", publish=True).item
    items.submit(whole, actor="person", publish=True)
    carrying.let_go_in_an_hour([name], actor="person")
    assert keep([name]) == {name} and Item.objects.get().own == 2
    carrying.let_go_in_an_hour([name], actor="person")
    later.passes(HOUR + SPREAD)
    with monkeypatch.context() as patched:
        patched.setattr(keys.KeyPool, "wipe", lambda *_: None)
        Carrier().once()
    assert keep([name]) == set()
    Carrier().once()
    assert Item.objects.get().own == 1


def test_where_the_rest_of_what_was_asked_is_not_written_it_is_kept_and_says_so(later: Later) -> None:
    """A process that ends before its transaction does: the key is gone, the rows are as they were."""
    [name] = protected(later)
    carrying.let_go_in_an_hour([name], actor="person")
    with transaction.atomic():
        revoking.keep_after_all([name])
        transaction.set_rollback(True)
    status = carrying.statuses([name])[name]
    assert (status.state, status.goes_at, status.back) == ("active", None, False)
    later.passes(2 * HOUR)
    Carrier().once()
    assert active() == 1


def test_the_hour_is_an_hour_whatever_is_done_to_the_clock(later: Later) -> None:
    names = protected(later, 2)
    carrier = Carrier()
    carrying.let_go_in_an_hour(names[:1], actor="person")
    carrier.once()
    later.wall += 86_400  # set forward by a day
    carrier.once()
    assert active() == 2, "the hour that was promised is not over"
    later.wall -= 30 * 86_400  # set back by a month
    later.passes(HOUR - 10)
    carrier.once()
    assert active() == 2
    later.passes(SPREAD + 20)
    carrier.once()
    assert active() == 1, "and nothing lies longer"


def test_what_waits_for_its_hour_is_looked_at_when_it_is_over_and_not_again_and_again(
    later: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = protected(later, 3)
    carrier, read = Carrier(), list[int]()
    carrying.let_go_in_an_hour(names, actor="person")
    carrier.once()
    real = keys.KeyPool.read

    def noted(pool: keys.KeyPool, slots: Sequence[int]) -> list[bytes]:
        read.extend(slots)
        return real(pool, slots)

    monkeypatch.setattr(keys.KeyPool, "read", noted)
    for _ in range(5):
        later.passes(60)
        carrier.once()
    assert read == []
    later.passes(HOUR)
    carrier.once()
    assert active() == 0 and read


def test_a_process_that_starts_anew_waits_no_longer_than_an_hour(later: Later) -> None:
    names = protected(later)
    carrying.let_go_in_an_hour(names, actor="person")
    later.wall -= 30 * 86_400
    carrier = Carrier()
    carrier.once()
    later.passes(HOUR + SPREAD)
    carrier.once()
    assert active() == 0


def test_what_never_came_in_is_kept_from_coming_or_comes_as_was_asked(later: Later, settings: Any) -> None:
    """Where things are carried out over a day: it may not be in the bank yet when its hour is over."""
    settings.REPIT_SPREAD_SECONDS = 86_400
    [name] = carrying.protect([picture()], actor="person", publish=True)
    carrying.let_go_in_an_hour([name], actor="person")
    assert keep([name]) == {name}
    later.passes(90_000)
    Carrier().once()
    assert active() == 1 and claims.find(name) is not None


@pytest.mark.parametrize("kept", [True, False])
def test_what_comes_in_within_the_hour_is_protected_for_the_rest_of_it(
    kept: bool, later: Later, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.REPIT_SPREAD_SECONDS = 86_400
    with monkeypatch.context() as patched:
        patched.setattr(letters, "soon", lambda: clock.now() + timedelta(minutes=30))
        [name] = carrying.protect([picture()], actor="person", publish=True)
        carrying.let_go_in_an_hour([name], actor="person")
    carrier = Carrier()
    later.passes(HOUR * 3 / 4)
    carrier.once()
    assert active() == 1 and carrying.statuses([name])[name].goes_at
    if kept:
        assert keep([name]) == {name}
    later.passes(HOUR)
    carrier.once()
    status = carrying.statuses([name])[name]
    assert (status.state, status.back) == (("active", False) if kept else ("withdrawn", True))
