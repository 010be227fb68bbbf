"""What object storage tells of reaches the gate as rows: each server's own form, hostile ones, and nothing
of an object's name in clear."""

import json
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from repit.foundation.errors import InputRefused, SettingsRefused, TooLarge
from repit.platform.integrations.s3 import queue, start, tags
from repit.platform.integrations.s3.errors import NoRoom
from repit.platform.integrations.s3.events_wire import MOST_RECORDS, heard
from repit.platform.integrations.s3.models import QueuedObject
from repit.platform.integrations.s3.stored import Stored

PATH = "/v1/storage/s3/events"
TOKEN = "a-token-of-tests-only-000"


def record(key: Any, name: Any = "ObjectCreated:Put", bucket: Any = "b-1", **more: Any) -> dict[str, Any]:
    """As AWS, MinIO and Ceph write it."""
    return {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "eventName": name,
        "s3": {"bucket": {"name": bucket}, "object": {"key": key, "size": 1, "eTag": "0" * 32, **more}},
    }


def notification(*records: Any) -> bytes:
    return json.dumps({"Records": list(records)}).encode()


def seaweed(path: str, event: str = "create", old: Any = None, **new: Any) -> bytes:
    entry = {"name": path.rpartition("/")[2], "attributes": {"md5": "AAAA", "file_size": 3}, **new}
    message = {"new_entry": entry, "old_entry": old, "new_parent_path": path.rpartition("/")[0]}
    return json.dumps({"event_type": event, "key": path, "message": message}).encode()


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (notification(record("a.jpg")), [Stored("b-1", "a.jpg")]),
        (notification(record("caf%C3%A9+noir%2B%2525.jpg")), [Stored("b-1", "café noir+%25.jpg")]),
        (notification(record("a", "s3:ObjectCreated:Copy", versionId="v1")), [Stored("b-1", "a", "v1")]),
        (
            notification(record("a", "s3:ObjectCreated:CompleteMultipartUpload", versionId="null")),
            [Stored("b-1", "a")],
        ),
        (notification(record("a"), record("a"), record("b")), [Stored("b-1", "a"), Stored("b-1", "b")]),
        (notification(record("a", "s3:ObjectCreated:PutTagging"), record("a", "ObjectTagging:Put")), []),
        (notification(record("a", "s3:ObjectRemoved:Delete"), record("folder/")), []),
        (b'{"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "b"}', []),
        (
            json.dumps(
                {
                    "source": "aws.s3",
                    "detail-type": "Object Created",
                    "detail": {"bucket": {"name": "b-1"}, "object": {"key": "a b+%20", "version-id": "v"}},
                }
            ).encode(),
            [Stored("b-1", "a b+%20", "v")],
        ),
        (b'{"source": "aws.s3", "detail-type": "Object Deleted", "detail": {}}', []),
        (seaweed("/buckets/b-1/x/a b+%20.jpg"), [Stored("b-1", "x/a b+%20.jpg")]),
        (seaweed("/buckets/b-1/a", "update", old={"attributes": {"md5": "BBBB"}}), [Stored("b-1", "a")]),
        (seaweed("/buckets/b-1/a", "update", old={"attributes": {"md5": "AAAA"}}), []),  # only its tags
        (
            seaweed("/buckets/b-1/a.versions/v_67ab", extended={"Seaweed-X-Amz-Version-Id": "NjdhYg=="}),
            [Stored("b-1", "a", "67ab")],
        ),
        (seaweed("/buckets/b-1/a.versions/v_67ab"), [Stored("b-1", "a.versions/v_67ab")]),  # just a name
        (seaweed("/buckets/b-1/a", extended={"Seaweed-X-Amz-Delete-Marker": "dHJ1ZQ=="}), []),
        (seaweed("/buckets/b-1/a", is_directory=True), []),
        (seaweed("/buckets/.system/owners/a"), []),
        (seaweed("/buckets/b-1/.uploads/1/0001.part"), []),
    ],
)
def test_each_servers_news_is_read_and_what_is_no_writing_is_passed_over(
    body: bytes, expected: list[Stored]
) -> None:
    read = heard(body)
    assert (list(read.written), read.unread) == (expected, 0)


@pytest.mark.parametrize(
    "bad",
    [
        None,
        7,
        {},
        record(None),
        record(7),
        record("%FF%FE"),
        record("a%00b"),
        record("a" * 1025),
        record(""),
        record("a", name=None),
        record("a", bucket="../../etc"),
        record("a", bucket=["b"]),
        record("a", versionId={"a": 1}),
        record("a", versionId="a b\r\nX: y"),
        {"eventName": "ObjectCreated:Put", "s3": []},
    ],
)
def test_one_unreadable_record_does_not_cost_the_others(bad: Any) -> None:
    read = heard(notification(bad, record("good")))
    assert (read.written, read.unread) == ((Stored("b-1", "good"),), 1)


_NAMES = [
    "Records",
    "s3",
    "object",
    "bucket",
    "key",
    "name",
    "eventName",
    "detail",
    "detail-type",
    "source",
    "event_type",
    "message",
    "new_entry",
    "old_entry",
    "attributes",
    "extended",
    "Event",
]
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(_NAMES),
            inner,
            max_size=5,
        )
    ),
    max_leaves=30,
)


