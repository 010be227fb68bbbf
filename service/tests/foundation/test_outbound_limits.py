"""`seconds` bind the whole exchange, and an answer takes only so much memory, whatever a peer does."""

from __future__ import annotations

import gzip
import itertools
import socket
import threading
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st
from odd_peer import HEAD, LONG, Odd, Script, odd_peer, request_of

from repit.foundation import outbound
from repit.foundation.errors import AnswerTooLarge, PeerFailed
from repit.foundation.outbound import Outbound
from repit.foundation.unpacking import lines, unpacked

SECONDS = 0.5
MEBIBYTE = 1024**2


def dribbled_head(odd: Odd, connection: socket.socket) -> None:
    request_of(odd, connection)
    odd.dribble(connection, HEAD + b"X-Never: " + b"a" * 1000)


def endless_hints(odd: Odd, connection: socket.socket) -> None:
    request_of(odd, connection)
    odd.again(connection, b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n")


def dribbled_body(odd: Odd, connection: socket.socket) -> None:
    request_of(odd, connection)
    connection.sendall(HEAD + b"\r\n")
    odd.dribble(connection, b"x")


def dribbled_chunks(odd: Odd, connection: socket.socket) -> None:
    request_of(odd, connection)
    connection.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    odd.again(connection, b"1;ext=ension\r\nx\r\n")


def slow_redirects(odd: Odd, connection: socket.socket) -> None:
    request_of(odd, connection)
    odd.wait(SECONDS * 0.6)
    connection.sendall(
        b"HTTP/1.1 302 Found\r\nLocation: /next\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    )
    if len(odd.asked) <= outbound.MAX_REDIRECTS:
        raise ConnectionResetError


def redirect_with_a_dribbled_body(odd: Odd, connection: socket.socket) -> None:
    request_of(odd, connection)
    if len(odd.asked) == 1:
        connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: /next\r\n\r\n")
        odd.dribble(connection, b"x")
    connection.sendall(HEAD + b"\r\n")
    odd.dribble(connection, b"x")


def silent(odd: Odd, connection: socket.socket) -> None:
    odd.wait(LONG)


SLOW: list[Script] = [
    dribbled_head,
    endless_hints,
    dribbled_body,
    dribbled_chunks,
    slow_redirects,
    redirect_with_a_dribbled_body,
    silent,
]


@pytest.mark.parametrize("script", SLOW)
def test_the_exchange_is_over_when_its_time_is_however_the_peer_dribbles(script: Script) -> None:
    with odd_peer(script) as odd, Outbound(odd.base, allow=[odd.address], redirects=True) as client:
        with pytest.raises(PeerFailed):
            client.get("/", seconds=SECONDS)
        assert not odd.ended.is_set()


@pytest.mark.parametrize("script", SLOW)
def test_so_is_one_that_is_read_piece_by_piece(script: Script) -> None:
    with odd_peer(script) as odd, Outbound(odd.base, allow=[odd.address], redirects=True) as client:
        with (
            pytest.raises(PeerFailed),
            client.lines("/", seconds=SECONDS, max_bytes=MEBIBYTE) as (_, found),
        ):
            list(found)
        assert not odd.ended.is_set()
        with pytest.raises(PeerFailed):
            answer = client.opened("GET", f"{odd.base}/", {}, None, seconds=SECONDS)
            if answer.status == 200:
                list(answer.pieces())
            else:
                raise PeerFailed  # a redirect of a signed request is an answer, not a way to go
        assert not odd.ended.is_set()


def test_a_peer_that_does_not_read_holds_nobody_who_sends() -> None:
    def takes_a_little(odd: Odd, connection: socket.socket) -> None:
        for _ in range(int(LONG / 0.05)):
            connection.recv(16)
            odd.wait(0.05)

    with odd_peer(takes_a_little) as odd, Outbound(odd.base, allow=[odd.address]) as client:
        with pytest.raises(PeerFailed):
            client.post("/", bytes(64 * MEBIBYTE), seconds=SECONDS)
        assert not odd.ended.is_set()


def test_a_handshake_that_never_ends_is_left() -> None:
    def hello(odd: Odd, connection: socket.socket) -> None:
        connection.recv(4096)
        odd.again(connection, b"\x16")

    with (
        odd_peer(hello) as odd,
        Outbound(odd.base.replace("http:", "https:"), allow=[odd.address]) as client,
    ):
        with pytest.raises(PeerFailed):
            client.get("/", seconds=SECONDS)
        assert not odd.ended.is_set()


def test_a_resolver_that_does_not_answer_is_left() -> None:
    asked, over = threading.Event(), threading.Event()

    def look_up(_host: str, _port: int) -> list[str]:
        asked.set()
        over.wait(LONG)
        return []

    with Outbound("http://slow.example", allow=[], look_up=look_up) as client:
        with pytest.raises(PeerFailed):
            client.get("/", seconds=SECONDS)
        assert asked.is_set()
    over.set()


def test_a_long_answer_must_keep_a_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbound, "LONG", SECONDS)
    with odd_peer(dribbled_body) as odd, Outbound(odd.base, allow=[odd.address]) as client:
        with (
            pytest.raises(PeerFailed) as failed,
            client.pieces("/", seconds=3600, max_bytes=MEBIBYTE) as (_, pieces),
        ):
            list(pieces)
        assert failed.value.detail == "the answer came too slowly"
        assert not odd.ended.is_set()


def test_a_connection_that_is_used_again_has_the_time_of_its_new_exchange() -> None:
    def twice(odd: Odd, connection: socket.socket) -> None:
        for _ in range(2):
            request_of(odd, connection)
            odd.wait(SECONDS * 0.7)
            connection.sendall(HEAD + b"Content-Length: 2\r\n\r\nok")

    with odd_peer(twice) as odd, Outbound(odd.base, allow=[odd.address]) as client:
        assert [client.get("/", seconds=LONG).body for _ in range(2)] == [b"ok", b"ok"]
        assert len(odd.asked) == 2


# --- memory -----------------------------------------------------------------------------------------------


def endless_head(odd: Odd, connection: socket.socket) -> None:
    request_of(odd, connection)
    connection.sendall(HEAD)
    while True:
        connection.sendall(b"X-More: " + b"a" * 60_000 + b"\r\n")


def many_hints(odd: Odd, connection: socket.socket) -> None:
    request_of(odd, connection)
    while True:
        connection.sendall(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 1000)


def redirect_to_a_bomb(odd: Odd, connection: socket.socket) -> None:
    """What a redirect brings besides is not asked for."""
    request_of(odd, connection)
    if len(odd.asked) == 1:
        connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: /next\r\nContent-Encoding: gzip\r\n\r\n")
        for _ in range(100):
            connection.sendall(GZIP_BOMB)
        raise ConnectionResetError
    connection.sendall(HEAD + b"Content-Length: 2\r\nConnection: close\r\n\r\nok")


GZIP_BOMB = gzip.compress(bytes(64 * MEBIBYTE))
ZSTD_BOMB = zstandard.ZstdCompressor(level=19).compress(bytes(512 * MEBIBYTE))


def packed(coding: str, bomb: bytes) -> Script:
    def script(odd: Odd, connection: socket.socket) -> None:
        request_of(odd, connection)
        connection.sendall(HEAD + b"Content-Encoding: " + coding.encode() + b"\r\n\r\n")
        while True:
            connection.sendall(bomb)

    return script


def most_memory(run: Callable[[], object]) -> int:
    tracemalloc.start()
    try:
        run()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("script", [endless_head, many_hints])
def test_a_head_without_an_end_is_not_read_on(script: Script) -> None:
    def asked() -> None:
        with pytest.raises(PeerFailed):
            client.get("/", seconds=LONG)

    with odd_peer(script) as odd, Outbound(odd.base, allow=[odd.address]) as client:
        assert most_memory(asked) < 8 * MEBIBYTE


@pytest.mark.parametrize(("coding", "bomb"), [("gzip", GZIP_BOMB), ("zstd", ZSTD_BOMB)])
def test_a_bomb_is_unpacked_no_further_than_is_allowed(coding: str, bomb: bytes) -> None:
    def asked() -> None:
        with pytest.raises(AnswerTooLarge):
            client.get("/", max_bytes=MEBIBYTE)
        with (
            pytest.raises(AnswerTooLarge),
            client.lines("/", seconds=LONG, max_bytes=MEBIBYTE) as (_, found),
        ):
            list(found)

    with odd_peer(packed(coding, bomb)) as odd, Outbound(odd.base, allow=[odd.address]) as client:
        assert most_memory(asked) < 48 * MEBIBYTE


def test_what_a_redirect_says_besides_is_not_read() -> None:
    def asked() -> None:
        assert client.get("/", seconds=LONG).body == b"ok"

    with (
        odd_peer(redirect_to_a_bomb) as odd,
        Outbound(odd.base, allow=[odd.address], redirects=True) as client,
    ):
        assert most_memory(asked) < 8 * MEBIBYTE


def test_packing_that_packs_nothing_has_an_end() -> None:
    empty = gzip.compress(b"")
    with pytest.raises(AnswerTooLarge):
        list(unpacked(itertools.repeat(empty * 100), "gzip", 1000))


@pytest.mark.parametrize("coding", ["br", "deflate", "gzip, gzip", "zstd, gzip", "aes128gcm"])
def test_a_coding_that_nobody_asked_for_is_refused(coding: str) -> None:
    with pytest.raises(PeerFailed):
        list(unpacked(iter([GZIP_BOMB]), coding, MEBIBYTE))


def test_a_window_larger_than_the_standard_has_it_is_refused() -> None:
    wide = zstandard.ZstdCompressionParameters(window_log=27)
    packer = zstandard.ZstdCompressor(compression_params=wide).compressobj()
    with pytest.raises(PeerFailed):
        list(unpacked(iter([packer.compress(b"x") + packer.flush()]), "zstd", MEBIBYTE))


def cut(data: bytes, sizes: list[int]) -> Iterator[bytes]:
    for size in itertools.cycle(sizes):
        if not data:
            return
        yield data[:size]
        data = data[size:]


PARTS = st.lists(st.integers(1, 900), min_size=1, max_size=5)


@given(st.lists(st.binary(max_size=2000), max_size=5), PARTS, st.sampled_from(["gzip", "zstd", ""]))
def test_whatever_was_packed_is_unpacked_however_it_is_cut(
    contents: list[bytes], sizes: list[int], coding: str
) -> None:
    pack = {"gzip": gzip.compress, "zstd": zstandard.ZstdCompressor().compress, "": bytes}[coding]
    sent = b"".join(map(pack, contents))
    assert b"".join(unpacked(cut(sent, sizes), coding, MEBIBYTE)) == b"".join(contents)


@given(st.binary(min_size=1, max_size=2000), PARTS, st.sampled_from(["gzip", "zstd"]), st.data())
def test_what_was_cut_off_is_never_taken_for_the_whole(
    content: bytes, sizes: list[int], coding: str, data: st.DataObject
) -> None:
    whole = {"gzip": gzip.compress, "zstd": zstandard.ZstdCompressor().compress}[coding](content)
    kept = data.draw(st.integers(1, len(whole) - 1))
    with pytest.raises(PeerFailed):
        list(unpacked(cut(whole[:kept], sizes), coding, MEBIBYTE))


@given(st.binary(max_size=3000), PARTS, st.sampled_from(["gzip", "zstd"]))
def test_any_bytes_are_unpacked_or_refused_by_name(junk: bytes, sizes: list[int], coding: str) -> None:
    with suppress(PeerFailed, AnswerTooLarge):
        list(unpacked(cut(junk, sizes), coding, MEBIBYTE))


@given(st.lists(st.text(alphabet="aé\u2028 ", max_size=40), max_size=20), PARTS)
def test_lines_are_whole_however_they_come(words: list[str], sizes: list[int]) -> None:
    sent = "\n".join(words).encode()
    expected = sent.decode().split("\n") if sent else []
    if expected and not expected[-1]:
        expected.pop()
    assert list(lines(cut(sent, sizes))) == expected


def test_a_line_without_an_end_is_not_kept() -> None:
    def read() -> None:
        with pytest.raises(AnswerTooLarge):
            list(lines(itertools.repeat(b"x" * 1000), 100_000))
        with pytest.raises(AnswerTooLarge):
            list(lines(iter([b"x" * 100_001 + b"\n"]), 100_000))

    assert most_memory(read) < MEBIBYTE
    assert list(lines(iter([b"x" * 100_000 + b"\ny"]), 100_000)) == ["x" * 100_000, "y"]


def test_gzip_that_ends_in_zeros_is_refused_rather_than_guessed_at() -> None:
    packer = zlib.compressobj(wbits=31)
    whole = packer.compress(b"text") + packer.flush()
    with pytest.raises(PeerFailed):
        list(unpacked(iter([whole + bytes(100)]), "gzip", MEBIBYTE))
