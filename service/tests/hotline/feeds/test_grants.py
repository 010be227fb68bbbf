"""Every endpoint of every exchange, tried with keys that were granted nothing of what is asked for.

The table is made from the addresses themselves: an endpoint that is added without a line here fails the test.
"""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from repit.foundation import clock
from repit.foundation.clock import now
from repit.foundation.hashes import Hash
from repit.hotline.bank import feed, items, partner_records
from repit.hotline.bank.models import Item, MatchReport
from repit.hotline.bank.record import Record
from repit.hotline.bank.types import Submission
from repit.hotline.feeds import caps, keys, subscribers
from repit.hotline.feeds.models import Alarm, Opinion, Subscriber, WithdrawalAcknowledged
from repit.hotline.feeds.subscribers import Grant
from repit.hotline.web.feeds_api import urls

pytestmark = pytest.mark.django_db
BASE = "/exchange/"


@dataclass(frozen=True)
class Endpoint:
    """How an endpoint is asked about an item: method, rest of the address, body."""

    method: str
    query: str = ""
    body: Callable[[str, bytes], Any] | None = None
    kind: str = "application/json"


def window() -> dict[str, str]:
    return {"from": now().isoformat(), "to": (now() + timedelta(minutes=1)).isoformat()}


def of_item(**more: Any) -> Callable[[str, bytes], Any]:
    return lambda item, _: {"item": item, **more}


AGREE = b'<feedbackSubmission xmlns="https://hashsharing.ncmec.org/hashsharing/v2"><affirmative/></feedbackSubmission>'
ENDPOINTS: dict[str, list[Endpoint]] = {
    "repit/v1/snapshot": [Endpoint("GET"), Endpoint("GET", "?marks=yes")],
    "repit/v1/changes": [Endpoint("GET", "?after=0")],
    "repit/v1/acknowledgements": [
        Endpoint("POST", body=lambda item, _: {"sequence": 1, "withdrawn_items": [item]})
    ],
    "repit/v1/opinions": [
        Endpoint("GET", "?item={item}"),
        Endpoint("POST", body=of_item(opinion="not_blocked")),
        Endpoint("POST", body=of_item(opinion="blocked", tags=["x"], depth=90)),
    ],
    "repit/v1/matches": [
        Endpoint("POST", body=lambda item, _: {"window": window(), "matches": [{"item": item, "count": 500}]})
    ],
    "stopncii/v1/FetchHashes": [Endpoint("GET", "?startTimestamp=0"), Endpoint("GET", "?startTimestamp=11")],
    "stopncii/v1/SubmitFeedback": [
        Endpoint(
            "POST",
            body=lambda _, value: {
                "hashFeedbacks": [{"hashValue": value.hex(), "feedbackValue": "NotBlocked"}]
            },
        )
    ],
    "stopncii/v1/SubmitHashes": [
        Endpoint(
            "POST",
            body=lambda _, value: {
                "hashRecords": [
                    {
                        "signalType": "ImagePDQ",
                        "hashValue": value.hex(),
                        "CSPFeedbacks": [{"feedbackValue": "NotBlocked"}],
                    }
                ]
            },
        )
    ],
    "ncmec/v2/status": [Endpoint("GET")],
    "ncmec/v2/members": [Endpoint("GET")],
    "ncmec/v2/entries": [Endpoint("GET", "?to=2100-01-01T00:00:00Z")],
    "ncmec/v2/feedback/<str:fingerprint>/reasons": [Endpoint("GET")],
    "ncmec/v2/entries/<int:member>/<str:entry>/<str:fingerprint>/feedback": [
        Endpoint("PUT", body=lambda *_: AGREE, kind="application/xml")
    ],
}


@dataclass(frozen=True)
class Hidden:
    """An item that a subscriber may not see, with its hash."""

    item: str
    value: bytes


def submitted(kind: str, *, origin: str | None = None, times: int = 1) -> Hidden:
    value = secrets.token_bytes(32)
    submission = Submission("picture", kind, (Hash("pdq", "whole", value, 90),))
    for _ in range(times):
        taken = items.submit(submission, actor="test", publish=True, origin=origin)
    return Hidden(taken.item, value)


def headers(path: str, key: str) -> dict[str, str]:
    if path.startswith("stopncii"):
        return {"Ocp-Apim-Subscription-Key": key, "x-functions-key": path.rsplit("/", 1)[-1]}
    if path.startswith("ncmec"):
        return {"Authorization": "Basic " + base64.b64encode(f"anyone:{key}".encode()).decode()}
    return {"Authorization": f"Bearer {key}"}


