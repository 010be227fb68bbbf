"""What may become of an item, and what the database itself forbids."""

from __future__ import annotations

import re
import secrets

import pytest
from django.db import DatabaseError, transaction

from repit.foundation import audit
from repit.foundation.errors import InputRefused, NotFound, SealBroken, TransitionRefused
from repit.foundation.hashes import Hash
from repit.foundation.models import AuditRow
from repit.hotline import curation
from repit.hotline.bank import admitting, feed, items, sealed
from repit.hotline.bank.models import Change, Feed, Item, ItemHash, Transition
from repit.hotline.bank.states import LIVE, TRANSITIONS
from repit.hotline.bank.types import Submission

pytestmark = pytest.mark.django_db


def picture(*values: bytes, quality: int = 90, kind: str = "intimate") -> Submission:
    hashes = tuple(Hash("pdq", "whole", value, quality) for value in values or (secrets.token_bytes(32),))
    return Submission("picture", kind, hashes)


def submit(submission: Submission | None = None, publish: bool = True) -> items.Taken:
    return items.submit(submission or picture(), actor="test", publish=publish)


def test_a_submission_reaches_the_feed_with_its_hashes():
    value = secrets.token_bytes(32)
    taken = submit(picture(value))
    [change] = feed.changes_after(0)
    assert (change.sequence, change.item.item, change.item.state) == (1, taken.item, "active")
    assert [hash_.value for hash_ in change.item.hashes] == [value]


def test_a_received_item_is_announced_to_nobody_until_it_is_published():
    taken = submit(publish=False)
    assert taken.state == "received"
    assert feed.changes_after(0) == [] and list(feed.everything()) == []
    items.publish(taken.item, actor="test")
    assert [c.item.state for c in feed.changes_after(0)] == ["active"]


def test_every_step_leaves_who_when_and_why():
    taken = submit()
    items.dispute(taken.item, actor="gate operator", reason="flood")
    items.settle(taken.item, actor="hotline", reason="looked at")
    items.withdraw(taken.item, actor="hotline", reason="asked")
    items.erase(taken.item, actor="worker", reason="kept long enough")
    rows = Transition.objects.order_by("id").values_list("before", "after", "actor", "reason")
    assert list(rows) == [
        ("", "received", "test", admitting.SUBMITTED),
        ("received", "active", "test", admitting.PUBLISHED),
        ("active", "disputed", "gate operator", "flood"),
        ("disputed", "active", "hotline", "looked at"),
        ("active", "withdrawn", "hotline", "asked"),
        ("withdrawn", "erased", "worker", "kept long enough"),
    ]
    assert [c.item.state for c in feed.changes_after(0)] == ["withdrawn"] * 4


def test_a_withdrawn_item_shows_no_hash_and_an_erased_one_has_none():
    taken = submit()
    items.withdraw(taken.item, actor="test", reason="")
    assert all(not c.item.hashes for c in feed.changes_after(0))
    assert list(feed.everything()) == []
    assert ItemHash.objects.count() == 1
    items.erase(taken.item, actor="test")
    assert ItemHash.objects.count() == 0
    assert feed.changes_after(0)[-1].item.state == "withdrawn"


@pytest.mark.parametrize("after", ["active", "disputed", "received", "withdrawn"])
def test_nothing_comes_back_from_the_dead(after: str):
    assert ("erased", after) not in TRANSITIONS
    assert after == "withdrawn" or ("withdrawn", after) not in TRANSITIONS


def test_steps_that_do_not_exist_are_refused_and_change_nothing():
    taken = submit()
    for refused in (
        lambda: items.erase(taken.item, actor="test"),
        lambda: items.publish(taken.item, actor="test"),
        lambda: items.settle(taken.item, actor="test", reason=""),
    ):
        with pytest.raises(TransitionRefused):
            refused()
    assert feed.head().sequence == 1
    with pytest.raises(NotFound):
        items.withdraw("nobody", actor="test", reason="")


