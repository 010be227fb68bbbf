"""StopNCII's wire over our endpoints: what keeps real clients from losing records."""

from __future__ import annotations

import json
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import example, given, settings
from hypothesis import strategies as st

from repit.exchanges.stopncii import wire
from repit.foundation import clock
from repit.foundation.errors import WireRefused
from repit.foundation.hashes import Hash
from repit.hotline.bank import closing, items
from repit.hotline.bank.models import Change, Item
from repit.hotline.bank.types import Submission
from repit.hotline.feeds import erasure, opinions, stopncii_server, subscribers
from repit.hotline.feeds.canary import CANARIES
from repit.hotline.feeds.models import Opinion
from repit.hotline.feeds.subscribers import Granted

pytestmark = pytest.mark.django_db
BASE = "/exchange/stopncii/v1/"
START = datetime(2026, 1, 1, tzinfo=UTC)
WHO = Granted(0, "reader", sees_anchored=False)
CANARY_VALUES = {value.hex() for value in CANARIES}


def submit(value: bytes | None = None, quality: int = 90) -> tuple[str, str]:
    value = value or secrets.token_bytes(32)
    hash_ = Hash("pdq", "whole", value, quality)
    return items.submit(
        Submission("picture", "intimate", (hash_,)), actor="test", publish=True
    ).item, value.hex()


@pytest.fixture
def who() -> Granted:
    return subscribers.recognise(subscribers.add("forum"))


@pytest.fixture
def headers() -> dict[str, str]:
    key = subscribers.add("image host")
    return {"x-functions-key": "FetchHashes", "Ocp-Apim-Subscription-Key": key}


def fetch(client: Client, headers: dict[str, str], **query: object) -> dict[str, Any]:
    answer = client.get(
        BASE + "FetchHashes", {"startTimestamp": 10, "pageSize": 800, **query}, headers=headers
    )
    assert answer.status_code == 200
    return answer.json()


