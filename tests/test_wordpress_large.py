"""Pictures and videos larger than what WordPress sends from memory: whoever sends one chose its size, so it
is checked all the same, or it waits; it never passes for being large, nor for taking long.

Real: as in `test_wordpress`. Stand-ins: gates that stall, and one that is away.
"""

import hashlib
import http.server
import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from installation import GateWithChannels
from repit.demo.pictures import original, uploads
from repit.demo.ports import free_port
from wordpress_site import HELD, NUMBER, Browser, Site, fetched, protecting

LIMIT = 65536
CAT = original(None)
SENT = {upload.name.en: upload.data for upload in uploads(CAT, ours=True)}
COFFEE = SENT["Unrelated: a coffee"]
NO_CURL = (
    "disable_functions=curl_init",
    "opcache.enable_cli=0",
)  # compiled code remembers which functions exist
TROUBLE = "answer(get_option('repit_gate_trouble'));"


def large(picture: bytes) -> bytes:
    """The same picture, with something behind it that no viewer shows."""
    return picture + b"\0" * (LIMIT + 100_000 - len(picture)) + secrets.token_bytes(8)


def sideloaded(
    site: Site, content: bytes, *, options: tuple[str, ...] = (), before: str = ""
) -> tuple[bool, str]:
    """As an importer does it, in a PHP of its own."""
    path = site.folder / f"{secrets.token_hex(4)}.jpg"
    path.write_bytes(content)
    path.chmod(0o644)
    refusal = site.php(
        f"""
        $path = wp_tempnam('a.jpg');
        copy('{path}', $path);
        $file = array('name' => 'a.jpg', 'tmp_name' => $path, 'size' => filesize($path), 'error' => 0);
        {before}
        $result = media_handle_sideload($file);
        answer(is_wp_error($result) ? $result->get_error_message() : '');
        """,
        options=options,
    )
    path.unlink()
    return refusal == "", refusal


def ask_again(site: Site) -> None:
    site.php("do_action('repit_gate_reviews');")


@pytest.fixture
def strict(guarded: Site, gate_with_channels: GateWithChannels) -> Site:
    """Little is sent from memory; otherwise as a site is that nobody configured."""
    guarded.set(url=gate_with_channels.base, seconds=25, bytes=LIMIT)
    return guarded


def test_a_large_picture_is_sent_as_it_is_read_and_refused_or_accepted_by_what_it_shows(
    strict: Site, ada: Browser, gate_with_channels: GateWithChannels
) -> None:
    ways = {
        "media library": ada.form,
        "REST, form": ada.rest_form,
        "REST, raw": ada.rest_raw,
        "sideload": lambda content: sideloaded(strict, content),
        "sideload without curl": lambda content: sideloaded(strict, content, options=NO_CURL),
    }
    with protecting(gate_with_channels):
        for way, send in ways.items():
            for name in ("The original file", "Mirrored"):
                taken, message = send(large(SENT[name]))
                assert not taken and NUMBER.search(message), (way, name, message)
            taken, message = send(large(COFFEE))
            assert taken, (way, message)
    assert strict.php(HELD) == []
    assert strict.php(TROUBLE) is False


def test_the_very_file_is_met_by_its_digests_before_it_travels(
    strict: Site, ada: Browser, gate_with_channels: GateWithChannels
) -> None:
    file = large(COFFEE)
    digest = {"algorithm": "sha256", "role": "whole", "value": hashlib.sha256(file).hexdigest()}
    item = {"media": "file", "kind": "intimate", "hashes": [digest]}
    with protecting(gate_with_channels, file, item):
        taken, message = ada.form(file)
        assert not taken and NUMBER.search(message), message


