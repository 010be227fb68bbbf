"""The only way to the network leads to vetted addresses only."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest

from repit.foundation.addresses import is_public
from repit.foundation.errors import AddressRefused, AnswerTooLarge, PeerFailed
from repit.foundation.outbound import Outbound
from repit.foundation.vetted import resolve

PRIVATE = [
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",  # noqa: S104
    "224.0.0.1",
    "192.88.99.1",
    "198.18.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "::ffff:127.0.0.1",
    "::127.0.0.1",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fec0::1",
    "ff02::1",
    "64:ff9b::a00:1",
    "2002:a00:1::",
    "2001::1",
    "2001:db8::1",
    "3fff::1",
    "localhost",
    "127.1",
    "",
]
PUBLIC = ["1.1.1.1", "93.184.215.14", "2606:4700::1111", "2a00:1450:4007::200e"]


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_outside_the_public_internet_is_none_of_ours(address: str):
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is(address: str):
    assert is_public(address)


class Peer(BaseHTTPRequestHandler):
    asked: ClassVar[list[str]] = []
    target = ""

    def do_GET(self) -> None:
        self.asked.append(self.path)
        if self.path == "/away":
            self.send_response(302)
            self.send_header("Location", self.target)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        body = b"x" * 5000 if self.path == "/large" else b"line one\nline two"
        self.send_response(200)
        if self.path == "/bomb":
            body = gzip.compress(bytes(8_000_000))
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body) + (10 if self.path == "/short" else 0)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None: ...


@pytest.fixture
def peer() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Peer)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    Peer.asked.clear()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_listed_peer_is_reached_on_loopback(peer: str):
    with Outbound(f"http://{peer}", allow=[peer]) as client:
        assert client.get("/").body == b"line one\nline two"
        with client.lines("/", seconds=10, max_bytes=100) as (status, lines):
            assert (status, list(lines)) == (200, ["line one", "line two"])


def test_a_signed_request_goes_out_with_the_very_path_that_was_signed(peer: str):
    path = "/a/../b/./c%20d%2F+e?x=%2e"
    with Outbound("", allow=[peer]) as client:
        answer = client.opened("GET", f"http://{peer}{path}", {"X-Signed": "1"}, None, seconds=10)
        assert (answer.status, b"".join(answer.pieces())) == (200, b"line one\nline two")
        answer.close()
    assert Peer.asked == [path]
    with Outbound("", allow=[]) as client, pytest.raises(AddressRefused):
        client.opened("GET", f"http://{peer}/", {}, None, seconds=10)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "0x7f000001", "2130706433"])
def test_an_unlisted_one_is_not_however_it_is_written(peer: str, host: str):
    port = peer.split(":")[1]
    with Outbound(f"http://{host}:{port}", allow=[]) as client, pytest.raises((AddressRefused, PeerFailed)):
        client.get("/")
    assert Peer.asked == []


def test_every_answer_of_the_resolver_must_be_public():
    answers = {
        "good.example": ["1.1.1.1", "10.0.0.1"],
        "bad.example": ["::ffff:10.0.0.1"],
        "none.example": [],
    }
    for name in answers:
        client = Outbound(f"http://{name}", allow=[], look_up=lambda host, port: answers[host])
        with client, pytest.raises(AddressRefused):
            client.get("/")


def test_the_connection_goes_to_the_address_that_was_vetted_and_the_name_is_asked_once(peer: str):
    asked: list[str] = []

    def look_up(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    port = peer.split(":")[1]
    with Outbound(
        f"http://rebinding.example:{port}", allow=[f"rebinding.example:{port}"], look_up=look_up
    ) as client:
        assert client.get("/").status == 200
    assert asked == ["rebinding.example"]


def test_a_redirect_to_an_unlisted_address_is_refused(peer: str):
    for target in ("http://169.254.169.254/", "http://localhost:1/", "http://[::1]/"):
        Peer.target = target
        with (
            Outbound(f"http://{peer}", allow=[peer], redirects=True) as client,
            pytest.raises(AddressRefused),
        ):
            client.get("/away")


def test_redirects_are_not_followed_unless_asked_and_end_somewhere(peer: str):
    Peer.target = "/away"
    with Outbound(f"http://{peer}", allow=[peer]) as client:
        assert client.get("/away").status == 302
    with Outbound(f"http://{peer}", allow=[peer], redirects=True) as client, pytest.raises(PeerFailed):
        client.get("/away")


@pytest.mark.parametrize("path", ["/large", "/bomb"])
def test_an_answer_larger_than_allowed_is_not_taken(peer: str, path: str):
    with Outbound(f"http://{peer}", allow=[peer]) as client, pytest.raises(AnswerTooLarge):
        client.get(path, max_bytes=4999)


def test_an_answer_that_breaks_off_is_a_failure(peer: str):
    with Outbound(f"http://{peer}", allow=[peer]) as client, pytest.raises(PeerFailed):
        client.get("/short", seconds=2)


def test_a_port_that_is_not_the_webs_must_be_listed():
    client = Outbound("http://good.example:8080", allow=[], look_up=lambda *_: ["1.1.1.1"])
    with client, pytest.raises(AddressRefused):
        client.get("/")


def test_nobody_there_is_a_failure_with_a_name(peer: str):
    with Outbound("http://127.0.0.1:1", allow=["127.0.0.1:1"]) as client, pytest.raises(PeerFailed):
        client.get("/")
    with pytest.raises(PeerFailed):
        resolve("a name with blanks", 80)


def test_the_surroundings_proxy_is_not_used(peer: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    with Outbound(f"http://{peer}", allow=[peer]) as client:
        assert client.get("/").status == 200
