"""Slow clients at the clamd and ICAP channels: where there are too many, the slowest makes room."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from at_channels import At, everything, listening
from test_gate_decoders import within

from repit.platform.gate.runtime import Gate
from repit.platform.integrations import clamd, icap
from repit.platform.integrations.sockets import listener

MOST = 8
UNFINISHED = {
    "clamd": b"zINSTREAM\0\0\1\0\0half a piece",
    "icap": b"REQMOD icap://gate/repit ICAP/1.0\r\nHost: gate\r\nEncapsulated: req-hdr=0, req-body=27\r\n\r\n"
    b"PUT / HTTP/1.1\r\nHost: a\r\n\r\nffff\r\nhalf a chunk",
}
UNDER_WAY = {
    "clamd": b"zINSTREAM\0\0\2\0\0" + bytes(100_000),
    "icap": UNFINISHED["icap"].partition(b"ffff")[0] + b"186a0\r\n" + bytes(100_000) + b"\r\n",
}
FAIR = {
    "clamd": b"zPING\0",
    "icap": b"OPTIONS icap://gate/repit ICAP/1.0\r\nHost: gate\r\nConnection: close\r\n\r\n",
}
FULL = {"clamd": b"Too many connections", "icap": b"ICAP/1.0 503"}
FINE = {"clamd": b"PONG\0", "icap": b"ICAP/1.0 200"}


@pytest.fixture(params=["clamd", "icap"])
def opened(
    request: pytest.FixtureRequest, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[str, At, Gate]]:
    monkeypatch.setattr(listener, "MOST_CONNECTIONS", MOST)
    make: Callable = {"clamd": clamd.listener, "icap": icap.listener}[request.param]
    at, open_channel = listening(make, request.param)
    with open_channel:
        yield request.param, at, gate


def silent(connection: socket.socket) -> bool:
    """Whether nothing came, and the other end is still there."""
    connection.setblocking(False)
    try:
        connection.recv(1, socket.MSG_PEEK)
    except BlockingIOError:
        return True
    finally:
        connection.settimeout(30)
    return False


def test_a_channel_full_of_unfinished_uploads_answers_whoever_comes(opened: tuple[str, At, Gate]) -> None:
    name, at, gate = opened
    with ExitStack() as held:
        quick = held.enter_context(at.connect())
        quick.sendall(UNDER_WAY[name])
        assert within(30, lambda: gate.admission.room.held >= 100_000)
        hanging = []
        for _ in range(MOST - 1):
            connection = held.enter_context(at.connect())
            connection.sendall(UNFINISHED[name])
            hanging.append(connection)
        for _ in range(3):
            assert all_replies(at, FAIR[name]).startswith(FINE[name])
        ended = [client for client in hanging if not silent(client)]
        assert 1 <= len(ended) <= 3
        assert silent(quick)  # it has sent so much that it kept nobody waiting
        for client in ended:
            assert everything(client).startswith(FULL[name])


def all_replies(at: At, sent: bytes) -> bytes:
    with at.connect() as connection:
        connection.sendall(sent)
        return everything(connection)
