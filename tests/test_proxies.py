"""nginx and Caddy as the operators' guide configures them, in front of a hotline and a gate."""

from __future__ import annotations

import http.server
import json
import os
import shutil
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from installation import Banked, Gate, Hotline, eventually, random_hash, request
from proxies import GATE, HOTLINE, KINDS, Proxy, documented, proxy, shipped
from repit.demo.ports import free_port

ATTACKER, VISITOR = "127.0.0.2", "127.0.0.3"
MANY = 100
POST = b"POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Hotline, Gate, Banked]]:
    """A hotline and a gate that know that a proxy stands in front of them."""
    folder = tmp_path_factory.mktemp("behind")
    behind = {"REPIT_HTTPS": "yes", "REPIT_ALLOWED_HOSTS": f"127.0.0.1,{HOTLINE},{GATE}"}
    hotline = Hotline(folder / "hotline", **behind)
    hotline.start()
    try:
        hotline.ready()
        gate = Gate(folder / "gate", hotline, hotline.subscribe("platform"))
        gate.env |= {**behind, "REPIT_GATE_MAX_BYTES": "2000000"}
        gate.start()
        try:
            gate.ready()
            yield hotline, gate, Banked(gate, hotline)
        finally:
            gate.kill()
    finally:
        hotline.kill()


@pytest.fixture(scope="module", params=KINDS)
def front(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    installed: tuple[Hotline, Gate, Banked],
) -> Iterator[Proxy]:
    hotline, gate, _ = installed
    folder = tmp_path_factory.mktemp(request.param) / "proxy"
    with proxy(request.param, folder, hotline.port, gate.port) as running:
        # Where nothing can be written to the disk, nothing is.
        for name in ("body", "proxy"):
            shutil.rmtree(folder / name, ignore_errors=True)
        yield running


def silent(connection: ssl.SSLSocket) -> bool:
    """Whether nothing was answered yet."""
    connection.setblocking(False)
    try:
        connection.recv(1)
    except (ssl.SSLWantReadError, BlockingIOError):
        return True
    except OSError:
        return False
    finally:
        connection.settimeout(60)
    return False


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_guides_show_the_files_that_are_shipped(kind: str, language: str) -> None:
    assert documented(kind, language) == shipped(kind)


def test_pages_come_over_tls_and_know_it(front: Proxy) -> None:
    status, headers, body = front.ask(HOTLINE, "GET", "/en/", source=VISITOR)
    assert status == 200
    assert "max-age=" in headers["strict-transport-security"]
    assert b"</html>" in body
    assert front.ask(HOTLINE, "GET", "/health")[0] == 200
    assert front.ask(GATE, "GET", "/ready")[0] == 200


