"""A partner that never comes to an end: a line, a page, a reading; neither memory nor time is without end."""

from __future__ import annotations

import itertools
import json
import socket
import tracemalloc
from collections.abc import Callable

import pytest
from odd_peer import HEAD, Odd, Script, odd_peer, request_of
from transcript_hashes import moved, pdq

from repit.exchanges import partners, pulling
from repit.exchanges.ncmec.records_wire import decode_entries
from repit.exchanges.pulling import Outcome
from repit.exchanges.records import Batch, Pulled
from repit.exchanges.repit.client import FeedClient
from repit.exchanges.repit.snapshot_wire import MOST_BLOCK, MOST_REJECTED, decode_snapshot
from repit.exchanges.repit.wire import RejectedEntry, decode_page
from repit.exchanges.stopncii.records_wire import decode_fetched
from repit.exchanges.threatexchange.records_wire import decode_updates
from repit.foundation.errors import AnswerTooLarge, WireRefused

Pull = Callable[[str], Outcome]
MEBIBYTE = 1024**2
CREDENTIALS = {
    "stopncii": {"subscription_key": "s", "fetch_key": "f"},
    "ncmec": {"user": "u", "password": "p"},
    "threatexchange": {"token": "t", "group": "1"},
    "repit": {"key": "k"},
    "file": {},
}
SNAPSHOT_HEAD = {"version": 1, "feed_id": "f", "sequence": 5, "generated_at": "2026-01-01T00:00:00+00:00"}


def most_memory(run: Callable[[], object]) -> int:
    tracemalloc.start()
    try:
        run()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def without_end(odd: Odd, connection: socket.socket) -> None:
    """The right status, and then one line that goes on for ever."""
    request = request_of(odd, connection)
    if b"/v2/status" in request:
        connection.sendall(HEAD + b"Content-Length: 2\r\nConnection: close\r\n\r\nok")
        return
    connection.sendall(HEAD + b"\r\n" + b'{"hashRecords":[{"a":"')
    while True:
        connection.sendall(b"x" * 65_536)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["stopncii", "threatexchange", "ncmec", "repit"])
def test_a_page_or_a_line_without_an_end_is_not_kept(kind: str, pulled: Pull) -> None:
    partners.add(kind, "odd", CREDENTIALS[kind], address="http://127.0.0.1:1")
    with odd_peer(without_end) as odd:
        moved("odd", odd.base)
        outcomes: list[Outcome] = []
        assert most_memory(lambda: outcomes.append(pulled("odd"))) < 64 * MEBIBYTE
    (outcome,) = outcomes
    assert outcome.error is not None
    assert outcome.error.code == "answer-too-large"


# --- many small things ------------------------------------------------------------------------------------

EMPTY_LISTS = b'{"version":1,"data":[%s],"hashRecords":[],"changes":[]}' % b",".join([b"[]"] * 2_000_000)
VALUES = b'{"version":1,"data":[],"x":[%s]}' % b",".join([b"1"] * 3_000_000)
ELEMENTS = b'<queryResult xmlns="n"><images>%s</images></queryResult>' % (b"<a/>" * 2_000_000)
ATTRIBUTES = b'<queryResult xmlns="n" %s/>' % b" ".join(b'a%d=""' % position for position in range(300_000))
READERS = {
    "stopncii": decode_fetched,
    "threatexchange": lambda raw: decode_updates(raw, "/1/threat_updates/"),
    "repit": decode_page,
    "ncmec": decode_entries,
}


@pytest.mark.parametrize("kind", list(READERS))
@pytest.mark.parametrize("many", [0, 1])
def test_a_page_of_millions_of_nothings_is_refused_before_it_is_read(kind: str, many: int) -> None:
    page = (ELEMENTS, ATTRIBUTES)[many] if kind == "ncmec" else (EMPTY_LISTS, VALUES)[many]

    def read() -> None:
        with pytest.raises(WireRefused) as refused:
            READERS[kind](page)
        assert refused.value.detail == "more in one page than can be"

    assert most_memory(read) < MEBIBYTE


def entry_line(number: int) -> str:
    hashes = [{"algorithm": "pdq", "role": "whole", "value": pdq(number % 50), "quality": 90}]
    entry = {
        "item": f"item{number}",
        "state": "active",
        "media": "picture",
        "kind": "intimate",
        "origin": "a",
        "confirmations": 1,
        "hashes": hashes,
    }
    return json.dumps(entry)


def test_a_snapshot_whose_mark_does_not_come_is_left() -> None:
    endless = map(entry_line, itertools.count())
    _, entries = decode_snapshot(itertools.chain([json.dumps({**SNAPSHOT_HEAD, "block": 100})], endless), [])
    with pytest.raises(WireRefused) as refused:
        list(entries())
    assert refused.value.detail == "a mark that does not come"
    with pytest.raises(WireRefused):
        decode_snapshot(iter([json.dumps({**SNAPSHOT_HEAD, "block": MOST_BLOCK + 1})]), [])


