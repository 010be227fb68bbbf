"""What a case asks of the bank arrives once, at a moment of its own, and cannot be put beside the case."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from thief import Loot, keys_in

from repit.foundation import clock
from repit.foundation.hashes import MAX_HASHES, Hash
from repit.hotline.bank import admitting, carrying, claims, feed, health, items, keys, letters
from repit.hotline.bank.carrying import Carrier
from repit.hotline.bank.incoming import Incoming
from repit.hotline.bank.letters import Order
from repit.hotline.bank.models import Change, Claim, Item, Letter
from repit.hotline.bank.types import Submission
from repit.hotline.feeds import reach

pytestmark = pytest.mark.django_db
SPREAD = 5
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def spread(settings: Any) -> None:
    settings.REPIT_SPREAD_SECONDS = SPREAD


class Later:
    """A clock that says how much later it is."""

    seconds = 0.0

    def __call__(self) -> Any:
        return NOON + timedelta(seconds=self.seconds)


@pytest.fixture
def later() -> Iterator[Later]:
    moment = Later()
    with clock.at(moment):
        yield moment


def picture(*values: bytes, quality: int = 90) -> Submission:
    hashes = tuple(Hash("pdq", "whole", value, quality) for value in values or (secrets.token_bytes(32),))
    return Submission("picture", "intimate", hashes)


def protect(*some: Submission, publish: bool = True) -> list[str]:
    return carrying.protect(some or [picture()], actor="person", publish=publish)


def bank_states(names: list[str]) -> dict[str, str]:
    return {name: status.state for name, status in carrying.statuses(names).items()}


def carried(later: Later, carrier: Carrier | None = None) -> None:
    later.seconds += SPREAD + 0.1
    assert (carrier or Carrier()).once() is None


def active() -> int:
    return sum(1 for _ in feed.everything())


def test_what_is_asked_for_arrives_within_the_time_and_the_case_follows_it(later: Later) -> None:
    [name, other] = protect(picture(), picture())
    assert bank_states([name, other]) == {name: "received", other: "received"}
    assert reach.of([name])[name] == reach.Reach() and active() == 0
    carried(later)
    assert bank_states([name, other]) == {name: "active", other: "active"} and active() == 2
    carrying.let_go([name], actor="person")
    assert carrying.statuses([name])[name] == carrying.SubmissionStatus("active", leaving=True)
    carried(later)
    assert bank_states([name, other]) == {name: "withdrawn", other: "active"}
    assert not carrying.statuses([name])[name].leaving
    assert reach.of([name, "nobody"]) == {name: reach.Reach(), "nobody": reach.Reach()}


def test_no_name_of_a_case_is_a_name_in_the_bank(later: Later) -> None:
    names = protect(picture(), picture())
    carried(later)
    assert not Item.objects.filter(token__in=names).exists()
    rows = repr([list(row.__dict__.items()) for row in Claim.objects.all()])
    assert not any(name in rows for name in names)


def test_letters_are_all_alike_whatever_they_ask_for_and_as_many_as_they_like(later: Later) -> None:
    protect(picture())
    carried(later)
    lengths, counts = set[int](), list[int]()
    for asks in (
        lambda: protect(picture()),
        lambda: protect(Submission("video", "deepfake", (Hash("md5", "whole", bytes(16)),))),
        lambda: carrying.let_go(["a name"], actor="clock", reason="its time has come"),
        lambda: protect(*[picture() for _ in range(5)]),
        lambda: protect(picture(*[secrets.token_bytes(32) for _ in range(MAX_HASHES - 1)])),
    ):
        before = Letter.objects.count()
        asks()
        counts.append(Letter.objects.count() - before)
        lengths |= {len(bytes(sealed)) for sealed in Letter.objects.values_list("sealed", flat=True)}
    assert len(lengths) == 1
    assert counts[:3] == [4, 4, 4] and all(count & (count - 1) == 0 for count in counts)


@given(count=st.integers(1, MAX_HASHES), published=st.booleans())
@hypothesis_settings(max_examples=15)
def test_any_submission_comes_out_as_it_went_in(count: int, published: bool) -> None:
    whole = picture(*[secrets.token_bytes(32) for _ in range(count)])
    order = Order(letters.number(), "protect", "a name", "person", letters.soon(), whole, published)
    with transaction.atomic():
        letters.put([order])
        [read] = [order for order in letters.opened(list(Letter.objects.all())) if order.wanted != "nothing"]
        transaction.set_rollback(True)
    assert (read.submission, read.publish, read.name) == (whole, published, "a name")
    assert (read.number, read.due_at, read.actor) == (order.number, order.due_at, "person")


def test_each_comes_at_a_moment_of_its_own_in_no_order_and_in_its_own_transaction(
    later: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sixty asked for together: neither the order of asking nor the moment of it is left."""
    names = protect(*[picture() for _ in range(60)])
    carrier, came, begun = Carrier(), list[tuple[str, float]](), 0

    def atomic(*more: Any, **options: Any) -> Any:
        nonlocal begun
        begun += 1
        return real(*more, **options)

    real = carrying.transaction.atomic
    monkeypatch.setattr(carrying.transaction, "atomic", atomic)
    while later.seconds < SPREAD + 0.2:
        carrier.once()
        states = bank_states(names)
        known = {name for name, _ in came}
        came += [(name, later.seconds) for name in names if states[name] == "active" and name not in known]
        later.seconds += 0.1
    assert len(came) == 60 and begun >= 60
    order = [claims.find(name).item_id for name in names]
    announced = list(feed_order())
    rising = sum(announced.index(earlier) < announced.index(other) for earlier, other in pairwise(order))
    assert 12 < rising < 47, "a coin thrown 59 times: beyond 4.5 standard deviations"
    times = sorted(seconds for _, seconds in came)
    assert times[10] < SPREAD / 2 < times[-10], "neither all at once nor all late"


