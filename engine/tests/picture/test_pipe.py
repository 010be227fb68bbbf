"""Frames between two processes: whole or refused, and no more room than bytes have come for."""

import os
import threading
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repit_engine import pipe as pipes


@contextmanager
def pipe() -> Iterator[tuple[BinaryIO, BinaryIO]]:
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb", buffering=0) as out, os.fdopen(writing, "wb") as into:
        yield out, into


def through(body: bytes, *, wide: bool) -> bytes:
    with pipe() as (out, into):
        if wide:
            pipes.widen(into)
        sender = threading.Thread(target=pipes.send, args=(into, body))
        sender.start()
        heard = pipes.receive(out, time.monotonic() + 60)
        sender.join()
    return heard


@given(body=st.binary(max_size=300), times=st.integers(1, 2_000), wide=st.booleans())
@settings(deadline=None, max_examples=50)
def test_what_is_sent_is_received_whatever_its_size(body: bytes, times: int, wide: bool) -> None:
    assert through(body * times, wide=wide) == body * times


@pytest.mark.parametrize("size", [0, (16 << 20) - 1, 16 << 20, (16 << 20) + 1, 50 << 20])
def test_sizes_around_the_first_room_arrive_whole(size: int) -> None:
    body = (os.urandom(1 << 16) * (size // (1 << 16) + 1))[:size]
    assert through(body, wide=True) == body


def test_a_promise_of_a_gigabyte_that_does_not_come_takes_little_room() -> None:
    with pipe() as (out, into):
        into.write(pipes.MAX_FRAME.to_bytes(4, "big") + b"a little")
        into.flush()
        tracemalloc.start()
        try:
            with pytest.raises(pipes.PipeSilent):
                pipes.receive(out, time.monotonic() + 0.2)
            assert tracemalloc.get_traced_memory()[1] < 32 << 20
        finally:
            tracemalloc.stop()


def test_more_than_the_greatest_frame_and_an_end_that_goes_away_are_refused() -> None:
    with pipe() as (out, into):
        into.write((pipes.MAX_FRAME + 1).to_bytes(4, "big"))
        into.flush()
        with pytest.raises(pipes.PipeClosed):
            pipes.receive(out)
    with pipe() as (out, into):
        into.write((100).to_bytes(4, "big") + b"half of it")
        into.close()
        with pytest.raises(pipes.PipeClosed):
            pipes.receive(out)