def test_a_large_picture_that_nobody_can_look_at_waits_for_a_gate_and_is_then_decided(
    strict: Site, ada: Browser, bo: Browser, gate_with_channels: GateWithChannels
) -> None:
    """The gate is away, and the administrator accepts what cannot be checked then."""
    strict.set(url=f"http://127.0.0.1:{free_port()}", seconds=2, bytes=LIMIT, unreachable="open")
    for browser, content in ((bo, large(CAT)), (ada, large(COFFEE))):
        assert browser.form(content)[0]
    held = strict.php(HELD)
    assert {entry["state"] for entry in held.values()} == {"unseen"}
    assert {entry["status"] for entry in held.values()} == {"private"}
    assert all(fetched(ada, entry) is None for entry in held.values())
    page = Browser(strict, "admin").http.get("/wp-admin/index.php").text
    assert "Uploads that wait to be checked: 2." in page
    ask_again(strict)
    assert len(strict.php(HELD)) == 2, "the gate is still away"
    assert all(fetched(ada, entry) is None for entry in held.values())
    strict.set(url=gate_with_channels.base, seconds=25, bytes=LIMIT)
    with protecting(gate_with_channels):
        ask_again(strict)
    assert strict.php(HELD) == []
    stand = {fetched(ada, entry) is None for entry in held.values()}
    assert stand == {True, False}, "one is refused, one is there"
    gone, stands = sorted(held.values(), key=lambda entry: fetched(ada, entry) is not None)
    assert strict.php(f"answer(array(get_post({gone['attachment']}), file_exists('{gone['path']}')));") == [
        None,
        False,
    ]
    assert strict.php(f"answer(get_post({stands['attachment']})->post_status);") == "inherit"
    mail = strict.mails.read_text()
    assert "To: bo@site.example" in mail and "n’a pas été accepté" in mail


def test_what_a_person_has_to_decide_of_a_large_picture_goes_to_the_desk(
    strict: Site, ada: Browser, gate_with_channels: GateWithChannels
) -> None:
    damaged = large(CAT[: CAT.index(b"\xff\xda")])
    strict.set(url=f"http://127.0.0.1:{free_port()}", seconds=2, bytes=LIMIT)
    assert ada.form(damaged)[0]
    strict.set(url=gate_with_channels.base, seconds=25, bytes=LIMIT)
    ask_again(strict)
    ((name, entry),) = strict.php(HELD).items()
    assert not name.startswith("unseen-") and entry["state"] == "waiting"
    assert fetched(ada, entry) is None


def test_a_closed_site_refuses_what_nobody_can_look_at(strict: Site, ada: Browser) -> None:
    strict.set(url=f"http://127.0.0.1:{free_port()}", seconds=2, bytes=LIMIT, unreachable="closed")
    taken, message = ada.form(large(COFFEE))
    assert not taken and "cannot be checked at the moment" in message
    assert strict.php(HELD) == []


def test_a_picture_for_which_there_is_no_memory_waits_or_is_refused_with_words(
    strict: Site, gate_with_channels: GateWithChannels
) -> None:
    huge = COFFEE + b"\0" * (70 * 1024**2)
    strict.set(url=gate_with_channels.base, seconds=25, bytes=LIMIT, unreachable="closed")
    taken, message = sideloaded(strict, huge, options=NO_CURL)
    assert not taken and "too large to be checked" in message
    strict.set(url=gate_with_channels.base, seconds=25, bytes=LIMIT)
    assert sideloaded(strict, huge, options=NO_CURL)[0]
    ((_, entry),) = strict.php(HELD).items()
    assert entry["state"] == "unseen"
    Path(entry["path"]).unlink()
    ask_again(strict)
    assert strict.php(HELD) == [], "what is gone waits for nothing"


def test_an_answer_to_less_than_the_whole_picture_is_none(strict: Site) -> None:
    """Another plug-in answers in the gate's place, or WordPress sends the body by other means: empty."""
    answered = (
        "add_filter('pre_http_request', function ($result, $asked) {"
        " return false === strpos($asked['headers']['Content-Type'], 'octet') ? $result : array("
        "'headers' => array(), 'response' => array('code' => 200), 'body' => '{\"verdict\": \"allow\"}');"
        " }, 10, 2);"
    )
    assert sideloaded(strict, large(CAT), before=answered)[0]
    ((_, entry),) = strict.php(HELD).items()
    assert entry["state"] == "unseen"


# --- a gate that answers, but not to this -----------------------------------------------------------------


class _Stalling(http.server.BaseHTTPRequestHandler):
    """Knows no digest, and never comes to an end with a picture."""

    ended: threading.Event

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if "json" not in self.headers["Content-Type"]:
            self.ended.wait(30)
            return
        body = json.dumps({"verdict": "allow"}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


@contextmanager
def stalling() -> Iterator[str]:
    ended = threading.Event()
    kind: Any = type("Stalling", (_Stalling,), {"ended": ended})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), kind)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        ended.set()
        server.shutdown()
        server.server_close()
        thread.join(10)