def records(page: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {r["hashValue"]: r for r in page["hashRecords"] if r["hashValue"] not in CANARY_VALUES}


def post(client: Client, headers: dict[str, str], endpoint: str, body: object) -> Any:
    answer = client.post(
        BASE + endpoint,
        json.dumps(body),
        content_type="application/json",
        headers={**headers, "x-functions-key": endpoint},
    )
    assert answer.status_code == 200
    return answer.json()


def test_a_record_has_every_field_in_the_form_that_clients_read(client: Client, headers: dict[str, str]):
    _, value = submit()
    page = fetch(client, headers)
    record = records(page)[value]
    assert page["count"] == 3 and page["hasMoreRecords"] is False and page["nextPageToken"] is None
    assert isinstance(record["lastModtimestamp"], int) and record["signalType"] == "ImagePDQ"
    assert record["hashStatus"] == "Active" and list(record["caseNumbers"].values()) == ["Active"]
    assert record["CSPFeedbacks"] == [] and page["nextSetTimestamp"] == record["lastModtimestamp"]


def test_a_bank_of_one_is_served_with_two_canaries_and_only_at_the_first_fetch(
    client: Client, headers: dict[str, str]
):
    page = fetch(client, headers)
    assert {r["hashValue"] for r in page["hashRecords"]} == CANARY_VALUES and page["nextSetTimestamp"] == 10
    submit()
    assert fetch(client, headers)["count"] == 3
    assert fetch(client, headers, startTimestamp=11)["count"] == 1


def test_only_whole_hashes_of_good_quality_and_of_types_that_clients_know_are_served(
    client: Client, headers: dict[str, str]
):
    digest = secrets.token_bytes(16)
    picture = (
        Hash("pdq", "whole", secrets.token_bytes(32), 49),
        Hash("pdq", "anchored", secrets.token_bytes(32), 90),
        Hash("md5", "whole", secrets.token_bytes(16)),
        Hash("sha256", "whole", secrets.token_bytes(32)),
    )
    video = (Hash("md5", "whole", digest), Hash("pdq", "whole", secrets.token_bytes(32), 90))
    items.submit(Submission("picture", "intimate", picture), actor="test", publish=True)
    items.submit(Submission("video", "deepfake", video), actor="test", publish=True)
    served = records(fetch(client, headers))
    assert {value: r["signalType"] for value, r in served.items()} == {digest.hex(): "VideoMD5"}


def test_what_nobody_published_is_never_served_not_even_as_withdrawn(client: Client, headers: dict[str, str]):
    hash_ = Hash("pdq", "whole", secrets.token_bytes(32), 90)
    taken = items.submit(Submission("picture", "intimate", (hash_,)), actor="test", publish=False)
    items.withdraw(taken.item, actor="test", reason="")
    assert records(fetch(client, headers)) == records(fetch(client, headers, startTimestamp=11)) == {}


def test_a_withdrawn_record_stays_listed_for_ever_but_is_spared_a_first_fetch(
    client: Client, headers: dict[str, str]
):
    item, value = submit()
    items.withdraw(item, actor="test", reason="")
    assert records(fetch(client, headers)) == {}
    record = records(fetch(client, headers, startTimestamp=11))[value]
    assert record["hashStatus"] == "Withdrawn" and list(record["caseNumbers"].values()) == ["Withdrawn"]
    assert record["CSPFeedbacks"] == [{"source": "Repit", "feedbackValue": "NotBlocked", "tags": []}]


def test_a_disputed_record_is_listed_as_withdrawn_and_comes_back_when_settled(
    client: Client, headers: dict[str, str]
):
    item, value = submit()
    items.dispute(item, actor="test", reason="flood")
    disputed = records(fetch(client, headers, startTimestamp=11))[value]
    assert (disputed["hashStatus"], disputed["x_disputed"]) == ("Withdrawn", True)
    items.settle(item, actor="test", reason="looked at")
    assert records(fetch(client, headers, startTimestamp=11))[value]["hashStatus"] == "Active"


def test_a_hash_that_two_items_hold_is_one_record_and_active_while_one_of_them_is(
    client: Client, headers: dict[str, str]
):
    shared = secrets.token_bytes(32)
    other = Hash("pdq", "whole", secrets.token_bytes(32), 90)
    first, value = submit(shared)
    family = (Hash("pdq", "whole", shared, 90), other)
    second = items.submit(Submission("picture", "intimate", family), actor="test", publish=True).item
    assert len(records(fetch(client, headers))[value]["caseNumbers"]) == 2
    items.withdraw(first, actor="test", reason="")
    record = records(fetch(client, headers))[value]
    assert record["hashStatus"] == "Active" and sorted(record["caseNumbers"].values()) == [
        "Active",
        "Withdrawn",
    ]
    items.withdraw(second, actor="test", reason="")
    assert records(fetch(client, headers, startTimestamp=11))[value]["hashStatus"] == "Withdrawn"


@pytest.mark.parametrize(
    ("function", "subscription", "status"),
    [
        ("FetchHashes", "KEY", 200),
        ("KEY", "KEY", 200),
        ("KEY", "", 200),
        ("", "KEY", 200),
        ("SubmitHashes", "KEY", 401),
        ("FetchHashes", "", 401),
        ("FetchHashes", "repit_0000000000_" + "0" * 32, 401),
        ("é", "é", 401),
        ("", "", 401),
    ],
)
def test_two_headers_say_who_asks(client: Client, function: str, subscription: str, status: int):
    key = subscribers.add("forum")
    sent = {
        "x-functions-key": function.replace("KEY", key),
        "Ocp-Apim-Subscription-Key": subscription.replace("KEY", key),
    }
    answer = client.get(BASE + "FetchHashes?startTimestamp=10", headers={k: v for k, v in sent.items() if v})
    assert answer.status_code == status


@pytest.mark.parametrize(
    "query",
    [{"startTimestamp": "x"}, {"startTimestamp": "-1"}, {"pageSize": "9" * 30}, {"nextPageToken": "é!"}],
)
def test_a_query_that_is_none_is_refused(client: Client, headers: dict[str, str], query: dict[str, str]):
    answer = client.get(BASE + "FetchHashes", query, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "input-refused")


def test_an_empty_answer_echoes_the_start(client: Client, headers: dict[str, str]):
    submit()
    page = fetch(client, headers, startTimestamp=5_000_000_000)
    assert (page["count"], page["nextSetTimestamp"]) == (0, 5_000_000_000)


def test_pages_are_stable_while_rows_change(who: Granted):
    names = [submit()[0] for _ in range(10)]
    first = stopncii_server.fetch(who, 11, 4)
    late = submit()[1]
    items.withdraw(names[0], actor="test", reason="")
    seen, token = list(first.records), first.next_token
    while token:
        page = stopncii_server.fetch(who, 11, 4, token)
        seen, token = [*seen, *page.records], page.next_token
    assert len(seen) == 10 and late not in {r.value.hex() for r in seen}
    after = {r.value.hex(): r.status for r in stopncii_server.fetch(who, page.next_second, 99).records}
    assert after[late] == "Active" and "Withdrawn" in after.values()


def test_feedback_is_heard_by_everyone_and_repeating_it_changes_nothing(
    client: Client, headers: dict[str, str]
):
    _, value = submit()
    feedbacks = {
        "count": 1,
        "hashFeedbacks": [{"hashValue": value, "feedbackValue": "NotBlocked", "tags": ["ad"]}],
    }
    for _ in range(3):
        assert post(client, headers, "SubmitFeedback", feedbacks) == {"known": 1, "rejected": 0}
    assert records(fetch(client, headers))[value]["CSPFeedbacks"] == [
        {"source": "image host", "feedbackValue": "NotBlocked", "tags": ["ad"]}
    ]
    assert (Opinion.objects.count(), Change.objects.count()) == (1, 2)


def test_of_several_opinions_of_one_subscriber_the_latest_counts(who: Granted):
    name, _ = submit()
    other = subscribers.recognise(subscribers.add("atelier"))
    for view in ("pending", "blocked", "not_blocked"):
        opinions.give(who, [name], view, [])  # type: ignore[arg-type]
    opinions.give(other, [name], "blocked", ["a", 1, "x" * 51, "<b>"])
    assert [(o.name, o.view, o.tags) for o in opinions.of([name])[name]] == [
        ("atelier", "blocked", ("a",)),
        ("forum", "not_blocked", ()),
    ]


def test_feedback_on_what_is_not_known_or_cannot_be_read_is_taken_without_complaint(
    client: Client, headers: dict[str, str]
):
    feedbacks = [
        {"hashValue": "0" * 64, "feedbackValue": "Blocked"},
        {"hashValue": "0" * 63, "feedbackValue": "Blocked"},
        {"hashValue": "0" * 64, "feedbackValue": "Nonsense"},
        7,
    ]
    assert post(client, headers, "SubmitFeedback", {"hashFeedbacks": feedbacks}) == {
        "known": 0,
        "rejected": 3,
    }


def test_a_proposal_waits_for_a_person_and_may_be_repeated(client: Client, headers: dict[str, str]):
    value = secrets.token_hex(32)
    record = {"signalType": "StopNCIISignalType.ImagePDQ", "hashValue": value, "CSPFeedbacks": []}
    for new in (1, 0, 0):
        answer = post(
            client, headers, "SubmitHashes", {"count": 1, "hashRecords": [record, {"hashValue": 1}]}
        )
        assert (answer["new"], answer["rejected"]) == (new, 1)
    item = Item.objects.get()
    assert (item.state, item.confirmations, item.origin) == ("received", 1, "image host")
    assert records(fetch(client, headers)) == {}


def test_a_proposal_of_a_known_hash_vouches_for_nothing_and_revives_nothing(
    client: Client, headers: dict[str, str]
):
    kept, value = submit()
    gone, old = submit()
    items.withdraw(gone, actor="test", reason="")
    body = {
        "hashRecords": [
            {"signalType": "ImagePDQ", "hashValue": v, "CSPFeedbacks": [{"feedbackValue": "Blocked"}]}
            for v in (value, old)
        ]
    }
    assert post(client, headers, "SubmitHashes", body)["new"] == 0
    assert items.withdraw_one(kept, actor="person") == "withdrawn"
    assert not Item.objects.filter(state="received").exists()


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"hashRecords":7}', b"[" * 100_000, b"\xff"])
def test_a_body_in_no_known_form_is_refused(client: Client, headers: dict[str, str], body: bytes):
    for endpoint in ("SubmitHashes", "SubmitFeedback"):
        sent = {**headers, "x-functions-key": endpoint}
        answer = client.post(BASE + endpoint, body, content_type="application/json", headers=sent)
        assert (answer.status_code, answer.json()["code"]) == (400, "input-refused")


