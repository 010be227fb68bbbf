"""What the gate does in object storage, against a real S3-compatible server: moves, versions, people's
decisions, what is replaced meanwhile, what cannot be done."""

import gzip
import hashlib
import threading
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from django.db import IntegrityError, transaction
from object_storage import GATE, Server
from storage_gate import CAT, COFFEE, known, scan, work_off

from repit.foundation import clock
from repit.foundation.errors import DatabaseUnavailable
from repit.foundation.hashes import Hash
from repit.platform.gate.entries import KnownEntry
from repit.platform.gate.feed_status import StatusBoard
from repit.platform.gate.models import Decision
from repit.platform.gate.runtime import Gate
from repit.platform.integrations.s3 import (
    apply_decisions,
    findings,
    quarantine,
    queue,
    scan_worker,
    scans,
    worker,
)
from repit.platform.integrations.s3.botocore_transport import Raw
from repit.platform.integrations.s3.models import Finding, QueuedObject, Scan, Step
from repit.platform.integrations.s3.store import Store
from repit.platform.integrations.s3.stored import Stored
from repit.platform.review import objections
from repit.platform.review import queue as reviews
from repit.platform.review.models import Review


@pytest.mark.parametrize("versions", [False, True])
def test_a_moved_object_leaves_its_name_behind_and_can_be_put_back(
    gate: Gate, store: Store, server: Server, settings: Any, versions: bool
) -> None:
    settings.REPIT_GATE_S3_QUARANTINE = "move"
    settings.REPIT_GATE_S3_QUARANTINE_TO = "jail-of-names/kept/"
    server.bucket("jail-of-names")
    bucket = server.bucket(f"moving-{versions}".lower(), versions=versions)
    server.put(bucket, "someone/cat é.jpg", CAT, "mine=1", ContentType="image/jpeg", Metadata={"by": "you"})
    queue.take_in((Stored(bucket, "someone/cat é.jpg"),))
    work_off(gate, store)
    assert server.keys(bucket) == []
    (kept,) = server.keys("jail-of-names")
    assert kept.startswith("kept/")
    assert "cat" not in kept
    assert server.client.get_object(Bucket="jail-of-names", Key=kept)["Body"].read() == CAT
    queue.take_in((Stored("jail-of-names", kept),))
    assert not QueuedObject.objects.exists()  # what lies in quarantine is not looked at again
    quarantine.release(store, Finding.objects.get(), "person", why="a mistake", followed="allow")
    assert server.keys("jail-of-names") == []
    back = server.client.get_object(Bucket=bucket, Key="someone/cat é.jpg")
    assert (back["Body"].read(), back["Metadata"], back["ContentType"]) == (CAT, {"by": "you"}, "image/jpeg")
    assert [step.after for step in Step.objects.order_by("pk")] == ["moved", "released"]
    assert scan(gate, store, bucket).passed == 1  # a person's word stands
    assert server.keys(bucket) == ["someone/cat é.jpg"]
    with pytest.raises(IntegrityError), transaction.atomic():
        Step.objects.update(why="something else")


def test_only_the_version_that_is_known_is_moved(
    gate: Gate, store: Store, server: Server, settings: Any
) -> None:
    settings.REPIT_GATE_S3_QUARANTINE = "move"
    settings.REPIT_GATE_S3_QUARANTINE_TO = "jail-of-versions/"
    server.bucket("jail-of-versions")
    bucket = server.bucket("versions", versions=True)
    old = server.put(bucket, "a.jpg", CAT)["VersionId"]
    new = server.put(bucket, "a.jpg", COFFEE)["VersionId"]
    # Out of order, twice, and one of a version that never was.
    announced = [Stored(bucket, "a.jpg", version) for version in (new, old, new, "0" * 32)]
    for news in announced:
        queue.take_in((news,))
    work_off(gate, store)
    assert not QueuedObject.objects.exists()
    left = server.client.list_object_versions(Bucket=bucket)["Versions"]
    assert [version["VersionId"] for version in left] == [new]
    assert len(server.keys("jail-of-versions")) == 1
    server.put(bucket, "b.jpg", CAT)
    server.put(bucket, "b.jpg", COFFEE)
    assert scan(gate, store, bucket).blocked == 0
    assert scan(gate, store, bucket, versions=True).blocked == 1