def test_unfinished_bodies_stop_no_page(front: Proxy) -> None:
    hanging = []
    for host, path in ((HOTLINE, b"/api/v1/cases"), (GATE, b"/v1/check")):
        for _ in range(MANY // 2):
            connection = front.connect(host, ATTACKER)
            connection.sendall(POST % (path, host.encode(), 100_000) + b"{")
            hanging.append(connection)
    for _ in range(10):
        assert front.ask(HOTLINE, "GET", "/en/", source=VISITOR)[0] == 200
        assert front.ask(HOTLINE, "GET", "/health", source=VISITOR)[0] == 200
        assert front.ask(GATE, "GET", "/ready", source=VISITOR)[0] == 200
    assert sum(map(silent, hanging)) == len(hanging)


def test_a_hundred_long_polls_of_one_key_stop_no_page_and_hear_of_a_change(
    front: Proxy, installed: tuple[Hotline, Gate, Banked]
) -> None:
    hotline, _, _ = installed
    key = hotline.subscribe(f"many-{front.kind}")
    head = request(f"{hotline.base}/ready")[1]["sequence"]
    asked = f"GET /exchange/repit/v1/changes?after={head}&wait=25 HTTP/1.1\r\nHost: {HOTLINE}\r\n"
    polls = []
    for _ in range(MANY):
        connection = front.connect(HOTLINE, ATTACKER)
        connection.sendall(f"{asked}Authorization: Bearer {key}\r\nConnection: close\r\n\r\n".encode())
        polls.append(connection)
    for _ in range(10):
        assert front.ask(HOTLINE, "GET", "/en/", source=VISITOR)[0] == 200
    hotline.open_case(random_hash())
    for connection in polls:
        heard = b""
        while part := connection.recv(65_536):
            heard += part
        assert heard.startswith(b"HTTP/1.1 200")
        assert f'"head":{head + 1}'.encode() in heard


def test_uploads_are_judged_large_ones_too_and_nothing_is_written_to_a_disk(
    front: Proxy, installed: tuple[Hotline, Gate, Banked]
) -> None:
    _, _, banked = installed
    as_bytes = {"Content-Type": "application/octet-stream"}
    status, _, body = front.ask(GATE, "POST", "/v1/check", banked.picture, headers=as_bytes)
    assert (status, json.loads(body)["verdict"]) == (200, "block")
    large = os.urandom(24_000_000)  # twelve times what the gate keeps: only its digests are compared
    status, _, body = front.ask(GATE, "POST", "/v1/check", large, headers=as_bytes)
    assert (status, json.loads(body)["rule"]) == (200, "not-a-picture")
    status, _, body = front.ask(HOTLINE, "POST", "/api/v1/cases", b" " * 5_000_000, headers=as_bytes)
    assert status in (400, 415, 422)
    for size in (9_000_000, 15_000_000):
        assert front.ask(HOTLINE, "POST", "/api/v1/cases", bytes(size), headers=as_bytes)[0] == 413


# --- what is passed on ------------------------------------------------------------------------------------


class _Echo(http.server.BaseHTTPRequestHandler):
    """Tells what it was told."""

    def do_GET(self) -> None:
        body = json.dumps([[name.lower(), value] for name, value in self.headers.items()]).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


@contextmanager
def echo() -> Iterator[int]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Echo)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


@pytest.mark.parametrize("kind", KINDS)
def test_the_visitors_address_is_passed_on_and_cannot_be_made_up(kind: str, tmp_path: Path) -> None:
    with echo() as port, proxy(kind, tmp_path / "proxy", port, port) as running:
        for host in (HOTLINE, GATE):
            made_up = {"X-Forwarded-For": "198.51.100.1", "X-Forwarded-Proto": "http", "X-Real-IP": "1.1.1.1"}
            _, _, body = running.ask(host, "GET", "/", source=VISITOR, headers=made_up)
            headers: list[list[Any]] = json.loads(body)
            forwarded = ",".join(value for name, value in headers if name == "x-forwarded-for")
            assert forwarded.split(",")[-1].strip() == VISITOR
            assert [value for name, value in headers if name == "x-forwarded-proto"] == ["https"]
            assert [value for name, value in headers if name == "host"] == [host]


@pytest.mark.parametrize("kind", KINDS)
def test_no_visitors_address_is_written_down_even_where_nobody_answers(kind: str, tmp_path: Path) -> None:
    nobody = free_port()
    with proxy(kind, tmp_path / "proxy", nobody, nobody) as running:
        for host in (HOTLINE, GATE):
            assert running.ask(host, "GET", "/en/?secret=word", source=VISITOR)[0] == 502
        half = running.connect(HOTLINE, VISITOR)
        half.sendall(b"GET /en/ HTTP/1.1\r\nHost: a\r\n\r\n")
        half.close()
        junk = running.connect(HOTLINE, VISITOR)
        junk.sendall(b"\x00\x01 nonsense\r\n\r\n")
        assert eventually(lambda: not silent(junk))
    written = running.written()
    assert VISITOR.encode() not in written
    assert b"secret" not in written
