"""Object storage, end to end: an unmodified S3 client writes into a real S3-compatible server, whose own
webhook tells a running gate."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from object_storage import LIVE, TOKEN, Server, minio
from storage_gate import jpeg
from terminal import typed

from installation import Banked, Gate, Hotline, eventually
from repit.demo.device import submission

POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": "*",
            "Action": "s3:GetObject",
            "Resource": f"arn:aws:s3:::{LIVE}/*",
        },
        {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:GetObject",
            "Resource": f"arn:aws:s3:::{LIVE}/*",
            "Condition": {
                "StringEquals": {"s3:ExistingObjectTag/repit": ["block", "review"]},
                "StringNotEquals": {"aws:username": "repit"},
            },
        },
    ],
}
"""As docs/en/protect-s3.md has it: nobody but the gate reads what carries its tag."""


class Watched:
    """A hotline, a gate and the storage that it watches."""

    def __init__(self, folder: Path, server: Server, port: int) -> None:
        self.server = server
        with ExitStack() as started:
            self.hotline = Hotline(folder / "hotline")
            started.callback(self.hotline.kill)
            self.hotline.start()
            self.hotline.ready()
            self.gate = Gate(folder / "gate", self.hotline, self.hotline.subscribe("platform"))
            started.callback(self.gate.kill)
            self.gate.port, self.gate.base = port, f"http://127.0.0.1:{port}"
            self.gate.env |= server.settings()
            self.gate.env["REPIT_OUTBOUND_ALLOW"] += f",{server.peer}"
            self.gate.start()
            self.gate.ready()
            self.end = started.pop_all().close

    def tell(self, event: dict[str, Any], token: str = TOKEN) -> Any:
        asked = Request(  # noqa: S310 - ours
            f"{self.gate.base}/v1/storage/s3/events",
            json.dumps(event).encode(),
            {"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        )
        with urlopen(asked, timeout=30) as answer:  # noqa: S310 - ours
            return json.loads(answer.read())

    def idle(self) -> bool:
        with urlopen(f"{self.gate.base}/metrics", timeout=30) as answer:  # noqa: S310 - ours
            return b"\nrepit_gate_storage_waiting 0.0\n" in answer.read()

    def operate(self, *command: str) -> str:
        return typed(self.gate.env, "storage", *command, check=True).stdout

    def mark(self, key: str, bucket: str = LIVE) -> str | None:
        return self.server.tags(bucket, key).get("repit")


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory, server: Server, hook_port: int) -> Iterator[Watched]:
    service = Watched(tmp_path_factory.mktemp("watched"), server, hook_port)
    yield service
    service.end()


def test_what_the_storage_tells_of_is_blocked_or_let_be(watched: Watched) -> None:
    server, gate = watched.server, watched.gate
    server.bucket(LIVE)
    server.client.put_bucket_policy(Bucket=LIVE, Policy=json.dumps(POLICY))
    banked = Banked(gate, watched.hotline)
    picture, sent = banked.picture, banked.sent
    bad = {
        "banked.jpg": picture,
        "à b+c/%20 mirrored?.jpg": sent["Mirrored"],
        "bordered": sent["With a border"],
    }
    good = {
        "unrelated.jpg": sent["Unrelated: a coffee"],
        "empty": b"",
        "letter.txt": b"Dear all,\n" * 2000,
        "film.mp4": b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom\0\4\x93\xe8mdat" + bytes(300_000),
    }
    hostile = {"damaged.jpg": picture[:200], "hostile.jpg": b"\xff\xd8\xff" + b"\xff" * 70_000}
    for key, content in {**bad, **hostile, **good}.items():
        server.put(LIVE, key, content, "owner=someone&kind=photo", ContentType="image/jpeg")
    for key in bad:
        assert eventually(lambda key=key: watched.mark(key) == "block"), key
    for key in hostile:
        assert eventually(lambda key=key: watched.mark(key) == "review"), key
    assert eventually(watched.idle)
    assert {key: watched.mark(key) for key in good} == dict.fromkeys(good)
    for key in (*bad, *good):
        assert server.tags(LIVE, key)["owner"] == "someone", key
    assert server.anyone_reads(LIVE, "banked.jpg") == 403
    assert server.anyone_reads(LIVE, "unrelated.jpg") == 200
    found = watched.operate("found")
    assert all(key in found for key in bad)
    named = [json.loads(line) for line in watched.operate("found", "--json").splitlines()]
    assert {row["key"] for row in named if row["action"] == "tagged"} >= set(bad)
    banked.withdraw()
    assert eventually(lambda: gate.verdict(picture)[0] == "allow")
    scanned = json.loads(watched.operate("scan", LIVE, "--json"))
    assert (scanned["state"], scanned["blocked"]) == ("done", 0)
    assert scanned["scan"] in [
        json.loads(line)["scan"] for line in watched.operate("scans", "--json").splitlines()
    ]
    assert {key: watched.mark(key) for key in bad} == dict.fromkeys(bad)
    assert server.anyone_reads(LIVE, "banked.jpg") == 200


def test_a_killed_gate_loses_no_news_and_its_scan_goes_on(watched: Watched, tmp_path: Path) -> None:
    server, gate = watched.server, watched.gate
    bucket = server.bucket("stored-before")  # the server tells nothing of this one by itself
    rocket, coffee = jpeg("rocket"), jpeg("coffee")
    watched.hotline.open_case_of(submission(rocket))
    assert eventually(lambda: gate.verdict(rocket)[0] == "block")
    banked = [f"{n:02}.jpg" for n in range(0, 18, 3)]
    for n in range(18):
        server.put(bucket, f"{n:02}.jpg", rocket if n % 3 == 0 else coffee)
    assert watched.tell(minio(bucket, "not%2Fthere.jpg")) == {"taken_in": 1, "unread": 0}
    watched.operate("scan", bucket, "--per-second", "1", "--no-wait")
    assert eventually(lambda: watched.mark("03.jpg", bucket) == "block")
    for n in range(9, 18):
        assert watched.tell(minio(bucket, f"{n:02}.jpg"))["taken_in"] == 1
    gate.kill()  # what was answered is in rows
    gate.start()
    report = tmp_path / "report.jsonl"
    output = watched.operate("scan", bucket, "--report", str(report))
    assert "goes on" in output
    assert "Looked at: 18. Blocked: 6. For a person: 0. Could not be read: 0." in output
    lines = [json.loads(line) for line in report.read_text().splitlines()]
    assert sorted(line["key"] for line in lines[:-1]) == banked
    assert (lines[-1]["seen"], lines[-1]["blocked"], lines[-1]["state"]) == (18, 6, "done")
    assert report.stat().st_mode & 0o077 == 0
    assert eventually(watched.idle)
    assert {key for key in server.keys(bucket) if watched.mark(key, bucket) == "block"} == set(banked)
