"""The endpoints of the feed: keys, forms, errors in one shape."""

from __future__ import annotations

import gzip
import secrets

import pytest
from django.db import connection
from django.test import Client, RequestFactory

from repit.exchanges.repit import snapshot_wire, wire
from repit.foundation.hashes import Hash
from repit.foundation.process.front.handling import Flow, Handler, Whole
from repit.hotline.bank import feed, items, sealed
from repit.hotline.bank.types import Submission
from repit.hotline.feeds import subscribers

pytestmark = pytest.mark.django_db
BASE = "/exchange/repit/v1/"
HERE = {"host": "127.0.0.1:8600"}
"""As somebody asks on the machine itself."""


@pytest.fixture
def headers() -> dict[str, str]:
    return {"Authorization": f"Bearer {subscribers.add('forum')}"}


def submit() -> str:
    hash_ = Hash("pdq", "whole", secrets.token_bytes(32), 90)
    return items.submit(Submission("picture", "intimate", (hash_,)), actor="test", publish=True).item


@pytest.mark.parametrize("path", ["snapshot", "changes"])
@pytest.mark.parametrize("value", [None, "Bearer", "Bearer x", "Basic abc", "Bearer repit_é"])
def test_without_a_key_there_is_a_problem_document_and_nothing_else(
    client: Client, path: str, value: str | None
):
    answer = client.get(BASE + path, headers={"Authorization": value} if value else {})
    assert answer.status_code == 401
    assert answer["Content-Type"].startswith("application/problem+json")
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert answer.json()["code"] == "key-refused" and answer.json()["next_step"]


def test_snapshot_then_changes_give_the_bank(client: Client, headers: dict[str, str]):
    kept, gone = submit(), submit()
    raw = b"".join(client.get(BASE + "snapshot", headers=headers).streaming_content)
    head, entries = snapshot_wire.decode_snapshot(raw.decode().split("\n")[:-1], [])
    assert head.sequence == 2 and {e.item for e in entries()} == {kept, gone}
    items.withdraw(gone, actor="test", reason="")
    page = wire.decode_page(client.get(BASE + "changes?after=2", headers=headers).content)
    assert page.feed_id == head.feed_id
    assert [(c.sequence, c.entry.item, c.entry.state) for c in page.changes] == [(3, gone, "withdrawn")]


def test_a_snapshot_comes_compressed_to_who_can_read_it(client: Client, headers: dict[str, str]):
    submit()
    answer = client.get(BASE + "snapshot", headers={**headers, "Accept-Encoding": "gzip"})
    packed = b"".join(answer.streaming_content)
    assert answer["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed).count(b"\n") == 3


def test_a_snapshot_that_was_asked_for_is_not_made_before_somebody_may_read_it(
    headers: dict[str, str], monkeypatch: pytest.MonkeyPatch
):
    """Thirty at once with one key would each cost the first pieces, and twenty-six of them be refused."""
    submit()
    # Between requests connections are closed; the test is within a transaction on this one.
    monkeypatch.setattr(connection, "close_if_unusable_or_obsolete", lambda: None)
    opened = list[int]()
    monkeypatch.setattr(feed, "opened", lambda items: opened.append(len(items)) or sealed.opened(items))
    environ = RequestFactory().get(BASE + "snapshot", headers=headers).environ
    asked = Handler().answer(environ)
    assert isinstance(asked, Flow) and asked.status == 200 and not opened
    whole = asked.begun()
    assert isinstance(whole, Whole) and whole.body.count(b"\n") == 3 and opened == [1]


def test_nothing_of_the_feed_is_kept_by_caches(client: Client, headers: dict[str, str]):
    for path in ("snapshot", "changes"):
        assert client.get(BASE + path, headers=headers)["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "query", ["after=x", "after=-1", "after=1e9", "wait=nan", "wait=-1", "after=" + "9" * 30]
)
def test_numbers_that_are_none_are_refused(client: Client, headers: dict[str, str], query: str):
    answer = client.get(f"{BASE}changes?{query}", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "input-refused")


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"sequence":-1}', b'{"sequence":1,"withdrawn_items":[1]}', b"\xff"]
)
def test_an_acknowledgement_in_no_known_form_is_refused(client: Client, headers: dict[str, str], body: bytes):
    answer = client.post(BASE + "acknowledgements", body, content_type="application/json", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "input-refused")


def test_an_acknowledgement_is_noted(client: Client, headers: dict[str, str]):
    item = submit()
    body = wire.encode_acknowledgement(wire.Acknowledgement(1, (item,)))
    answer = client.post(BASE + "acknowledgements", body, content_type="application/json", headers=headers)
    assert answer.status_code == 204 and subscribers.statuses()[0].lag == 0


def test_wrong_paths_and_methods_are_problem_documents_too(client: Client, headers: dict[str, str]):
    for answer, status in (
        (client.get("/exchange/repit/v1/nothing"), 404),
        (client.post(BASE + "snapshot", headers=headers), 405),
    ):
        assert answer.status_code == status and answer["Content-Type"].startswith("application/problem+json")


def test_health_and_readiness_tell_the_truth(client: Client):
    assert client.get("/health").json() == {"alive": True, "role": "hotline"}
    empty = client.get("/ready", headers=HERE).json()
    assert (empty["sequence"], empty["newest_change_age_seconds"]) == (0, None)
    submit()
    full = client.get("/ready", headers=HERE).json()
    assert full["sequence"] == 1 and full["newest_change_age_seconds"] >= 0