def ask(path: str, endpoint: Endpoint, hidden: Hidden, key: str) -> tuple[int, bytes]:
    filled = path.replace("<str:fingerprint>", "PDQ").replace("<int:member>", "1")
    address = BASE + filled.replace("<str:entry>", hidden.item) + endpoint.query.format(item=hidden.item)
    body = None if endpoint.body is None else endpoint.body(hidden.item, hidden.value)
    sent = body if isinstance(body, bytes | None) else json.dumps(body).encode()
    more = {} if sent is None else {"data": sent, "content_type": endpoint.kind}
    answer = Client().generic(endpoint.method, address, headers=headers(path, key), **more)
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return answer.status_code, content


def bank() -> list[object]:
    """Everything that a subscriber could have moved."""
    return [
        feed.head().sequence,
        list(Item.objects.order_by("token").values_list("token", "state", "own", "confirmations", "asked")),
        Opinion.objects.count(),
        MatchReport.objects.count(),
        WithdrawalAcknowledged.objects.count(),
    ]


ALL = [(path, endpoint) for path, endpoints in ENDPOINTS.items() for endpoint in endpoints]
CASES = [
    pytest.param(path, endpoint, id=f"{endpoint.method} {path}{endpoint.query}") for path, endpoint in ALL
]


def test_every_endpoint_there_is_stands_in_the_table():
    assert {str(pattern.pattern) for pattern in urls.urlpatterns} == set(ENDPOINTS)


@pytest.mark.parametrize(("path", "endpoint"), CASES)
def test_an_exchange_that_was_not_granted_does_not_open(path: str, endpoint: Endpoint):
    hidden = submitted("intimate")
    mine = path.split("/", 1)[0]
    others = tuple(exchange for exchange in keys.EXCHANGES if exchange != mine)
    key = subscribers.add("narrow", granted=Grant(exchanges=others))
    before = bank()
    status, content = ask(path, endpoint, hidden, key)
    assert status == 403 and hidden.item.encode() not in content and bank() == before


@pytest.mark.parametrize(("path", "endpoint"), CASES)
@pytest.mark.parametrize("what", ["kind", "submissions", "confirmed by", "kind, as a hotline"])
def test_of_what_was_not_granted_nothing_is_told_and_nothing_is_taken(
    path: str, endpoint: Endpoint, what: str
):
    grants = {
        "kind": Grant(kinds=("deepfake",)),
        "submissions": Grant(min_confirmations=2),
        "confirmed by": Grant(confirmed_by=("stopncii/StopNCII.org",)),
        "kind, as a hotline": Grant(exchanges=(*keys.EXCHANGES, "sync"), kinds=("deepfake",)),
    }
    hidden, mine = submitted("intimate"), submitted("deepfake", times=2)
    partner_records.take("stopncii/StopNCII.org", [Record("t", submission_of(mine))], publish=True)
    key = subscribers.add("narrow", granted=grants[what])
    before = bank()
    status, content = ask(path, endpoint, hidden, key)
    assert status in (200, 204, 404)
    after = bank()
    if path.endswith("SubmitHashes"):
        # Answered, and kept, as a proposal of something new; so nobody learns what the bank has.
        assert json.loads(content)["new"] == (0 if what in ("submissions", "confirmed by") else 1)
        after[1] = [row for row in after[1] if row in before[1]]
    assert after == before
    if what.startswith("kind"):
        assert hidden.item.encode() not in content
        assert hidden.value.hex().encode() not in content
    if endpoint.query.startswith("?item") or path.endswith(("opinions", "feedback")):
        assert status == 404
    if (
        endpoint.method == "GET" and path.endswith(("snapshot", "entries"))
    ) or "Timestamp=0" in endpoint.query:
        assert mine.value.hex().encode() in content.replace(b"-", b"").lower()


def submission_of(mine: Hidden) -> Submission:
    return Submission("picture", "deepfake", (Hash("pdq", "whole", mine.value, 90),))


def test_one_post_with_a_key_for_deepfakes_moves_no_intimate_item(client: Client):
    hidden = [submitted("intimate").item for _ in range(40)]
    key = subscribers.add("broken into", granted=Grant(kinds=("deepfake",)))
    matches = [{"item": item, "count": 1_000_000} for item in hidden]
    for _ in range(3):
        answer = client.post(
            BASE + "repit/v1/matches",
            json.dumps({"window": window(), "matches": matches}),
            content_type="application/json",
            headers={"Authorization": f"Bearer {key}"},
        )
        assert answer.json() == {"known": 0}
    assert (
        set(Item.objects.values_list("state", flat=True)) == {"active"} and not MatchReport.objects.exists()
    )