@given(st.text(max_size=40))
def test_a_token_that_was_not_given_out_is_refused_and_never_fails_otherwise(token: str):
    try:
        mark = wire.decode_mark(token)
    except WireRefused:
        return
    assert wire.decode_mark(wire.encode_mark(mark)) == mark


# What happens: a new item, a withdrawal, a client's page, a page that gets lost, the end of a day, the
# destroying of what was withdrawn. Between them the clock goes on or back.
EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["submit", "withdraw", "page", "page", "lost", "night", "erase"]),
        st.sampled_from([0, 0, 0.4, 1, -1, -2, 30, -3600, 86_400, -86_400]),
    ),
    max_size=25,
)


@settings(max_examples=60, deadline=None)
@given(events=EVENTS, size=st.integers(1, 4))
# Put back into the last second of a day that is closed already.
@example(events=[("night", 0.4), ("night", -1), ("page", 0), ("submit", 0)], size=1)
# A page that is lost twice, of a withdrawal in the very second that it is asked from.
@example(
    events=[*[("submit", 0), ("page", 0)] * 2, ("withdraw", 0), ("lost", 0), ("lost", 0), ("erase", 0)],
    size=4,
)
def test_no_record_hides_behind_a_checkpoint_whatever_the_clock_does(
    events: list[tuple[str, float]], size: int
):
    """A client that keeps only what it is given, and honours withdrawals, ends equal to the bank."""
    with transaction.atomic():
        _play(events, size)
        transaction.set_rollback(True)


