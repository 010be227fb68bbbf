"""The module in a real Synapse, in front of a real gate: uploads over HTTP, as Matrix clients make them."""

from __future__ import annotations

import io
import json
import secrets
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from homeserver import Homeserver
from installation import Banked, GateWithChannels, bare_environment, eventually
from repit.demo.pictures import original

Start = Callable[..., Homeserver]


@pytest.fixture
def homeserver(tmp_path: Path) -> Iterator[Start]:
    started: list[Homeserver] = []

    def start(*, federated: bool = False, **module: Any) -> Homeserver:
        server = Homeserver(tmp_path / f"synapse-{len(started)}", module or None, federated=federated)
        started.append(server)
        return server.start()

    yield start
    for server in started:
        server.stop()


def test_a_homeserver_refuses_a_banked_picture_and_its_altered_copies_and_keeps_an_unrelated_one(
    gate_with_channels: GateWithChannels, banked: Banked, homeserver: Start
) -> None:
    gate = gate_with_channels
    picture, sent = banked.picture, banked.sent
    synapse = homeserver(gate=gate.base, unanswered="refuse", seconds=60, max_bytes=1_000_000)
    known = [picture, sent["Mirrored"], sent["With a border"]]
    for content in known:
        assert synapse.refuses(content)
    assert synapse.files() == []
    passing = {
        "unrelated": sent["Unrelated: a coffee"],
        "empty": b"",
        "letter": b"Dear all,\n" * 2000,
        "as from an encrypted room": b"\0" + secrets.token_bytes(300_000),
        "of which only digests are sent": b"\0" + secrets.token_bytes(3_000_000),
        "damaged": picture[: len(picture) // 3],
        "hostile": b"\xff\xd8\xff" + b"\xff" * 70_000,
    }
    for name, content in passing.items():
        assert not synapse.refuses(content, "application/octet-stream"), name
    assert not synapse.refuses(passing["unrelated"])
    log = synapse.log.read_text()
    assert log.count("a file is refused: decision ") == len(known)
    assert "a file waits for review (allow): decision " in log
    assert "gave no verdict" not in log
    banked.withdraw()
    assert eventually(lambda: gate.verdict(picture)[0] == "allow")
    assert not synapse.refuses(picture)


def test_media_of_another_homeserver_are_refused_to_those_who_ask_for_them_here(
    homeserver: Start, stranger: Stranger
) -> None:
    theirs = homeserver(federated=True)
    ours = homeserver(federated=True, gate=stranger.base, unanswered="refuse")
    banked, unrelated = b"a banked file", b"an unrelated one"
    addresses = [theirs.upload(content)[1]["content_uri"] for content in (banked, unrelated)]
    stranger.answers = [Reply(451, b'{"verdict": "block", "decision": "a-name"}'), ALLOW]
    assert ours.fetch(addresses[0])[0] == 404
    assert ours.files() == []
    assert ours.fetch(addresses[1]) == (200, unrelated)
    assert theirs.fetch(addresses[0]) == (200, banked)
    assert len(stranger.asked) == 2
    assert last_words(ours).endswith("a file is refused: decision a-name")


@dataclass
class Reply:
    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


ALLOW = Reply(200, b'{"verdict": "allow", "decision": null}')
CUT = Reply(0)
"""The connection ends without an answer."""


class Stranger:
    """Something that answers where a gate should: the next of `answers`, and the last again and again."""

    def __init__(self) -> None:
        self.answers = [ALLOW]
        self.asked: list[str] = []
        handler = type("Handler", (_Handler,), {"stranger": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.base = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


class _Handler(BaseHTTPRequestHandler):
    stranger: Stranger

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.stranger.asked.append(
            f"{self.path} {self.headers['Content-Type']} {self.headers['Authorization']}"
        )
        answers = self.stranger.answers
        reply = answers.pop(0) if len(answers) > 1 else answers[0]
        if reply is CUT:
            return
        self.send_response(reply.status)
        for name, value in {"Content-Length": str(len(reply.body)), **reply.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body)

    def log_message(self, *_: Any) -> None: ...


@pytest.fixture
def stranger() -> Iterator[Stranger]:
    server = Stranger()
    yield server
    server.close()


def last_words(synapse: Homeserver) -> str:
    return [line for line in synapse.log.read_text().splitlines() if "repit_synapse" in line][-1]


def test_the_gate_is_asked_with_its_key_once_a_file_and_again_while_busy_and_passed_by_if_so_chosen(
    homeserver: Start, stranger: Stranger, tmp_path: Path
) -> None:
    key = tmp_path / "key"
    key.write_text("the-key-of-this-homeserver\n")
    synapse = homeserver(
        gate=f"{stranger.base}/",
        unanswered="allow",
        seconds=30,
        key_file=str(key),
        max_bytes=100_000,
        review="refuse",
    )
    assert not synapse.refuses(_small())
    assert len(synapse.files()) > 1, "no thumbnails were made"
    sent = "/v1/refuse?channel=synapse {} Bearer the-key-of-this-homeserver"
    assert stranger.asked == [sent.format("application/octet-stream")]
    stranger.answers = [Reply(503, b"", {"Retry-After": "0"}), Reply(503, b"busy"), ALLOW]
    assert not synapse.refuses(b"\0" * 100_001)
    assert stranger.asked[1:] == [sent.format("application/json")] * 3
    stranger.answers = [Reply(202, b'{"verdict": "review", "decision": "a name"}')]
    assert synapse.refuses(b"odd")
    assert "(refuse): decision not recorded, mxc://matrix.example/" in last_words(synapse)
    stranger.close()
    assert not synapse.refuses(b"nobody is there")
    assert "(ConnectionRefusedError): allow" in last_words(synapse)
    assert "the-key-of-this-homeserver" not in synapse.log.read_text()


def test_a_connection_that_the_gate_has_closed_is_no_reason_to_let_a_file_pass(
    homeserver: Start, stranger: Stranger
) -> None:
    """One that was kept may end just as it is used: the gate is asked once more, over another."""
    synapse = homeserver(gate=stranger.base, unanswered="allow", seconds=30)
    block = Reply(451, b'{"verdict": "block", "decision": "a-name"}')
    stranger.answers = [CUT, block]
    assert synapse.refuses(b"a banked file")
    assert last_words(synapse).endswith("a file is refused: decision a-name")
    stranger.answers = [CUT, CUT, block]
    assert not synapse.refuses(b"a banked file")
    assert "the gate gave no verdict" in last_words(synapse)
    assert len(stranger.asked) == 4


def test_a_picture_too_long_to_be_sent_is_refused_and_a_film_asked_about_by_its_digests(
    homeserver: Start, stranger: Stranger
) -> None:
    synapse = homeserver(gate=stranger.base, unanswered="allow", seconds=30, max_bytes=20_000)
    film, kind = b"\0\0\0\x18ftypmp42" + bytes(30_000), "application/octet-stream"
    assert not synapse.refuses(film, kind)
    for content in (
        original(None),
        b"\x89PNG\r\n\x1a\n" + bytes(30_000),
        b"\0\0\0\x1cftypavif" + bytes(30_000),
        b"RIFF\0\0\0\0WEBP" + bytes(30_000),
    ):
        assert synapse.refuses(content, kind)
        assert "a picture is longer than max_bytes" in last_words(synapse)
    assert len(synapse.files()) == 1
    assert {line.split()[1] for line in stranger.asked} == {"application/json"}


def _small() -> bytes:
    """A picture of which Synapse makes thumbnails."""
    held = io.BytesIO()
    Image.open(io.BytesIO(original(None))).resize((400, 300)).save(held, "JPEG")
    return held.getvalue()


STRANGERS = [
    (Reply(200, b"<html>Welcome</html>"), "not-a-gate"),
    (Reply(200, b'{"verdict": "block"}'), "not-a-gate"),
    (Reply(200, b"[" * 100_000), "not-a-gate"),
    (Reply(200, b"{}", {"Content-Length": "99999999"}), "not-a-gate"),
    (Reply(500), "status-500"),
    (Reply(401, b"{}"), "status-401"),
    (Reply(503, b"", {"Retry-After": "9" * 400}), "out-of-time"),
]


def test_without_a_verdict_a_file_is_refused_where_the_operator_chose_so(
    homeserver: Start, stranger: Stranger
) -> None:
    synapse = homeserver(gate=stranger.base, unanswered="refuse", seconds=4, thumbnails=True)
    for reply, code in STRANGERS:
        stranger.answers = [reply]
        assert synapse.refuses(b"a file")
        assert f"({code}): refuse" in last_words(synapse)
    assert synapse.files() == []
    stranger.answers, before = [ALLOW], len(stranger.asked)
    assert not synapse.refuses(_small())
    assert len(stranger.asked) - before > 1, "thumbnails were not asked about"
    kept, port = len(synapse.files()), int(stranger.base.rpartition(":")[2])
    stranger.close()
    assert synapse.refuses(b"nobody is there")
    with socket.create_server(("127.0.0.1", port)):
        assert synapse.refuses(b"it never answers")
    assert "(out-of-time): refuse" in last_words(synapse)
    assert "Traceback" not in synapse.log.read_text()
    assert len(synapse.files()) == kept


CONFIGS: list[tuple[Any, str]] = [
    ({}, "config.gate'"),
    ({"gate": "http://127.0.0.1:8700"}, "config.unanswered'"),
    ({"gate": "gate.example", "unanswered": "allow"}, "config.gate'"),
    ({"gate": "http://gate.example", "unanswered": "allow"}, "config.gate'"),
    ({"gate": "https://a:b@gate.example", "unanswered": "allow"}, "config.gate'"),
    ({"gate": "http://gate:99999", "unanswered": "allow"}, "config.gate'"),
    ({"gate": 7, "unanswered": "allow"}, "config.gate'"),
    ({"gate": "http://gate:8700", "unanswered": "closed"}, "config.unanswered'"),
    ({"gate": "http://gate:8700", "unanswered": ["allow"]}, "config.unanswered'"),
    ({"gate": "http://gate:8700", "unanswered": "allow", "unanswred": 1}, "config.unanswred'"),
    ({"gate": "http://gate:8700", "unanswered": "allow", "seconds": True}, "config.seconds'"),
    ({"gate": "http://gate:8700", "unanswered": "allow", "seconds": float("nan")}, "config.seconds'"),
    ({"gate": "http://gate:8700", "unanswered": "allow", "max_bytes": 1.5}, "config.max_bytes'"),
    ({"gate": "http://gate:8700", "unanswered": "allow", "thumbnails": "no"}, "config.thumbnails'"),
    ({"gate": "http://gate:8700", "unanswered": "allow", "key_file": "/nowhere"}, "config.key_file'"),
    ({"gate": "http://gate:8700", "unanswered": "allow", "key_file": "/dev/zero"}, "config.key_file'"),
    (["gate"], "modules.<item 0>.config'"),
    ({"gate": "https://gate.example/repit/", "unanswered": "allow"}, "fine"),
    ({"gate": "http://10.0.0.7:8700", "unanswered": "refuse", "review": "refuse"}, "fine"),
]
LOADER = """
import json, sys
from synapse.config._base import ConfigError
from synapse.config.homeserver import HomeServerConfig
from synapse.app.homeserver import format_config_error
from synapse.util.module_loader import load_module
for config in json.load(sys.stdin):
    try:
        load_module({"module": "repit_synapse.Gate", "config": config}, ("modules", "<item 0>"))
        print("fine")
    except ConfigError as error:
        print("".join(format_config_error(error)).replace(chr(10), " "))
"""


def test_a_mistake_in_the_configuration_is_told_at_its_place(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOADER],
        input=json.dumps([config for config, _ in CONFIGS]).encode(),
        env=bare_environment(),
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    for (config, place), complaint in zip(CONFIGS, done.stdout.decode().splitlines(), strict=True):
        assert place in complaint, config
