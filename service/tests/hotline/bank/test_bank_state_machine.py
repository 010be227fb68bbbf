"""Whatever people and partners do in whatever order: a bank does it whole, or refuses people by name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import machines
import pytest
from bank_strategies import PARTNERS, PICTURES, records, submissions
from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, MultipleResults, initialize, invariant, multiple, precondition, rule

from repit.foundation import audit
from repit.foundation.errors import NotFound, TransitionRefused
from repit.foundation.hashes import Hash
from repit.hotline.bank import (
    admitting,
    erasing,
    feed,
    incoming,
    items,
    partner_records,
    questions,
    sealed,
    turning,
    videos,
    widely_published,
)
from repit.hotline.bank.models import (
    Change,
    Item,
    ItemHash,
    ItemMoments,
    LookupKey,
    PartnerRecord,
    RecordOrigin,
    Transition,
    WidelyPublished,
)
from repit.hotline.bank.partners import write
from repit.hotline.bank.record import Record
from repit.hotline.bank.states import LIVE, SHARED, TRANSITIONS
from repit.hotline.bank.types import Published, Submission

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(machines.SHRINKING)]
WHO = {"actor": "person"}
PARTNER = st.sampled_from(PARTNERS)
DECISIONS = (
    *("withdraw", "withdraw_as_everyones", "dispute", "suspend", "settle", "publish"),
    *("erase", "ask_again", "a_person_is_asked", "let_it_end"),
)
MOSTLY = st.sampled_from((True, True, True, False))


class Follower:
    """A subscriber that reads the changes and nothing else."""

    def __init__(self) -> None:
        self.sequence = feed.head().sequence
        self.held: dict[str, Published] = {}

    def read(self) -> None:
        for change in feed.changes_after(self.sequence, limit=10_000, moments=True):
            assert change.sequence == self.sequence + 1
            self.sequence = change.sequence
            self.held[change.item.item] = change.item
            if change.item.state == "withdrawn":
                del self.held[change.item.item]


class Bank(machines.Story):
    """A bank, those who submit, partners who tell of records, a subscriber who follows."""

    names = Bundle("names")

    def __init__(self) -> None:
        super().__init__()
        widely_published._memory.__init__()  # type: ignore[misc]
        self.reading, self.follower = 0, Follower()
        self.ended: set[str] = set()

    # --- what people and partners do

    @initialize(target=names, submission=submissions(), publish=MOSTLY)
    def begin(self, submission: Submission, publish: bool) -> str:
        return self.submit(submission, publish)

    @initialize()
    def nobody_knows_this_name(self) -> None:
        decisions: list[Callable[[], object]] = [
            lambda: items.withdraw("nobody", reason="", **WHO),
            lambda: items.withdraw_one("nobody", **WHO),
            lambda: items.dispute("nobody", reason="", **WHO),
            lambda: items.settle("nobody", reason="", **WHO),
            lambda: items.publish("nobody", **WHO),
            lambda: items.erase("nobody", **WHO),
        ]
        for decision in decisions:
            with pytest.raises(NotFound), transaction.atomic():
                decision()

    @rule(target=names, submission=submissions(), publish=MOSTLY)
    def submit(self, submission: Submission, publish: bool) -> str:
        """What people submit counts once each time, and is never lost in another item."""
        live = {item.token: item for item in Item.objects.filter(state__in=LIVE)}
        same = [name for name, item in live.items() if are_of(item, submission)]
        taken = items.submit(submission, publish=publish, **WHO)
        item = self.item(taken.item)
        assert same in ([], [taken.item])
        assert item.own == (live[taken.item].own if same else 0) + 1
        assert are_of(item, submission)
        famous = widely_published.near([submission])
        served = publish and any(hash_.publishable for hash_ in submission.hashes) and not famous
        assert item.announced or not served
        self.note("submitted again" if same else "submitted")
        return taken.item

    @rule(
        target=names,
        partner=PARTNER,
        taken=st.lists(records(), min_size=1, max_size=5),
        publish=MOSTLY,
        again=st.booleans(),
    )
    def take(self, partner: str, taken: list[Record], publish: bool, again: bool) -> MultipleResults[str]:
        self.reading += 1
        before = set(Item.objects.values_list("token", flat=True))
        partner_records.take(partner, taken, publish=publish, run=self.reading)
        if again:
            head = feed.head()
            assert not partner_records.take(partner, taken, publish=publish, run=self.reading)
            assert feed.head() == head
        fresh = set(Item.objects.values_list("token", flat=True)) - before
        return multiple(*sorted(fresh))

    @precondition(lambda self: PartnerRecord.objects.filter(run__lt=self.reading).exists())
    @rule(partner=PARTNER, back=st.integers(0, 2))
    def sweep(self, partner: str, back: int) -> None:
        own = dict(Item.objects.values_list("token", "own"))
        if partner_records.sweep(partner, max(0, self.reading - back)):
            self.note("swept")
        assert dict(Item.objects.values_list("token", "own")) == own
        assert not PartnerRecord.objects.filter(source=partner, run__lt=max(0, self.reading - back)).exists()

    # --- what people decide

    @rule(name=names, decision=st.sampled_from(DECISIONS))
    def decide(self, name: str, decision: str) -> None:
        getattr(self, decision)(name)

    def withdraw_as_everyones(self, name: str) -> None:
        self.withdraw(name, everyones=True)

    def withdraw(self, name: str, everyones: bool = False) -> None:
        live = self.item(name).state in LIVE
        deed = lambda: items.withdraw(name, reason="", everyones=everyones, **WHO)  # noqa: E731
        self.done_or_refused(deed, live, TransitionRefused)

    @rule(name=names)
    def take_back(self, name: str) -> None:
        before = self.item(name)
        state = items.withdraw_one(name, **WHO)
        after = self.item(name)
        assert after.state == state
        assert after.own == (before.own - 1 if before.own else 0)
        if before.own > 1:
            assert after.state == before.state
        if before.own == 1 and not PartnerRecord.objects.filter(item=before).exists():
            assert state == "withdrawn"
            self.note("the last submission was taken back")

    def dispute(self, name: str) -> None:
        allowed = self.item(name).state == "active"
        self.done_or_refused(lambda: items.dispute(name, reason="", **WHO), allowed, TransitionRefused)

    def suspend(self, name: str) -> None:
        item = self.item(name)
        allowed = item.state == "active" or questions.is_open(item)
        self.done_or_refused(lambda: items.suspend(name, reason="", **WHO), allowed, TransitionRefused)
        assert not questions.is_open(item)

    def settle(self, name: str) -> None:
        item = self.item(name)
        allowed = item.state == "disputed" or questions.is_open(item)
        self.done_or_refused(lambda: items.settle(name, reason="", **WHO), allowed, TransitionRefused)
        assert not questions.is_open(item)
        assert not allowed or self.item(name).state != "disputed"

    def publish(self, name: str) -> None:
        item = self.item(name)
        allowed = item.state == "received" and ItemHash.objects.filter(item=item, publishable=True).exists()
        self.done_or_refused(lambda: items.publish(name, **WHO), allowed, TransitionRefused)

    def erase(self, name: str) -> None:
        allowed = self.item(name).state == "withdrawn"
        self.done_or_refused(lambda: items.erase(name, **WHO), allowed, TransitionRefused)
        if allowed:
            assert not ItemHash.objects.filter(item__token=name).exists()
            assert not ItemMoments.objects.filter(item__token=name).exists()

    def ask_again(self, name: str) -> None:
        allowed = self.item(name).state in SHARED
        self.done_or_refused(lambda: items.ask_again(name, reason="", **WHO), allowed, TransitionRefused)

    def a_person_is_asked(self, name: str) -> None:
        item = self.item(name)
        if item.state in SHARED:
            questions.ask(item, "counts", "many")

    def let_it_end(self, name: str) -> None:
        allowed, until = self.item(name).state in LIVE, self.moment + timedelta(days=1)
        self.done_or_refused(lambda: items.set_expiry(name, until, **WHO), allowed, TransitionRefused)

    # --- what time does

    @precondition(lambda self: not WidelyPublished.objects.exists())
    @rule(picture=st.sampled_from(PICTURES))
    def everyone_has_seen(self, picture: bytes) -> None:
        widely_published.add([picture], **WHO)

    @rule(days=st.sampled_from((1, 2, 8)), most=st.integers(1, 5), erase=st.booleans())
    def days_pass(self, days: int, most: int, erase: bool) -> None:
        """What was to end has ended, items are found by another key, what was withdrawn is destroyed."""
        self.wait(timedelta(days=days))
        due = set(Item.objects.filter(expires_at__lte=self.moment).values_list("token", flat=True))
        while items.expire_due():
            self.note("expired")
        for item in Item.objects.filter(token__in=due):
            assert item.own == 0 and item.expires_at is None
        if turning.begin_if_due():
            self.note("a further key by which items are found")
        turning.carry_over(most)
        if erase:
            ripe = erasing.fresh()
            assert erasing.erase(ripe, "told") == len(ripe)

    # --- what must be true between any two steps

    @invariant()
    def holds(self) -> None:
        self.every_change_is_counted_without_a_gap()
        self.an_item_stands_on_what_is_counted_and_on_nothing_else()
        self.a_follower_holds_what_the_bank_serves()
        self.every_step_is_in_the_table_and_none_is_missing()
        self.what_has_ended_never_lives_again()
        self.the_audit_holds()

    def every_change_is_counted_without_a_gap(self) -> None:
        numbers = list(Change.objects.order_by("sequence").values_list("sequence", flat=True))
        assert numbers == list(range(1, feed.head().sequence + 1))

    def an_item_stands_on_what_is_counted_and_on_nothing_else(self) -> None:
        for item in Item.objects.all():
            if item.state not in LIVE:
                assert item.own == 0 and item.confirmations == 0
                continue
            assert item.own > 0 or PartnerRecord.objects.filter(item=item).exists()
            roots = RecordOrigin.objects.filter(record__item=item).values_list("installation", "token")
            assert item.confirmations == item.own + len(set(roots))

    def a_follower_holds_what_the_bank_serves(self) -> None:
        self.follower.read()
        assert self.follower.held == {item.item: item for item in feed.everything(moments=True)}

    def every_step_is_in_the_table_and_none_is_missing(self) -> None:
        path: dict[str, list[tuple[str, str]]] = {}
        for name, before, after in Transition.objects.order_by("id").values_list(
            "item__token", "before", "after"
        ):
            path.setdefault(name, []).append((before, after))
        for name, state in Item.objects.values_list("token", "state"):
            states = [after for _, after in path[name]]
            assert path[name][0] == ("", "received") and states[-1] == state
            assert [before for before, _ in path[name][1:]] == states[:-1]
            assert set(path[name][1:]) <= set(TRANSITIONS)
            self.reached.update(f"{before} to {after}" for before, after in path[name][1:])

    def what_has_ended_never_lives_again(self) -> None:
        over = set(Item.objects.exclude(state__in=LIVE).values_list("token", flat=True))
        assert self.ended <= over
        self.ended = over

    def the_audit_holds(self) -> None:
        assert audit.verify() is None

    @staticmethod
    def item(name: str) -> Item:
        return Item.objects.get(token=name)


def hashes_of(item: Item) -> tuple[Hash, ...]:
    return sealed.opened([item]).hashes(item, ItemHash.objects.filter(item=item))


def are_of(item: Item, submission: Submission) -> bool:
    """Whether an item has exactly the hashes, and the moments, of a submission."""
    rows = videos.rows_of([item.pk])
    if videos.read(sealed.opened([item]), item, rows.get(item.pk)) != submission.moments:
        return False
    held, given = (
        {(h.algorithm, h.role, h.value) for h in of} for of in (hashes_of(item), submission.hashes)
    )
    return (item.media, item.kind, held) == (submission.media, submission.kind, given)


def test_every_step_is_refused_by_name_or_leaves_a_bank_that_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (incoming, admitting, write):
        monkeypatch.setattr(module, "token", machines.token)
    monkeypatch.setattr(incoming, "random_key", machines.random_key)
    LookupKey.objects.update(begun_on=machines.BEGINS.date())
    reached = machines.tell(Bank, stories=45, steps=20)
    assert {f"{before} to {after}" for before, after in TRANSITIONS} <= set(reached)