ALLOWED = {
    "received": {"release", "withdraw"},
    "active": {"ask", "suspend", "withdraw"},
    "disputed": {"release", "withdraw"},
    "withdrawn": set(),
    "erased": set(),
}
"""The commands of `repit bank` that an item of this state is open to."""
COMMANDS = {
    "release": curation.release,
    "ask": curation.ask_again,
    "suspend": curation.suspend,
    "withdraw": curation.withdraw,
}


def in_state(state: str) -> str:
    item = submit(publish=state != "received").item
    if state == "disputed":
        items.dispute(item, actor="test", reason="")
    if state in ("withdrawn", "erased"):
        items.withdraw(item, actor="test", reason="")
    if state == "erased":
        items.erase(item, actor="test")
    return item


@pytest.mark.parametrize("state", ALLOWED)
def test_a_refusal_names_the_commands_that_an_item_of_this_state_is_open_to(state: str):
    item = in_state(state)
    with pytest.raises(TransitionRefused) as refused:
        (items.erase if state in LIVE else items.publish)(item, actor="test")
    for language in ("en", "fr"):
        message, next_step = refused.value.shown(language)
        assert message not in TransitionRefused.message
        commands = re.findall(r"`(?:repit bank )?([a-z]+)(?: \S+ --reason …)?`", next_step)
        assert set(commands) - {"review"} == ALLOWED[state]
        assert (f"{item} --reason" in next_step) == bool(commands)
    for command in ALLOWED[state]:
        COMMANDS[command](in_state(state), "it is carried out")


def test_whoever_publishes_a_moment_too_late_ends_no_doubt():
    """Two people decide of one received item at once; the first published it, and it was suspended since."""
    taken = submit()
    items.dispute(taken.item, actor="platforms’ people", reason="seen by three")
    with pytest.raises(TransitionRefused):
        items.publish(taken.item, actor="test")
    assert items.states([taken.item]) == {taken.item: "disputed"}


@pytest.mark.parametrize("quality", [0, 49])
def test_a_hash_below_quality_fifty_is_never_published(quality: int):
    taken = submit(picture(quality=quality))
    assert taken.state == "received" and feed.changes_after(0) == []
    with pytest.raises(TransitionRefused) as refused:
        curation.release(taken.item, "looked at")
    for language in ("en", "fr"):
        message, next_step = refused.value.shown(language)
        assert "50" in message and f"`repit bank withdraw {taken.item} --reason …`" in next_step
        assert "repit bank import" in next_step
    with pytest.raises(DatabaseError), transaction.atomic():
        ItemHash.objects.update(publishable=True)


def test_of_an_item_only_the_hashes_of_sufficient_quality_are_published():
    good, poor = secrets.token_bytes(32), secrets.token_bytes(32)
    submit(
        Submission("picture", "intimate", (Hash("pdq", "whole", good, 50), Hash("pdq", "whole", poor, 49)))
    )
    assert [s.value for s in feed.changes_after(0)[0].item.hashes] == [good]


def test_the_same_hashes_again_confirm_the_item_and_leave_it_only_with_the_last_submission():
    value = secrets.token_bytes(32)
    first, second = submit(picture(value)), submit(picture(value))
    assert first.item == second.item
    assert [c.item.confirmations for c in feed.changes_after(0)] == [2, 2]
    assert items.withdraw_one(first.item, actor="test") == "active"
    assert items.withdraw_one(first.item, actor="test") == "withdrawn"
    assert items.withdraw_one(first.item, actor="test") == "withdrawn"
    assert feed.head().sequence == 4


def test_a_shared_hash_does_not_let_a_stranger_add_others_to_an_item():
    known, planted = secrets.token_bytes(32), secrets.token_bytes(32)
    victim = submit(picture(known))
    stranger = submit(picture(known, planted))
    assert victim.item != stranger.item
    assert [len(entry.hashes) for entry in feed.everything() if entry.item == victim.item] == [1]


def test_what_was_withdrawn_may_be_submitted_anew_under_another_name():
    value = secrets.token_bytes(32)
    first = submit(picture(value))
    items.withdraw_one(first.item, actor="test")
    assert submit(picture(value)).item != first.item