def test_what_replaced_an_object_meanwhile_is_not_touched(gate: Gate, store: Store, server: Server) -> None:
    bucket = server.bucket("replaced")
    server.put(bucket, "a.jpg", CAT)
    server.put(bucket, "b.jpg", CAT)
    server.put(bucket, "c.jpg", CAT)

    class Late(Store):
        """Between looking and acting someone writes."""

        def etag(self, thing: Stored) -> str:
            if thing.key == "a.jpg":
                server.put(bucket, "a.jpg", COFFEE)
            if thing.key == "b.jpg":
                server.client.delete_object(Bucket=bucket, Key="b.jpg")
            return super().etag(thing)

    with Late(server.url, "us-east-1", *GATE) as late:
        queue.take_in(tuple(Stored(bucket, key) for key in ("a.jpg", "b.jpg", "c.jpg")))
        work_off(gate, late)
    assert not QueuedObject.objects.exists()
    assert server.keys(bucket) == ["a.jpg", "c.jpg"]
    assert server.tags(bucket, "a.jpg") == {}
    assert server.tags(bucket, "c.jpg")["repit"] == "block"
    server.put(bucket, "c.jpg", CAT)  # written anew, and so without the tag
    queue.take_in((Stored(bucket, "c.jpg"),))
    work_off(gate, store)
    assert server.tags(bucket, "c.jpg")["repit"] == "block"


def test_news_of_an_object_in_someones_hands_is_not_lost(gate: Gate, store: Store, server: Server) -> None:
    bucket = server.bucket("news")
    server.put(bucket, "a.jpg", COFFEE)
    queue.take_in((Stored(bucket, "a.jpg"),))
    held = queue.claim()
    assert held is not None
    assert queue.claim() is None
    queue.take_in((Stored(bucket, "a.jpg"),))
    queue.done(held)
    assert queue.claim() is not None
    with clock.at(lambda: clock._wall() + timedelta(minutes=5)):
        assert queue.claim() is not None  # its holder died


def test_what_cannot_be_done_waits_ever_longer_and_then_says_why(
    gate: Gate, store: Store, server: Server, settings: Any
) -> None:
    bucket = server.bucket("full")
    ten = "&".join(f"k{n}=v" for n in range(10))
    server.put(bucket, "full.jpg", CAT, ten)
    settings.REPIT_GATE_S3_QUARANTINE_TO = "no-such-bucket/"
    queue.take_in((Stored(bucket, "full.jpg"),))
    work_off(gate, store)
    (row,) = queue.dead()
    assert row.trouble.startswith("no-room-for-a-tag")
    assert len(server.tags(bucket, "full.jpg")) == 10
    with Store(server.url, "us-east-1", GATE[0], "a wrong secret") as wrong:
        server.put(bucket, "b.jpg", CAT)
        queue.take_in((Stored(bucket, "b.jpg"),))
        moments = []
        for _ in range(queue.MOST_ATTEMPTS):
            due = QueuedObject.objects.get(state="waiting").due_at
            moments.append(due)
            with clock.at(lambda due=due: due):
                work_off(gate, wrong)
    waits = [(b - a).total_seconds() for a, b in pairwise(moments)]
    assert waits[5] > 3 * waits[1]
    assert max(waits) <= 4500
    assert [queued.trouble for queued in queue.dead()] == [
        "no-room-for-a-tag",
        "store-refused SignatureDoesNotMatch",
    ]
    assert queue.try_again() == 2
    settings.REPIT_GATE_S3_QUARANTINE = "move"
    settings.REPIT_GATE_S3_QUARANTINE_TO = "jail/full/"
    server.bucket("jail")
    work_off(gate, store)
    assert (queue.dead(), server.keys(bucket)) == ([], [])


