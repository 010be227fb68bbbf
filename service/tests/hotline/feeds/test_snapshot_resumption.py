"""A snapshot that is cut is gone on with from its last mark, and compressed answers read the same."""

from __future__ import annotations

import gzip
import secrets
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
import zstandard
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from repit.exchanges.repit import client as client_module
from repit.exchanges.repit import snapshot_wire
from repit.exchanges.repit.client import FeedClient
from repit.exchanges.repit.snapshot_wire import Progress, SnapshotHead, encode_snapshot
from repit.exchanges.repit.wire import Entry
from repit.foundation.errors import NotFound, OutboundRefused, SnapshotCut, WireRefused
from repit.foundation.hashes import Hash
from repit.hotline.bank import feed, items
from repit.hotline.bank.types import Submission
from repit.hotline.feeds import subscribers
from repit.hotline.web.feeds_api import compression

BASE = "/exchange/repit/v1/"
AT = datetime(2026, 1, 1, tzinfo=UTC)
BLOCK = 3
HELD = [
    Entry(f"item-{n:02}", "active", "file", "intimate", "o", 1, (Hash("md5", "whole", bytes([n]) * 16),))
    for n in range(20)
]


class Cutting(ThreadingHTTPServer):
    """Serves the snapshot and closes the connection where the test says."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.cuts: list[int] = []
        super().__init__(("127.0.0.1", 0), Handler)


class Handler(BaseHTTPRequestHandler):
    server: Cutting

    def do_GET(self) -> None:
        after = parse_qs(urlsplit(self.path).query).get("after", [""])[0]
        self.server.asked.append(after)
        rest = [entry for entry in HELD if entry.item > after]
        body = b"".join(encode_snapshot(SnapshotHead(7 + len(self.server.asked), "feed", AT), rest, BLOCK))
        cut = self.server.cuts.pop(0) if self.server.cuts else len(body)
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[:cut])

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def hotline(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cutting]:
    monkeypatch.setattr(client_module, "_FIRST_PAUSE", 0.01)
    with Cutting() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def follower(hotline: Cutting) -> FeedClient:
    port = hotline.server_port
    return FeedClient(f"http://127.0.0.1:{port}", "key", allow=[f"127.0.0.1:{port}"])


def test_a_snapshot_cut_again_and_again_comes_whole_with_each_entry_once(hotline: Cutting):
    hotline.cuts = [1500, 1500, 1500, 1500]
    with follower(hotline) as client:
        sequence, entries = client.snapshot()
        assert list(entries) == HELD
    assert sequence == 8  # of the first connection: later changes are in the changes after it
    assert len(hotline.asked) >= 4 and hotline.asked[0] == ""
    marks = [after for after in hotline.asked if after]
    assert marks == sorted(marks) and all(int(after[-2:]) % BLOCK == BLOCK - 1 for after in marks)


def test_a_snapshot_that_comes_no_further_is_given_up_and_nothing_unchecked_was_given_out(hotline: Cutting):
    hotline.cuts = [1500, *[400] * 20]
    taken = []
    with follower(hotline) as client:
        _, entries = client.snapshot()
        with pytest.raises((OutboundRefused, SnapshotCut)):
            for entry in entries:
                taken.append(entry)
    assert taken == HELD[: len(taken)] and len(taken) % BLOCK == 0
    assert len(hotline.asked) == 1 + client_module.RESUMES


@given(st.integers(0, 20), st.integers(1, 9), st.data())
def test_marked_lines_give_out_only_what_a_mark_has_checked(count: int, block: int, data: st.DataObject):
    lines = list(encode_snapshot(SnapshotHead(1, "feed", AT), HELD[:count], block))
    flawed = data.draw(st.integers(1, len(lines) - 1))
    altered = [*lines]
    altered[flawed] = altered[flawed].replace(b'"item-', b'"itex-').replace(b'"count":', b'"count":1')
    progress, got = Progress(), []
    _, entries = snapshot_wire.decode_snapshot([line.decode().rstrip("\n") for line in altered], [], progress)
    with pytest.raises(WireRefused):
        for entry in entries():
            got.append(entry)
    assert got == HELD[: len(got)] and len(got) % block == 0
    assert progress.mark == (got[-1].item if got else "")


def submit() -> str:
    hash_ = Hash("pdq", "whole", secrets.token_bytes(32), 90)
    return items.submit(Submission("picture", "intimate", (hash_,)), actor="test", publish=True).item


@pytest.mark.django_db
def test_the_bank_goes_on_behind_any_item_even_one_that_was_withdrawn_meanwhile():
    names = [submit() for _ in range(5)]
    whole = [item.item for item in feed.everything()]
    assert set(whole) == set(names)
    for place, name in enumerate(whole):
        assert [item.item for item in feed.everything(name)] == whole[place + 1 :]
    items.withdraw(whole[2], actor="test", reason="")
    items.erase(whole[2], actor="test")
    assert [item.item for item in feed.everything(whole[2])] == whole[3:]
    with pytest.raises(NotFound):
        feed.everything("nobody")


UNPACK: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.decompress,
    "zstd": lambda raw: zstandard.ZstdDecompressor().stream_reader(raw).read(),
    "": bytes,
}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("", ""),
        ("gzip, deflate, zstd", "zstd"),
        ("gzip", "gzip"),
        ("zstd;q=0, gzip;q=0.5", "gzip"),
        ("zstd;q=0.1, gzip", "gzip"),
        ("*", "zstd"),
        ("*;q=0", ""),
        ("identity", ""),
        ("zstd;q=nonsense", ""),
    ],
)
def test_snapshot_and_changes_come_as_the_client_can_read_them(client: Client, accepted: str, coding: str):
    for _ in range(8):
        submit()
    headers = {"Authorization": f"Bearer {subscribers.add('forum')}"}
    for path in ("snapshot?marks=yes", "changes"):
        plain = client.get(BASE + path, headers=headers)
        packed = client.get(BASE + path, headers={**headers, "Accept-Encoding": accepted})
        raw, read = (
            b"".join(answer.streaming_content) if answer.streaming else answer.content
            for answer in (plain, packed)
        )
        assert packed.headers.get("Content-Encoding", "") == coding
        assert packed["Vary"].startswith("Accept-Encoding") or "Accept-Encoding" in packed["Vary"]
        unpacked = UNPACK[coding](read)
        assert unpacked.count(b'"item":') == raw.count(b'"item":') == 8
        assert coding == "" or len(read) < len(unpacked)


@given(st.text(max_size=40))
def test_any_accept_encoding_is_answered(header: str):
    assert compression.coding(header) in (None, "zstd", "gzip")


def test_our_own_client_asks_for_a_compressed_answer(hotline: Cutting):
    seen: list[str] = []
    original = Handler.do_GET

    def noting(handler: Handler) -> None:
        seen.append(handler.headers["Accept-Encoding"])
        original(handler)

    Handler.do_GET = noting  # type: ignore[method-assign]
    try:
        with follower(hotline) as client:
            assert len(list(client.snapshot()[1])) == 20
    finally:
        Handler.do_GET = original  # type: ignore[method-assign]
    assert compression.coding(seen[0]) is not None
