"""What the desk decides reaches the bank that the hash came from, through a real hotline."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.test import override_settings
from review_rows import decision
from running import Hotline, random_pdq
from staff_people import Someone

from repit.exchanges.repit.client import FeedClient
from repit.foundation.clock import elapsed
from repit.foundation.jobs import loop
from repit.platform.gate.entries import FEED
from repit.platform.gate.index_store import IndexStore
from repit.platform.gate.models import Decision
from repit.platform.gate.pictures import Signature
from repit.platform.loops import review_upkeep, tell_banks
from repit.platform.review import opinions, questions, queue
from repit.platform.review.deciding import Answer, decide
from repit.platform.review.models import OutgoingOpinion

Make = Callable[..., Someone]
pytestmark = pytest.mark.django_db


def test_confirmations_and_disputes_arrive_and_what_the_bank_does_not_know_is_given_up(
    someone: Make, hotline: Hotline
) -> None:
    hotline.open_case(random_pdq(), random_pdq())
    key = hotline.add_subscriber("a platform")
    with FeedClient(hotline.base_url, key, allow=hotline.allow) as feed:
        _, entries = feed.snapshot()
        names = [entry.item for entry in entries]
    decided = dict(zip(names[:2], ("refuse", "allow"), strict=True)) | {"an item it never had": "refuse"}
    for name, outcome in decided.items():
        row = decision("standard", item=name)
        queue.take_in()
        questions.compared(row.name, {name: 80}, Signature(bytes(32), bytes(128)))
        answer = Answer(outcome, "terms-intimate", picture=outcome == "allow")
        for role in ("moderator", "senior")[: 2 if outcome == "allow" else 1]:
            who = someone(role)
            taken = queue.take(who.member)
            assert taken
            decide(who.member, taken.name, answer)
    address, allow = hotline.base_url, frozenset(hotline.allow)
    with override_settings(REPIT_GATE_FEED_URL=address, REPIT_GATE_FEED_KEY=key, REPIT_OUTBOUND_ALLOW=allow):
        assert tell_banks.tell_hotline() == 2
        assert tell_banks.tell_hotline() == 0
    states = dict(OutgoingOpinion.objects.values_list("item", "state"))
    assert states == {names[0]: "answered", names[1]: "answered", "an item it never had": "given-up"}
    for name, word in ((names[0], "blocked"), (names[1], "not_blocked")):
        status, held = hotline.call("GET", f"/exchange/repit/v1/opinions?item={name}", key=key)
        assert status == 200
        assert held["opinions"][word] == 1


def test_a_silent_bank_is_tried_again_later(someone: Make) -> None:
    decision("altered", item="item")
    who = someone("moderator")
    taken = queue.take(who.member)
    assert taken
    decide(who.member, taken.name, Answer("refuse", "terms-intimate"))
    nobody = {"REPIT_GATE_FEED_URL": "http://127.0.0.1:9", "REPIT_OUTBOUND_ALLOW": frozenset({"127.0.0.1:9"})}
    with override_settings(**nobody, REPIT_GATE_FEED_KEY="k"):
        assert tell_banks.tell_hotline() == 0
    row = OutgoingOpinion.objects.get()
    assert (row.state, row.attempts, row.trouble) == ("due", 1, "peer-failed")


def allowed(someone: Make, row: Decision, *items: str) -> None:
    """Two people let the picture of this upload go."""
    queue.take_in()
    questions.compared(row.name, dict.fromkeys(items, 80), Signature(bytes(32), bytes(128)))
    for role in ("moderator", "senior"):
        who = someone(role)
        taken = queue.take(who.member)
        assert taken
        decide(who.member, taken.name, Answer("allow", picture=True))


def test_an_item_of_the_hotline_is_the_hotlines_whatever_its_name_looks_like(someone: Make) -> None:
    alike = "x0123456789:a-name-that-an-exchange-might-give"
    allowed(someone, decision("standard", item=alike), alike)
    assert opinions.give_up_orphans([]) == 0
    assert opinions.claim("file/one") is None
    claimed = opinions.claim(FEED)
    assert claimed is not None and claimed.item == alike


def test_each_bank_hears_of_its_own_item_where_one_upload_agrees_with_several(someone: Make) -> None:
    row = decision("standard", item="a")
    row.also = [["a", ""], ["b", "file/one"], ["c", "file/gone"]]
    row.save()
    allowed(someone, row, "a", "b", "c")
    assert opinions.give_up_orphans(["file/one"]) == 1
    claimed = [opinions.claim(source) for source in (FEED, "file/one", "file/gone")]
    assert [opinion and opinion.item for opinion in claimed] == ["a", "b", None]
    assert OutgoingOpinion.objects.get(item="c").trouble == "the exchange was removed"


def test_what_is_due_to_one_bank_is_found_by_an_index() -> None:
    steps: list[str] = []

    def explain(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("SELECT"):
            with connection.cursor() as cursor:
                cursor.execute("EXPLAIN QUERY PLAN " + sql, params)
                steps.extend(row[3] for row in cursor.fetchall())
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explain):
        opinions.claim("file/one")
    reads = [step for step in steps if step.startswith(("SEARCH", "SCAN"))]
    assert reads and all("USING INDEX review_opinion_due (source=?" in step for step in reads)


def test_a_gate_without_a_feed_keeps_its_opinions() -> None:
    with override_settings(REPIT_GATE_FEED_URL=""):
        review_upkeep.once()
        review_upkeep.tell(IndexStore(None, sealed=False))


def test_a_bank_that_hangs_keeps_neither_the_desk_nor_its_forgetting(monkeypatch: pytest.MonkeyPatch) -> None:
    ended, seen = threading.Event(), {"once": 0, "sweep": 0}

    def count(what: str) -> None:
        seen[what] += 1
        if seen[what] == 1:
            raise DatabaseError

    monkeypatch.setattr(review_upkeep, "EVERY_SECONDS", 0.01)
    monkeypatch.setattr(review_upkeep, "FORGET_EVERY_SECONDS", 0.01)
    monkeypatch.setattr(review_upkeep, "once", lambda: count("once"))
    monkeypatch.setattr(review_upkeep, "tell", lambda _: ended.wait(60))
    monkeypatch.setattr(review_upkeep.retention, "sweep", lambda: count("sweep"))
    monkeypatch.setattr(review_upkeep.sign_in, "sweep", lambda: None)
    monkeypatch.setattr(review_upkeep, "LONGEST_SECONDS", 0.01)
    monkeypatch.setattr(loop.connection, "close", lambda: None)
    stop = review_upkeep.start(IndexStore(None, sealed=False))
    try:
        until = elapsed() + 60
        while min(seen.values()) < 3 and elapsed() < until:
            stop.wait(0.01)
    finally:
        stop.set()
        ended.set()
    assert min(seen.values()) >= 3