def test_a_gate_without_entries_or_without_room_lets_objects_wait(
    gate: Gate, store: Store, server: Server
) -> None:
    bucket = server.bucket("patience")
    server.put(bucket, "a.jpg", CAT)
    queue.take_in((Stored(bucket, "a.jpg"),))
    room, gate.admission.room.size = gate.admission.room.size, 10
    assert worker.once(gate, store)
    gate.admission.room.size = room
    row = QueuedObject.objects.get()
    assert (row.state, row.attempts) == ("waiting", 0)
    with clock.at(lambda: clock._wall() + timedelta(seconds=10)):
        assert worker.once(replace(gate, board=StatusBoard()), store)
    row.refresh_from_db()
    assert (row.state, row.attempts, Decision.objects.count()) == ("waiting", 0, 0)
    with clock.at(lambda: clock._wall() + timedelta(minutes=1)):
        work_off(gate, store)
    assert server.tags(bucket, "a.jpg")["repit"] == "block"


@pytest.mark.parametrize("quarantine", ["tag", "move"])
def test_what_a_person_decides_is_carried_out_and_undone_after_an_objection(
    gate: Gate, store: Store, server: Server, settings: Any, quarantine: str
) -> None:
    settings.REPIT_GATE_S3_QUARANTINE = quarantine
    settings.REPIT_GATE_S3_QUARANTINE_TO = "jail/decided/"
    server.bucket("jail")
    bucket = server.bucket(f"decided-{quarantine}")
    # Two items: uploads of one are one question.
    for item, key, content in (("cat", "refused.jpg", CAT), ("coffee", "allowed.jpg", COFFEE)):
        gate.index.apply(known(item, content, "disputed"))
        server.put(bucket, key, content, "mine=1")
    assert scan(gate, store, bucket).review == 2
    assert {server.tags(bucket, key)["repit"] for key in server.keys(bucket)} == {"review"}
    while reviews.take_in():
        pass
    assert apply_decisions.follow(store) == 0
    decide("refused.jpg", "refuse")
    decide("allowed.jpg", "allow")
    assert apply_decisions.follow(store) == 2
    assert server.tags(bucket, "allowed.jpg") == {"mine": "1"}
    left = {"tag": ["allowed.jpg", "refused.jpg"], "move": ["allowed.jpg"]}[quarantine]
    assert server.keys(bucket) == left
    if quarantine == "tag":
        assert server.tags(bucket, "refused.jpg")["repit"] == "block"
    again = scan(gate, store, bucket)  # nobody is asked twice
    assert (again.review, Review.objects.count()) == (len(left) - 1, 2)
    assert apply_decisions.follow(store) == 0
    decide("refused.jpg", "allow")
    assert apply_decisions.follow(store) == 1
    assert server.tags(bucket, "refused.jpg") == {"mine": "1"}
    assert server.client.get_object(Bucket=bucket, Key="refused.jpg")["Body"].read() == CAT


def test_what_the_gate_alone_blocked_is_put_back_once_an_objection_is_upheld(
    gate: Gate, store: Store, server: Server
) -> None:
    bucket = server.bucket("objected")
    server.put(bucket, "mine.jpg", CAT)
    queue.take_in((Stored(bucket, "mine.jpg"),))
    work_off(gate, store)
    assert server.tags(bucket, "mine.jpg")["repit"] == "block"
    objections.object_to(Decision.objects.get(), "That is my dog.")
    assert apply_decisions.follow(store) == 0  # nothing changes before somebody has looked
    decide("mine.jpg", "allow")
    assert apply_decisions.follow(store) == 1
    assert "repit" not in server.tags(bucket, "mine.jpg")
    assert scan(gate, store, bucket).passed == 1  # a person's word stands
    decide("mine.jpg", "refuse")
    assert apply_decisions.follow(store) == 1
    assert server.tags(bucket, "mine.jpg")["repit"] == "block"