def _play(events: list[tuple[str, float]], size: int) -> None:
    moment, start, checkpoint, token = START, 10, 10, ""
    held: dict[bytes, str] = {}
    living: dict[str, bytes] = {}
    who = subscribers.recognise(subscribers.add(f"forum {secrets.token_hex(4)}"))

    def one_page() -> bool:
        nonlocal start, checkpoint, token
        page = stopncii_server.fetch(who, start, size, token)
        seconds = [record.second for record in page.records]
        assert seconds == sorted(seconds) and all(second >= start for second in seconds)
        assert page.next_second >= checkpoint
        held.update({record.value: record.status for record in page.records})
        checkpoint, token = page.next_second, page.next_token or ""
        start = start if token else checkpoint
        return bool(token)

    with clock.at(lambda: moment):
        for what, step in events:
            moment += timedelta(seconds=step)
            if what == "submit":
                value = secrets.token_bytes(32)
                living[submit(value)[0]] = value
            elif what == "withdraw" and living:
                name = next(iter(living))
                items.withdraw(name, actor="test", reason="")
                del living[name]
            elif what == "page":
                one_page()
            elif what == "lost":
                stopncii_server.fetch(who, start, size, token)
            elif what == "night":
                closing.close_days()
            elif what == "erase":
                erasure.begin()
                erasure.go_on()
        for _ in range(2):
            while one_page():
                pass
        erasure.begin()
        while one_page():
            pass
        one_page()
    active = {value for value, status in held.items() if status == "Active"} - set(CANARIES)
    assert active == set(living.values())