def feed_order() -> Iterator[int]:
    seen = set[int]()
    for item in Change.objects.order_by("sequence").values_list("item", flat=True):
        if item not in seen:
            seen.add(item)
            yield item


def test_what_is_taken_back_before_it_arrives_leaves_nothing(later: Later) -> None:
    value = secrets.token_bytes(32)
    loot = Loot()
    [name] = protect(picture(value))
    loot.take(rows)
    carrying.let_go([name], actor="person")
    loot.take(rows)
    carried(later)
    assert not Item.objects.exists() and feed.head().sequence == 0
    assert bank_states([name]) == {name: "withdrawn"}
    left = keys_in(Path(settings.REPIT_BANK_KEYS))
    assert not any(value in opened for opened in loot.opened(settings.REPIT_OPERATOR_KEY, left))


@pytest.mark.parametrize("first", ["protect", "let go"])
def test_it_leaves_nothing_whichever_of_the_two_is_due_first(
    first: str, later: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    due = {"protect": 4, "let go": 4, first: 0}
    monkeypatch.setattr(letters, "soon", lambda: clock.now() + timedelta(seconds=due["protect"]))
    [name] = protect()
    monkeypatch.setattr(letters, "soon", lambda: clock.now() + timedelta(seconds=due["let go"]))
    carrying.let_go([name], actor="person")
    later.seconds = 1
    Carrier().once()
    assert not Item.objects.exists()
    carried(later)
    assert not Item.objects.exists()
    assert bank_states([name]) == {name: "withdrawn"}


def test_the_same_hashes_asked_for_twice_rest_on_two_claims(later: Later) -> None:
    whole = picture()
    [first], [other] = protect(whole), protect(whole)
    carried(later)
    assert Item.objects.get().own == 2 and active() == 1
    for _ in range(3):  # a person presses again, a letter is read again
        carrying.let_go([first], actor="person")
        carried(later)
        assert bank_states([first, other]) == {first: "active", other: "active"}
        assert Item.objects.get().own == 1
    carrying.let_go([other], actor="person")
    carried(later)
    assert bank_states([first, other]) == {first: "withdrawn", other: "withdrawn"}


def test_a_case_from_before_there_were_claims_takes_back_what_is_its_own(later: Later) -> None:
    whole = picture()
    name = items.submit(whole, actor="person", publish=True).item
    assert items.submit(whole, actor="person", publish=True).item == name
    assert bank_states([name]) == {name: "active"}
    carrying.let_go([name], actor="person")
    carried(later)
    assert bank_states([name]) == {name: "active"} and Item.objects.get().own == 1
    carrying.let_go([name], actor="person")
    carried(later)
    assert bank_states([name]) == {name: "withdrawn"}


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("where", ["before", "within", "committed"])
@pytest.mark.parametrize("asked", ["protect", "let go", "let go of an old one"])
def test_killed_anywhere_nothing_is_lost_and_nothing_is_done_twice(
    where: str, asked: str, later: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = picture()
    [kept] = protect(whole)
    carried(later)
    old = Item.objects.get().token
    names = protect(whole) if asked == "protect" else [old] if asked.endswith("old one") else [kept]
    if asked != "protect":
        protect(whole)
        carried(later)
        carrying.let_go(names, actor="person")
    before = Item.objects.get().own
    later.seconds += SPREAD + 1

    def killed(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patched, pytest.raises(Killed):
        if where == "before":
            patched.setattr(carrying, "_carry", killed)
        elif where == "within":
            patched.setattr(carrying.Claim.objects, "create", killed)
            patched.setattr(carrying.Claim, "save", killed)
        else:
            patched.setattr(carrying.keys, "pool", Unwiped)
        Carrier().once()
    for _ in range(2):
        carried(later)
    assert Item.objects.get().own == before + (1 if asked == "protect" else -1)
    assert letters.opened(list(Letter.objects.all())) == []


class Unwiped:
    """The file of keys of a process that ends before it wipes any."""

    def __init__(self, name: str) -> None:
        self.pool = keys.KeyPool(Path(settings.REPIT_BANK_KEYS) / name)

    def read(self, slots: Any) -> Any:
        return self.pool.read(slots)

    def find(self, slots: Any) -> Any:
        return self.pool.find(slots)

    def wipe(self, slots: Any) -> None:
        raise Killed


def test_two_who_carry_letters_out_do_it_once(later: Later, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second has read the letter before the first carried it out and wiped it."""
    carrier, other = Carrier(), Carrier()
    [name] = protect()
    carrier._waiting(), other._waiting()
    later.seconds = SPREAD + 1
    carrier.once()
    monkeypatch.setattr(carrying, "_whole", lambda order: True)
    other.once()
    assert Item.objects.get().own == 1 and Claim.objects.count() == 1
    assert bank_states([name]) == {name: "active"}


def test_one_who_takes_back_meets_one_who_has_read_the_letter_already(
    later: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow, quick = Carrier(), Carrier()
    [name] = protect()
    slow._waiting()
    carrying.let_go([name], actor="person")
    later.seconds = SPREAD + 1
    with monkeypatch.context() as patched:  # it does not see the second letter yet
        patched.setattr(slow, "_waiting", lambda: [letter for letter in slow._known.values() if letter])
        quick.once()
        slow.once()
    assert not Item.objects.exists() and feed.head().sequence == 0


def test_what_is_carried_out_while_one_looks_is_not_said_to_be_gone(
    later: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    [name] = protect()
    carrier, opened = Carrier(), letters.opened
    carrier._waiting()
    later.seconds = SPREAD + 1

    def just_too_late(rows: Sequence[Letter]) -> list[Order]:
        carrier.once()
        return opened(rows)

    monkeypatch.setattr(letters, "opened", just_too_late)
    status = carrying.statuses([name])[name]
    assert (status.state, status.back) == ("active", False)


def test_a_clock_that_is_put_back_makes_nobody_wait(later: Later) -> None:
    later.seconds = 86_400 * 30
    protect()
    later.seconds = 0
    Carrier().once()
    assert active() == 1


def test_letters_go_together_some_time_after_they_were_carried_out(later: Later) -> None:
    protect(picture(), picture())
    carried(later)
    [left] = protect()
    assert Letter.objects.count() == 8
    assert carrying.sweep() == 4
    assert bank_states([left]) == {left: "received"}


def test_a_letter_put_in_another_place_does_not_open(later: Later) -> None:
    protect()
    letter, other = Letter.objects.order_by("id")[:2]
    Letter.objects.filter(pk=letter.pk).update(sealed=other.sealed)
    assert letters.opened([Letter.objects.get(pk=letter.pk)]) == []
    other_name = protect()[0]
    carried(later)
    assert bank_states([other_name]) == {other_name: "active"}, "nor does it keep any other"


def test_one_letter_that_cannot_be_carried_out_keeps_none_of_the_others(
    later: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = [secrets.token_bytes(32) for _ in range(4)]
    protect(*map(picture, values))
    real = admitting.admit

    def admit(line: Any, coming: Sequence[Incoming], way: Any) -> Any:
        if coming[0].submission.hashes[0].value == values[1]:
            raise ValueError
        return real(line, coming, way)

    monkeypatch.setattr(admitting, "admit", admit)
    later.seconds = SPREAD + 1
    Carrier().once()
    assert active() == 3


def rows(table: str) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table}")  # noqa: S608 - a table of ours
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def test_what_is_not_carried_out_for_a_quarter_of_an_hour_is_told_and_over_once_it_is(later: Later) -> None:
    def found() -> list[str]:
        return [finding.code for finding in health._letters()]

    protect(picture(), picture())
    later.seconds += 600
    assert found() == [], "a hotline that was away for ten minutes"
    later.seconds += 600
    assert found() == ["letters-stuck"]
    [figure] = [figure for figure in health._bank() if figure.name == "repit_hotline_letters_stuck"]
    assert set(figure.values.values()) == {2.0}
    carried(later)
    assert found() == []
