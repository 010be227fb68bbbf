"""A weapon that does not fire: famous pictures and doubted items are suspended until a person has looked."""

from __future__ import annotations

import json
import secrets
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from repit.bank import feed, flood_rule, floods, items
from repit.bank.models import MatchReport, Transition
from repit.bank.types import Signal, Submission
from repit.exchange import subscribers
from repit.foundation.clock import now
from repit.foundation.errors import InputRefused, NotFound

BASE = "/exchange/repit/v1/"


def submit(value: bytes | None = None) -> str:
    signal = Signal("pdq", "whole", value or secrets.token_bytes(32), 90)
    return items.submit(Submission("picture", "intimate", (signal,)), actor="test", publish=True).item


def bearer(name: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {subscribers.add(name)}"}


def told(name: str) -> str:
    return [change.item.state for change in feed.changes_after(0) if change.item.item == name][-1]


def report(name: str, count: int, reporter: str = "forum", minute: int = 0) -> None:
    begins = now() + timedelta(minutes=minute)
    floods.report(reporter, {name: count}, begins, begins + timedelta(minutes=1))


@pytest.mark.django_db
def test_a_famous_picture_is_suspended_before_its_hundredth_match_and_the_follower_sees_it(client: Client):
    name = submit()
    gates = [bearer("forum"), bearer("video site")]
    reported = 0
    for minute in range(100):
        window = {
            "from": f"2026-01-01T00:{minute % 60:02}:00+00:00",
            "to": f"2026-01-01T0{1 + minute // 60}:00:00+00:00",
        }
        body = json.dumps({"window": window, "matches": [{"item": name, "count": 1}]})
        answer = client.post(
            BASE + "matches", body, content_type="application/json", headers=gates[minute % 2]
        )
        assert answer.json() == {"known": 1}
        reported += 1
        page = client.get(BASE + "changes?after=0", headers=gates[0]).json()
        if page["changes"][-1]["entry"]["state"] == "disputed":
            break
    assert reported < 100
    assert {line.reporter for line in floods.evidence(name)} == {"forum", "video site"}
    assert Transition.objects.get(after="disputed").reason.startswith("flood: 50 matches")


@pytest.mark.django_db
def test_a_report_sent_twice_counts_once():
    name = submit()
    begins = now()
    for _ in range(100):
        floods.report("forum", {name: 10}, begins, begins + timedelta(minutes=1))
    assert told(name) == "active" and len(floods.evidence(name)) == 1


@pytest.mark.django_db
def test_a_released_item_is_not_suspended_again_by_the_same_flood():
    name = submit()
    report(name, 60)
    assert told(name) == "disputed"
    items.settle(name, actor="person", reason="a real case")
    report(name, 60, minute=1)
    assert told(name) == "active"
    report(name, 450, minute=2)
    assert told(name) == "disputed"


@pytest.mark.django_db
def test_an_item_that_matches_like_its_peers_is_no_flood():
    names = [submit() for _ in range(12)]
    begins = now()
    for number, name in enumerate(names):
        if number < 11:
            floods.report("forum", {name: 40 + number}, begins, begins + timedelta(minutes=1))
    report(names[11], 55)
    assert told(names[11]) == "active"
    report(names[11], 30, minute=1)
    assert told(names[11]) == "disputed"


@pytest.mark.django_db
def test_matches_of_unknown_items_and_impossible_counts_change_nothing():
    name = submit()
    begins = now()
    assert floods.report("forum", {"nobody": 500}, begins, begins + timedelta(minutes=1)) == 0
    with pytest.raises(InputRefused):
        floods.report("forum", {name: 0}, begins, begins + timedelta(minutes=1))
    with pytest.raises(InputRefused):
        floods.report("forum", {name: 1}, begins, begins)
    with pytest.raises(NotFound):
        floods.evidence("nobody")


@pytest.mark.django_db
def test_the_evidence_cannot_be_changed():
    report(submit(), 1)
    with pytest.raises(DatabaseError), transaction.atomic():
        MatchReport.objects.update(count=2)


@given(st.lists(st.integers(1, 40), max_size=60), st.integers(0, 10_000))
def test_the_rule_never_trips_below_its_floor_and_always_before_a_hundred_where_peers_are_quiet(
    peers: list[int], matches: int
):
    verdict = flood_rule.judge(matches, peers)
    assert verdict.limit >= flood_rule.FLOOR
    assert verdict.flood == (matches >= verdict.limit)
    quiet = [min(peer, 4) for peer in peers]
    assert flood_rule.judge(99, quiet).flood


@given(st.lists(st.integers(1, 10), min_size=21, max_size=21), st.integers(11, 10**6))
def test_less_than_half_of_the_peers_cannot_lift_the_limit_beyond_reach(honest: list[int], padding: int):
    padded = [*honest, *[padding] * 20]
    assert flood_rule.judge(0, padded).limit <= 10 + 8 * 1.4826 * 10


@pytest.mark.django_db
def test_enough_distinct_opinions_put_an_item_in_doubt_until_a_person_settles_it(client: Client):
    name = submit()
    doors = [bearer(f"platform {number}") for number in range(3)]

    def say(door: dict[str, str], opinion: str) -> dict[str, object]:
        body = json.dumps({"item": name, "opinion": opinion, "tags": ["news"]})
        return client.post(BASE + "opinions", body, content_type="application/json", headers=door).json()

    for _ in range(4):
        say(doors[0], "not_blocked")
        say(doors[0], "blocked")
    say(doors[0], "not_blocked")
    say(doors[1], "not_blocked")
    assert told(name) == "active"
    assert say(doors[2], "not_blocked")["opinions"] == {"blocked": 0, "not_blocked": 3, "pending": 0}
    assert told(name) == "disputed"
    items.settle(name, actor="person", reason="looked at")
    say(doors[2], "pending")
    say(doors[2], "not_blocked")
    assert told(name) == "active"
    sequences = [change.sequence for change in feed.changes_after(0)]
    assert sequences == list(range(1, len(sequences) + 1))
    heard = client.get(BASE + "opinions", {"item": name}, headers=doors[0]).json()
    assert "platform" not in json.dumps(heard)


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["opinions", "matches"])
def test_a_body_that_cannot_be_read_is_refused_by_name(client: Client, path: str):
    answer = client.post(BASE + path, "[", content_type="application/json", headers=bearer("forum"))
    assert answer.status_code == 400 and answer.json()["code"] == "input-refused"