def test_the_database_itself_refuses_what_must_not_be():
    taken = submit()
    item = Item.objects.get(token=taken.item)
    broken = [
        lambda: Item.objects.update(state="forgotten"),
        lambda: Item.objects.update(confirmations=0),
        lambda: Item.objects.update(state="withdrawn"),
        lambda: Item.objects.create(token="x", media="person", kind="intimate", origin="o", fingerprint=b"1"),
        lambda: Item.objects.create(
            token="y", media="file", kind="intimate", origin="o", fingerprint=item.fingerprint
        ),
        lambda: ItemHash.objects.update(quality=None),
        lambda: ItemHash.objects.update(quality=101),
        lambda: Feed.objects.create(pk=2),
        lambda: Item.objects.all().delete(),
    ]
    for attempt in broken:
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()


@pytest.mark.parametrize("model", [Change, Transition])
def test_the_log_can_neither_be_altered_nor_shortened(model):
    submit()
    with pytest.raises(DatabaseError), transaction.atomic():
        model.objects.update(at="2020-01-01T00:00:00Z")
    with pytest.raises(DatabaseError), transaction.atomic():
        model.objects.all()._raw_delete("default")


def test_a_sealed_hash_does_not_open_in_another_row():
    submit(), submit()
    row, other = ItemHash.objects.order_by("id")
    ItemHash.objects.filter(pk=row.pk).update(sealed=other.sealed)
    item = row.item
    with pytest.raises(SealBroken):
        sealed.opened([item]).open(item, ItemHash.objects.get(pk=row.pk))
    served = {change.item.item: len(change.item.hashes) for change in feed.changes_after(0)}
    assert served == {item.token: 0, other.item.token: 1}


def test_an_aborted_transaction_takes_its_number_back():
    submit()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        submit()
        raise ZeroDivisionError
    submit()
    assert [c.sequence for c in feed.changes_after(0)] == [1, 2]


@pytest.mark.parametrize(
    "made",
    [
        lambda: Hash("pdq", "whole", b"short", 90),
        lambda: Submission("picture", "intimate", (Hash("pdq", "whole", bytes(32)),)),
        lambda: Hash("md5", "whole", bytes(16), 90),
        lambda: Hash("pdq", "whole", bytes(32), 101),
        lambda: Submission("picture", "intimate", ()),
        lambda: Submission("picture", "intimate", (Hash("pdq", "anchored", bytes(32), 90),)),
    ],
)
def test_what_is_no_submission_is_refused_at_the_edge(made):
    with pytest.raises(InputRefused):
        made()


def test_no_repr_shows_a_hash():
    value = secrets.token_bytes(32)
    submission = picture(value)
    submit(submission)
    shown = repr(submission) + repr(feed.changes_after(0)) + repr(list(ItemHash.objects.all()))
    assert value.hex() not in shown and repr(value)[2:-1] not in shown


def test_every_change_of_how_many_stand_behind_an_item_is_in_the_audit():
    value = secrets.token_bytes(32)
    taken = submit(picture(value))
    items.submit(picture(value), actor="another", publish=True)
    items.withdraw_one(taken.item, actor="person concerned", reason="the person took it back")
    rows = AuditRow.objects.filter(subject=taken.item).order_by("sequence")
    assert [(row.actor, row.action, row.reason) for row in rows] == [
        ("another", "item.confirmations 2", "submitted again"),
        ("person concerned", "item.confirmations 1", "the person took it back"),
    ]
    assert audit.verify() is None


def test_a_step_names_the_change_by_which_subscribers_heard_of_it():
    taken = submit()
    items.dispute(taken.item, actor="test", reason="flood")
    items.withdraw(taken.item, actor="test", reason="")
    items.erase(taken.item, actor="test")
    steps = Transition.objects.order_by("id").values_list("after", "sequence")
    assert list(steps) == [
        ("received", None),
        ("active", 1),
        ("disputed", 2),
        ("withdrawn", 3),
        ("erased", None),
    ]
    assert [c.sequence for c in feed.changes_after(0)] == [1, 2, 3]