@given(st.binary(max_size=200) | _JSON.map(lambda value: json.dumps(value).encode()))
def test_nothing_that_is_sent_is_more_than_refused(body: bytes) -> None:
    try:
        read = heard(body)
    except InputRefused:
        return
    assert all(isinstance(thing, Stored) for thing in read.written)


def test_too_many_records_at_once_are_refused() -> None:
    with pytest.raises(TooLarge):
        heard(notification(*[record("a")] * (MOST_RECORDS + 1)))


@pytest.fixture
def storage(settings: Any) -> None:
    settings.REPIT_GATE_S3_URL = "https://s3.example"
    settings.REPIT_GATE_S3_TOKEN = TOKEN


def post(body: bytes, authorization: str = f"Bearer {TOKEN}") -> Any:
    return Client().post(
        PATH, body, content_type="application/json", headers={"Authorization": authorization}
    )


@pytest.mark.django_db
def test_the_channel_is_shut_without_a_storage_and_opens_to_its_token_only(settings: Any) -> None:
    settings.REPIT_GATE_S3_TOKEN = TOKEN
    assert post(notification(record("a"))).status_code == 404
    settings.REPIT_GATE_S3_URL = "https://s3.example"
    for wrong in ("", "Bearer", f"Basic {TOKEN}", f"Bearer {TOKEN}0", "Bearer é"):
        refused = post(notification(record("a")), wrong)
        assert (refused.status_code, refused.json()["code"]) == (401, "key-refused")
    settings.REPIT_GATE_S3_TOKEN = ""
    assert post(notification(record("a")), "Bearer ").status_code == 401
    assert Client().head(PATH).status_code == 200
    assert Client().get(PATH).status_code == 405
    assert not QueuedObject.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"[]", 400),
        (b"{", 400),
        (b"[" * 100_000, 400),
        (b'{"a": 1}', 400),
        (b" " * 2_100_000, 413),
    ],
)
def test_a_body_in_no_form_is_refused(storage: None, body: bytes, status: int) -> None:
    assert post(body).status_code == status


@pytest.mark.django_db
def test_an_object_is_one_row_however_often_it_is_told_of_and_its_name_is_sealed(storage: None) -> None:
    body = notification(record("someone/private.jpg"), record("someone/private.jpg", versionId="v1"), None)
    assert post(body).json() == {"taken_in": 2, "unread": 1}
    assert post(body).json() == {"taken_in": 2, "unread": 1}
    rows = list(QueuedObject.objects.all())
    assert len(rows) == 2
    assert {queue.location(row) for row in rows} == {
        Stored("b-1", "someone/private.jpg"),
        Stored("b-1", "someone/private.jpg", "v1"),
    }
    for row in rows:
        kept = b"".join(str(value).encode() for value in vars(row).values()) + bytes(row.location)
        assert b"private" not in kept
        assert b"b-1" not in kept
    assert "private" not in repr(queue.location(rows[0]))


@pytest.mark.django_db
def test_only_buckets_that_are_followed_and_not_the_quarantine_are_taken_in(
    storage: None, settings: Any
) -> None:
    settings.REPIT_GATE_S3_QUARANTINE_TO = "jail/kept/"
    settings.REPIT_GATE_S3_BUCKETS = ("b-1", "jail")
    news = notification(
        record("a"), record("a", bucket="b-2"), record("kept/a", bucket="jail"), record("a", bucket="jail")
    )
    assert post(news).json() == {"taken_in": 2, "unread": 0}


def test_our_tags_join_those_of_others_and_leave_them() -> None:
    others = {f"k{n}": "v" for n in range(8)}
    marked = tags.marked(others, "block", "a-decision")
    assert marked == {**others, "repit": "block", "repit-decision": "a-decision"}
    assert tags.marked(marked, "review", "another") == {
        **others,
        "repit": "review",
        "repit-decision": "another",
    }
    assert tags.unmarked(marked) == others
    assert "repit-decision" not in tags.marked({**others, "k8": "v"}, "block", "a-decision")
    with pytest.raises(NoRoom):
        tags.marked({f"k{n}": "v" for n in range(10)}, "block", None)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("REPIT_GATE_S3_TOKEN", "short"),
        ("REPIT_GATE_S3_SECRET", ""),
        ("REPIT_GATE_S3_KEY_ID", ""),
        ("REPIT_GATE_S3_QUARANTINE_TO", ""),
        ("REPIT_GATE_S3_TAG", "a tag"),
    ],
)
def test_a_storage_that_is_half_described_stops_the_start(
    storage: None, settings: Any, setting: str, value: str
) -> None:
    settings.REPIT_GATE_S3_KEY_ID, settings.REPIT_GATE_S3_SECRET = "key", "secret"
    settings.REPIT_GATE_S3_QUARANTINE, settings.REPIT_GATE_S3_QUARANTINE_TO = "move", "jail/"
    assert len(start.channels()) == 1
    setattr(settings, setting, value)
    with pytest.raises(SettingsRefused) as refused:
        start.channels()
    assert setting in refused.value.message.en
    settings.REPIT_GATE_S3_URL = ""
    assert start.channels() == ()
