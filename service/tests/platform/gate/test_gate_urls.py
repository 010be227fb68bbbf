"""Pictures that are named by their address, fetched through the vetted way out."""

import hashlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest
from django.test import Client
from gate_pictures import entry, jpeg, pdq, sample

from repit.foundation.hashes import Hash
from repit.platform.gate.runtime import Gate

CAT, ROCKET = jpeg(sample()), jpeg(sample("rocket"))


class Site(BaseHTTPRequestHandler):
    files: ClassVar = {
        "/cat.jpg": CAT,
        "/rocket.jpg": ROCKET,
        "/large.jpg": b"\xff\xd8\xff" + bytes(300_000),
        "/huge.jpg": bytes(500_000),
    }

    def do_GET(self) -> None:
        if self.path.startswith("/to/"):
            self.send_response(302)
            self.send_header("Location", "/" + self.path[4:].replace("!", "/"))
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        if self.path == "/inside":
            self.send_response(302)
            self.send_header("Location", "http://127.0.0.1:1/secret")
            self.end_headers()
            return
        coding, _, name = self.path[1:].partition("/")
        body = self.files.get(f"/{name}" if name else self.path)
        self.send_response(200 if body else 404)
        if name:
            self.send_header("Content-Encoding", coding)
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def site(settings) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    settings.REPIT_GATE_URLS = True
    settings.REPIT_OUTBOUND_ALLOW = frozenset({f"127.0.0.1:{server.server_port}"})
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def asked(url: str, path: str = "/v1/check"):
    return Client().post(path, data=json.dumps({"url": url}), content_type="application/json")


def test_a_picture_at_an_address_is_judged_like_one_that_is_sent(gate: Gate, site: str) -> None:
    gate.index.apply(entry("cat", pdq(CAT)))
    for path in ("/cat.jpg", "/to/cat.jpg"):
        assert asked(site + path).json()["verdict"] == "block"
        assert asked(site + path, "/v1/refuse").status_code == 451
    answer = asked(site + "/rocket.jpg")
    assert answer.json()["verdict"] == "allow"
    assert "127.0.0.1" not in answer.content.decode()
    assert gate.admission.room.held == 0


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/gone.jpg", "not-there"),
        ("/inside", "address-refused"),
        ("/large.jpg", "too-many-bytes"),
        ("/huge.jpg", "answer-too-large"),
    ],
)
def test_what_cannot_be_fetched_is_not_decided(
    gate: Gate, site: str, settings, path: str, reason: str
) -> None:
    settings.REPIT_GATE_MAX_BYTES, settings.REPIT_GATE_MAX_FILE_BYTES = 200_000, 400_000
    verdict = asked(site + path).json()
    assert (verdict["verdict"], verdict["undecided"]) == ("review", reason)


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip,br", "x-own", "aws-chunked"])
def test_what_comes_in_a_coding_that_is_not_read_is_not_decided(gate: Gate, site: str, coding: str) -> None:
    """Not even where every file of a platform passes: a browser would unpack it and show a picture."""
    verdict = asked(f"{site}/{coding}/huge.jpg", "/v1/check?channel=mastodon").json()
    assert (verdict["verdict"], verdict["undecided"]) == ("review", "peer-failed")


def test_a_long_file_at_an_address_is_known_by_its_digest(gate: Gate, site: str, settings) -> None:
    settings.REPIT_GATE_MAX_BYTES = 200_000
    digest = hashlib.sha256(Site.files["/large.jpg"]).digest()
    gate.index.apply(entry("film", Hash("sha256", "whole", digest)))
    verdict = asked(site + "/large.jpg").json()
    assert (verdict["verdict"], verdict["evidence"][0]["tier"]) == ("block", "exact")
    assert gate.admission.room.held == 0


def test_addresses_inside_are_not_reached_unless_the_operator_lists_them(
    gate: Gate, site: str, settings
) -> None:
    settings.REPIT_OUTBOUND_ALLOW = frozenset()
    assert asked(site + "/cat.jpg").json()["undecided"] == "address-refused"
    assert asked("http://localhost/").json()["undecided"] == "address-refused"


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://a/b", "//a/b", "http://", "http://a:b@c/", "http://["]
)
def test_only_web_addresses_without_passwords_are_taken(gate: Gate, site: str, url: str) -> None:
    assert asked(url).status_code == 400


def test_without_the_setting_no_address_is_fetched(gate: Gate, site: str, settings) -> None:
    settings.REPIT_GATE_URLS = False
    answer = asked(site + "/cat.jpg")
    assert answer.status_code == 403
    assert answer.json()["code"] == "urls-refused"