def test_of_records_that_cannot_be_read_only_so_many_are_told() -> None:
    rejected: list[RejectedEntry] = []
    odd = itertools.repeat('{"item":"a"}', 3 * MOST_REJECTED)
    _, entries = decode_snapshot(itertools.chain([json.dumps(SNAPSHOT_HEAD)], odd, ["{]"]), rejected)

    def read() -> None:
        with pytest.raises(WireRefused):
            list(entries())

    assert most_memory(read) < 8 * MEBIBYTE
    assert len(rejected) <= MOST_REJECTED


@pytest.mark.parametrize("word", ["feed_id", "mark"])
def test_a_name_in_a_snapshot_has_a_length(word: str) -> None:
    head = {**SNAPSHOT_HEAD, "block": 1}
    if word == "feed_id":
        with pytest.raises(WireRefused):
            decode_snapshot(iter([json.dumps({**head, "feed_id": "f" * 1000})]), [])
        return
    lines = iter([json.dumps(head), json.dumps({"mark": "m" * 1000, "count": 0, "sha256": "no"})])
    _, entries = decode_snapshot(lines, [])
    with pytest.raises(WireRefused):
        list(entries())


def snapshot_without_end(odd: Odd, connection: socket.socket) -> None:
    request_of(odd, connection)
    connection.sendall(HEAD + b"\r\n" + json.dumps(SNAPSHOT_HEAD).encode() + b"\n")
    block = "".join(entry_line(number) + "\n" for number in range(200)).encode()
    while True:
        connection.sendall(block)


def test_a_snapshot_without_an_end_is_left_at_the_size_that_is_allowed() -> None:
    with (
        odd_peer(snapshot_without_end) as odd,
        FeedClient(odd.base, "key", allow=[odd.address], snapshot_bytes=MEBIBYTE) as client,
    ):
        _, entries = client.snapshot()
        came = 0
        with pytest.raises(AnswerTooLarge):
            for _ in entries:
                came += 1
        assert 0 < came < MEBIBYTE / len(entry_line(0)) + 1
        assert len(odd.asked) == 1  # it is not asked for again from where it was left


# --- a reading that never ends ----------------------------------------------------------------------------


def pages_without_end() -> Script:
    """Lists of updates, each of which says that there is another."""

    def script(odd: Odd, connection: socket.socket) -> None:
        while True:
            request_of(odd, connection)
            number = len(odd.asked)
            update = {"type": "HASH_PDQ", "indicator": pdq(number % 50), "last_updated": number}
            described = {"data": [{"id": "1", "owner": {"id": "2"}, "status": "MALICIOUS"}]}
            page = {
                "data": [{**update, "descriptors": described}],
                "paging": {"next": f"{odd.base}/1/threat_updates/?after={number}"},
            }
            body = json.dumps(page).encode()
            connection.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body)

    return script


@pytest.mark.django_db
def test_a_reading_without_an_end_makes_room_for_others_and_goes_on_later(
    pulled: Pull, monkeypatch: pytest.MonkeyPatch
) -> None:
    partners.add("threatexchange", "odd", CREDENTIALS["threatexchange"], address="http://127.0.0.1:1")
    monkeypatch.setattr(pulling, "MOST_RECORDS", 3)
    with odd_peer(pages_without_end()) as odd:
        moved("odd", odd.base)
        outcome = pulled("odd")
        assert outcome.error is None
        assert len(odd.asked) == 4
        row = partners.Partner.objects.get(name="odd")
        assert (row.claim, row.current_at, row.attempts) == ("", None, 0)
        assert partners.claim() is not None  # due again at once
        assert "since" in row.checkpoint


class Endless:
    """A partner whose list is seen whole, and never ends."""

    def batches(self, _checkpoint: str):
        for number in itertools.count():
            yield Batch((Pulled(f"n{number}", "withdrawn"),), "", whole=True)

    def close(self) -> None: ...


@pytest.mark.django_db
def test_a_whole_list_without_an_end_is_a_failure_with_a_name(
    pulled: Pull, monkeypatch: pytest.MonkeyPatch
) -> None:
    partners.add("threatexchange", "odd", CREDENTIALS["threatexchange"], address="http://127.0.0.1:1")
    monkeypatch.setattr(pulling, "MOST_RECORDS", 3)
    monkeypatch.setattr(partners, "client", lambda _partner: Endless())
    outcome = pulled("odd")
    assert outcome.error is not None
    assert outcome.error.detail == "a reading without an end"
    assert partners.Partner.objects.get(name="odd").attempts == 1


@pytest.mark.django_db
def test_time_ends_a_reading_as_its_size_does(pulled: Pull, monkeypatch: pytest.MonkeyPatch) -> None:
    partners.add("threatexchange", "odd", CREDENTIALS["threatexchange"], address="http://127.0.0.1:1")
    monkeypatch.setattr(pulling, "READING_SECONDS", 0.0)
    with odd_peer(pages_without_end()) as odd:
        moved("odd", odd.base)
        assert pulled("odd").error is None
        assert len(odd.asked) == 1