def test_a_picture_that_takes_too_long_is_not_taken_for_a_gate_that_is_away(
    guarded: Site, ada: Browser
) -> None:
    """Of any size: who can make the gate slow, or has a slow line to it, would choose when to pass."""
    with stalling() as url:
        guarded.set(url=url, seconds=1, unreachable="open")
        assert ada.form(CAT)[0]
        assert ada.xml_rpc(CAT)[0]
        assert {entry["state"] for entry in guarded.php(HELD).values()} == {"unseen"}
        assert all(fetched(ada, entry) is None for entry in guarded.php(HELD).values())
        assert ada.form(b"%PDF-1.4 a letter", "a.pdf")[0]
        assert len(guarded.php(HELD)) == 2


def test_a_video_of_any_size_that_takes_too_long_was_not_seen_as_a_picture_was_not(guarded: Site) -> None:
    film = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom\0\0\0\x08free"
    with stalling() as url:
        guarded.set(url=url, seconds=1, bytes=LIMIT, unreachable="open")
        for content in (film, large(film)):
            path = guarded.folder / "film"
            path.write_bytes(content)
            path.chmod(0o644)
            asked = f"answer(Repit\\Gate\\ask_about_file('{path}', 'film')->outcome);"
            assert guarded.php(asked) == "unseen"
        bits = f"array('name' => 'a.mp4', 'bits' => file_get_contents('{path}'))"
        asked = f"Repit\\Gate\\check_bits({bits}); answer(Repit\\Gate\\Asked::$last->outcome);"
        assert guarded.php(asked) == "unseen"


def test_a_site_may_hold_everything_until_it_can_be_checked(
    guarded: Site, ada: Browser, gate_with_channels: GateWithChannels
) -> None:
    guarded.set(url=f"http://127.0.0.1:{free_port()}", seconds=2, unreachable="hold")
    for send in (ada.form, ada.rest_raw, ada.xml_rpc):
        assert send(COFFEE)[0]
    held = guarded.php(HELD)
    assert [entry["state"] for entry in held.values()] == ["unseen"] * 3
    page = Browser(guarded, "admin").http.get("/wp-admin/index.php").text
    assert "They are on hold until they can be checked." in page
    guarded.set(url=gate_with_channels.base, seconds=25, unreachable="hold")
    ask_again(guarded)
    assert guarded.php(HELD) == []
    assert all(fetched(ada, entry) == COFFEE for entry in held.values())


@pytest.mark.parametrize(
    ("name", "content", "shown"),
    [
        ("a.jpg", b"anything", True),
        ("a.bin", CAT[:3000], True),
        ("a.mp4", b"\0\0\0\x1cftypavif\0\0\0\0avifmif1", True),
        ("a.mp4", b"\0\0\0\x1cftypisom\0\0\0\0heicmif1", True),
        ("a.mp4", b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom", True),
        ("a.webm", b"anything", True),
        ("a.bin", b"\x1aE\xdf\xa3\x9fB\x86", True),
        ("a.bin", b"\0\0\0\x08wide\0\0\0\0mdat", True),
        ("a.bin", (b"\x47" + bytes(187)) * 2, True),
        ("a.bin", b"RIFF\x10\0\0\0AVI LIST", True),
        ("a.pdf", b"%PDF-1.7", False),
        ("a.txt", b"<?xml version='1.0'?>\n<svg xmlns='x'>", True),
        ("a.bin", b"RIFF\x10\0\0\0WEBPVP8 ", True),
        ("a.wav", b"RIFF\x10\0\0\0WAVEfmt ", False),
        ("a.zip", b"PK\x03\x04", False),
    ],
)
def test_a_file_is_a_picture_or_a_video_if_any_browser_would_show_one(
    guarded: Site, name: str, content: bytes, shown: bool
) -> None:
    path = guarded.folder / name
    path.write_bytes(content)
    path.chmod(0o644)
    assert guarded.php(f"answer(Repit\\Gate\\is_shown('{path}', '{name}'));") is shown