def test_a_storage_that_refuses_to_be_tagged_makes_no_new_decision_with_each_attempt(
    gate: Gate, store: Store, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket = server.bucket("untaggable")
    for key in ("announced.jpg", "listed.jpg"):
        server.put(bucket, key, CAT)
    tag, failures = Store.tag, Counter[str]()

    def refuse(self: Store, thing: Stored, labels: dict[str, str]) -> None:
        failures[thing.key] += 1
        if failures[thing.key] <= 3:
            raise DatabaseUnavailable
        tag(self, thing, labels)

    monkeypatch.setattr(Store, "tag", refuse)
    queue.take_in((Stored(bucket, "announced.jpg"),))
    for minutes in range(4):
        with clock.at(lambda after=minutes: datetime.now(UTC) + timedelta(minutes=after)):
            work_off(gate, store)
    monkeypatch.setattr(scan_worker, "_PAUSE_SECONDS", 0.01)
    assert scan(gate, store, bucket).blocked == 2
    assert failures == {"announced.jpg": 4, "listed.jpg": 4}
    assert Decision.objects.count() == 2
    decisions = {
        findings.where(finding).thing.key: finding.decision
        for finding in Finding.objects.exclude(state="listed")
    }
    assert len(set(decisions.values())) == 2
    assert {key: server.tags(bucket, key)["repit"] for key in decisions} == dict.fromkeys(decisions, "block")


def test_what_changed_between_two_attempts_is_decided_anew(
    gate: Gate, store: Store, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket = server.bucket("changing")
    server.put(bucket, "a.jpg", CAT)
    monkeypatch.setattr(Store, "tag", raising(DatabaseUnavailable))
    queue.take_in((Stored(bucket, "a.jpg"),))
    work_off(gate, store)
    monkeypatch.undo()
    gate.index.apply(known("cat", CAT, "withdrawn"))
    with clock.at(lambda: datetime.now(UTC) + timedelta(minutes=1)):
        work_off(gate, store)
    assert "repit" not in server.tags(bucket, "a.jpg")
    assert not Finding.objects.exists() and not QueuedObject.objects.exists()


def raising(error: type[Exception]) -> Any:
    def fails(*_: Any) -> None:
        raise error

    return fails


def decide(key: str, outcome: str) -> None:
    for finding in Finding.objects.exclude(decision=""):
        if findings.where(finding).thing.key == key:
            moment = clock.now()
            fresh = {"state": "decided", "outcome": outcome, "decided_at": moment}
            assert Review.objects.filter(decision_id=finding.decision).update(**fresh) == 1


def test_the_storage_is_reached_through_the_vetted_way_out_only(
    gate: Gate, server: Server, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def send(*_: Any) -> None:
        raise AssertionError("a request went out by another way")

    bucket = server.bucket("vetted")
    monkeypatch.setattr("botocore.httpsession.URLLib3Session.send", send)  # of this test's client too
    settings.REPIT_OUTBOUND_ALLOW = frozenset()
    queue.take_in((Stored(bucket, "a.jpg"),))
    with Store(server.url, "us-east-1", *GATE) as nowhere:
        work_off(gate, nowhere)
    assert QueuedObject.objects.get().trouble.startswith("address-refused")
    QueuedObject.objects.update(due_at=clock.now())
    settings.REPIT_OUTBOUND_ALLOW = frozenset({server.peer})
    with Store(server.url, "us-east-1", *GATE) as allowed:
        work_off(gate, allowed)
    assert not QueuedObject.objects.exists()


def test_packed_pictures_are_seen_and_bombs_are_not_swallowed(
    gate: Gate, store: Store, server: Server, settings: Any
) -> None:
    settings.REPIT_GATE_MAX_BYTES = settings.REPIT_GATE_MAX_FILE_BYTES = 5_000_000
    bucket = server.bucket("packed")
    packed = {
        "packed.jpg": (gzip.compress(CAT), "block"),
        "lying.jpg": (CAT, "block"),
        "bomb.jpg": (gzip.compress(b"\xff\xd8\xff\xe0" + bytes(50_000_000)), "review"),
        "cut.jpg": (gzip.compress(CAT)[:-2000], "block"),  # a browser shows what came
    }
    for key, (content, _) in packed.items():
        server.put(bucket, key, content, ContentEncoding="gzip", ContentType="image/jpeg")
    assert scan(gate, store, bucket).unread == 0, work_off(gate, store) or QueuedObject.objects.values_list(
        "reason", "attempts"
    )
    assert {key: server.tags(bucket, key).get("repit") for key in packed} == {
        key: mark for key, (_, mark) in packed.items()
    }
    assert gate.admission.room.held == 0


def test_a_film_is_left_after_its_first_bytes_unless_whole_files_are_known(
    gate: Gate, store: Store, server: Server, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.REPIT_GATE_MAX_BYTES = 1_000_000
    head = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + (12_000_008).to_bytes(4) + b"mdat"
    film = head + np.random.default_rng(7).bytes(12_000_000)
    bucket = server.bucket("films")
    server.put(bucket, "a.mp4", film)
    read: list[int] = []
    pieces = Raw.pieces
    monkeypatch.setattr(Raw, "pieces", lambda raw: (read.append(len(p)) or p for p in pieces(raw)))
    assert scan(gate, store, bucket).passed == 1
    assert sum(read) < 1_000_000
    whole = Hash("sha256", "whole", hashlib.sha256(film).digest())
    gate.index.apply(KnownEntry("film", "active", "video", "intimate", "a-hotline", 1, (whole,)))
    assert scan(gate, store, bucket).blocked == 1
    assert sum(read) > len(film)
    assert server.tags(bucket, "a.mp4")["repit"] == "block"
    assert gate.admission.room.held == 0


class Nonsense(BaseHTTPRequestHandler):
    """A storage that does not answer as one."""

    def do_GET(self) -> None:
        body, length = {
            "/b-1/cut": (b"\xff\xd8\xff", 5000),
            "/b-1/length": (b"", -1),
            "/b-1/xml": (b"<Error><Code>", None),
            "/b-1/bomb": (b"x" * 20_000_000, None),
        }.get(self.path, (b"<ListBucketResult><Contents><Key>&#0;</Key>", None))
        self.send_response(403 if self.path in ("/b-1/xml", "/b-1/bomb") else 200)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


def test_a_storage_that_answers_nonsense_ends_nothing(gate: Gate, settings: Any) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Nonsense) as liar:
        threading.Thread(target=liar.serve_forever, daemon=True).start()
        settings.REPIT_OUTBOUND_ALLOW = frozenset({f"127.0.0.1:{liar.server_port}"})
        things = tuple(Stored("b-1", key) for key in ("cut", "length", "xml", "bomb"))
        queue.take_in(things)
        with Store(f"http://127.0.0.1:{liar.server_port}", "us-east-1", *GATE) as store:
            work_off(gate, store)
            row = scan_once(gate, store, "b-1")
        liar.shutdown()
    assert [queued.attempts for queued in QueuedObject.objects.all()] == [1] * len(things)
    assert all(queued.trouble for queued in QueuedObject.objects.all())
    assert (row.state, row.attempts) == ("running", 1)
    assert gate.admission.room.held == 0


def scan_once(gate: Gate, store: Store, bucket: str) -> Scan:
    row, _ = scans.begin(bucket, "", versions=False, dry_run=False, per_second=0)
    scan_worker.once(gate, store, threading.Event())
    row.refresh_from_db()
    return row