def test_what_was_not_granted_is_shown_as_a_number_and_nothing_else(client: Client):
    hidden = submitted("intimate")
    key = subscribers.add("narrow", granted=Grant(kinds=("deepfake",)))
    page = client.get(BASE + "repit/v1/changes?after=0", headers={"Authorization": f"Bearer {key}"}).json()
    [change] = page["changes"]
    assert change["sequence"] == 1 and change["entry"] == {
        "item": "hidden-1",
        "state": "withdrawn",
        "media": "picture",
        "kind": "deepfake",
        "origin": "",
        "confirmations": 0,
        "hashes": [],
    }
    assert hidden.item not in json.dumps(page)


def test_a_desk_s_key_gives_opinions_and_opens_nothing_else():
    shown = submitted("intimate")
    subscribers.add("forum")
    subscribers.set_people("forum", True)
    key = subscribers.rotate("forum", desk=True)
    for path, endpoint in ALL:
        status, _ = ask(path, endpoint, shown, key)
        assert (status == 200) if path == "repit/v1/opinions" else (status == 403), (path, status)
    assert Opinion.objects.filter(people=True).count() == 2


def test_a_withdrawal_that_is_none_is_not_noted_as_forgotten(client: Client):
    alive, gone, other = submitted("intimate"), submitted("intimate"), submitted("deepfake")
    for hidden_item in (gone, other):
        items.withdraw(hidden_item.item, actor="test", reason="")
    key = subscribers.add("narrow", granted=Grant(kinds=("intimate",)))
    body = {"sequence": 1, "withdrawn_items": [alive.item, gone.item, other.item, "nobody", gone.item]}
    asked = {"content_type": "application/json", "headers": {"Authorization": f"Bearer {key}"}}
    address = BASE + "repit/v1/acknowledgements"
    assert client.post(address, json.dumps(body), **asked).status_code == 204
    assert list(WithdrawalAcknowledged.objects.values_list("item", flat=True)) == [gone.item]
    many = {"sequence": 1, "withdrawn_items": [f"n{n}" for n in range(5_001)]}
    assert client.post(address, json.dumps(many), **asked).status_code == 400


def test_members_are_told_only_of_those_who_use_the_protocol(client: Client):
    for name, exchanges in (("one", ("ncmec",)), ("two", ("repit",)), ("three", ("ncmec", "repit"))):
        key = subscribers.add(name, granted=Grant(exchanges=exchanges))
    members = client.get(BASE + "ncmec/v2/members", headers=headers("ncmec", key)).content.decode()
    assert "one" in members and "three" in members and "two" not in members


# --- caps ---------------------------------------------------------------------------------------------------


def disagree(key: str, item: str) -> int:
    body = json.dumps({"item": item, "opinion": "not_blocked"})
    answer = Client().post(
        BASE + "repit/v1/opinions",
        body,
        content_type="application/json",
        headers={"Authorization": f"Bearer {key}"},
    )
    return answer.status_code


def test_who_disagrees_with_everything_at_once_is_stopped_not_heard_and_a_person_is_told():
    most, _ = caps.CAPS["not_blocked"]
    shown = [submitted("intimate").item for _ in range(most + 5)]
    key = subscribers.add("broken into")
    assert [disagree(key, item) for item in shown] == [200] * most + [429] * 5
    row = Subscriber.objects.get()
    assert row.muted_at is not None
    assert Alarm.objects.values_list("what", flat=True).get() == "not_blocked"
    assert disagree(key, shown[0]) == 200  # what it thinks already moves nothing
    with clock.at(lambda: row.muted_at + timedelta(hours=2)):
        assert disagree(key, shown[-1]) == 200
        caps.see_to("broken into", actor="person", counts_again=True)
    assert Subscriber.objects.get().muted_at is None
    assert not Alarm.objects.filter(closed_at__isnull=True).exists()


def test_a_day_has_a_cap_of_its_own():
    _, most = caps.CAPS["not_blocked"]
    who = keys.recognise(subscribers.add("patient"))
    begin = now()
    for hour in range(6):
        with clock.at(lambda hour=hour: begin + timedelta(hours=hour)):
            if hour < 5:
                caps.spend(who, "not_blocked", most // 5)
            else:
                with pytest.raises(caps.MovedTooMuch):
                    caps.spend(who, "not_blocked", 1)
    with clock.at(lambda: begin + timedelta(days=2)):
        caps.spend(who, "not_blocked", 1)


@pytest.mark.parametrize("what", ["opinions", "proposals", "matches"])
def test_other_masses_are_stopped_and_told_and_their_words_go_on_counting(what: caps.What):
    who = keys.recognise(subscribers.add("busy"))
    most, _ = caps.CAPS[what]
    caps.spend(who, what, most)
    for _ in range(2):
        with pytest.raises(caps.MovedTooMuch):
            caps.spend(who, what, 1)
    assert Alarm.objects.get().what == what and Subscriber.objects.get().muted_at is None
