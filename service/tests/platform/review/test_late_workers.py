"""A worker whose lease ran out, and who wakes when another is at work on its row, changes nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest
from django.db.models import Model
from overtaken import LATE, Overtaken
from review_rows import decision
from staff_people import Someone

from repit.exchanges import partners
from repit.exchanges.models import Partner
from repit.foundation import clock
from repit.foundation.errors import PeerFailed, TransitionRefused
from repit.foundation.jobs.claims import ClaimLost
from repit.platform.integrations.mastodon import queue as posts
from repit.platform.integrations.mastodon import wire
from repit.platform.integrations.mastodon.models import Move, QueuedMedia
from repit.platform.integrations.s3 import queue as storage_queue
from repit.platform.integrations.s3 import scan_worker, scans
from repit.platform.integrations.s3.models import QueuedObject, Scan
from repit.platform.integrations.s3.stored import Stored
from repit.platform.review import opinions, queue
from repit.platform.review.models import OutgoingOpinion, Review

pytestmark = pytest.mark.django_db
Make = Callable[..., Someone]


class Case(NamedTuple):
    model: type[Model]
    make: Callable[[], object]
    claim: Callable[[], Any]
    acts: tuple[Callable[[Any], object], ...]


def an_opinion() -> None:
    decision(item="item-1")
    queue.take_in()
    review = Review.objects.get()
    OutgoingOpinion.objects.create(
        review=review,
        exchange="repit",
        item="item-1",
        opinion="blocked",
        due_at=clock.now(),
        made_at=clock.now(),
    )


def moved(row: QueuedMedia) -> None:
    with pytest.raises(TransitionRefused):
        posts.move(row, "report")


def noted(row: QueuedMedia) -> None:
    row.decisions.append({"media": "late"})
    with pytest.raises(TransitionRefused):
        posts.note(row)


def kept_object(row: QueuedObject) -> None:
    hold = storage_queue.kept(row)
    with clock.at(lambda: clock._wall() + 2 * LATE), pytest.raises(ClaimLost):
        hold()


CASES = {
    "queued objects": Case(
        QueuedObject,
        lambda: storage_queue.take_in((Stored("a-bucket", "a.jpg"),)),
        storage_queue.claim,
        (
            storage_queue.done,
            lambda row: storage_queue.later(row, 5),
            lambda row: storage_queue.failed(row, "late", for_good=False),
            lambda row: storage_queue.failed(row, "late", for_good=True),
            kept_object,
        ),
    ),
    "opinions": Case(
        OutgoingOpinion,
        an_opinion,
        opinions.claim,
        (
            opinions.answered,
            lambda row: opinions.failed(row, "late", for_good=False),
            lambda row: opinions.failed(row, "late", for_good=True),
        ),
    ),
    "mastodon": Case(
        QueuedMedia,
        lambda: posts.take_in([wire.Subject("status", "1", "2", (wire.Media("3", "https://a.example/b"),))]),
        posts.claim,
        (
            moved,
            noted,
            posts.keep,
            lambda row: posts.later(row, "late"),
            lambda row: posts.later(row, "late", 1),
        ),
    ),
    "partners": Case(
        Partner,
        lambda: partners.add("file", "list", {}, address="/a/list"),
        partners.claim,
        (
            partners.went_well,
            partners.goes_on,
            lambda row: partners.went_wrong(row, "late"),
            partners.renew,
        ),
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_who_comes_late_neither_ends_nor_keeps_nor_moves_what_another_holds(case: Case) -> None:
    case.make()
    late = case.claim()
    with clock.at(lambda: clock._wall() + LATE):
        now_at_work = case.claim()
        assert late.pk == now_at_work.pk
        stands = case.model._default_manager.values().get()
        for act in case.acts:
            act(late)
            assert case.model._default_manager.values().get() == stands
    assert not Move.objects.exists()


def test_the_second_worker_ends_what_the_first_one_was_late_for() -> None:
    storage_queue.take_in((Stored("a-bucket", "a.jpg"),))
    late = storage_queue.claim()
    assert late is not None
    with clock.at(lambda: clock._wall() + LATE):
        other = storage_queue.claim()
        assert other is not None
        assert not storage_queue.done(late)
        assert storage_queue.done(other)
    assert not QueuedObject.objects.exists()


def test_who_is_late_and_was_not_replaced_goes_on() -> None:
    storage_queue.take_in((Stored("a-bucket", "a.jpg"),))
    late = storage_queue.claim()
    assert late is not None
    with clock.at(lambda: clock._wall() + LATE):
        storage_queue.kept(late)()
        assert storage_queue.claim() is None
        assert storage_queue.done(late)


def test_news_of_an_object_ends_no_claim_but_the_holders_own() -> None:
    storage_queue.take_in((Stored("a-bucket", "a.jpg"),))
    late = storage_queue.claim()
    assert late is not None
    with clock.at(lambda: clock._wall() + LATE):
        other = storage_queue.claim()
        assert other is not None
        storage_queue.take_in((Stored("a-bucket", "a.jpg"),))
        assert not storage_queue.done(late)
        assert QueuedObject.objects.get().claim == other.claim and storage_queue.claim() is None
        assert storage_queue.done(other)
        again = storage_queue.claim()
        assert again is not None and again.attempts == 1


@pytest.mark.parametrize("end", ["read", "failed", "closed"])
def test_a_page_of_a_scan_that_came_late_counts_nothing_and_ends_nothing(end: str) -> None:
    scans.begin("a-bucket", "", versions=False, dry_run=False, per_second=0)
    stopping = threading.Event()

    def answer() -> object:
        if end == "failed":
            raise PeerFailed
        if end == "closed":
            stopping.set()
        return SimpleNamespace(things=(), marker=None)

    store = Overtaken(Scan, scans.claims.claim, answer)
    store.left_alone(lambda: scan_worker.once(None, store, stopping))


def test_a_review_that_was_renewed_is_not_freed_by_who_saw_it_run_out(someone: Make) -> None:
    decision()
    moderator = someone("moderator").member
    assert queue.take(moderator)
    seen = Review.objects.get()
    with clock.at(lambda: clock._wall() + timedelta(minutes=14)):
        assert queue.held_by(moderator)
    assert not queue._free(seen, None, "its time ran out")
    assert Review.objects.get().holder == moderator
