"""Concurrent commits, held open, given up, under a clock that is stepped: no client misses a change.

Threads of one process write by plans that Hypothesis draws, each on a connection of its own, while clients of
the three exchanges page by their checkpoints; on both databases.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import IO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from running import HERE

STEP = st.tuples(
    st.sampled_from([0, 0, 0.002, 0.01]),
    st.sampled_from([0, 0, 0.005, 0.05]),
    st.sampled_from(["submit", "submit", "withdraw", "give up"]),
    st.sampled_from([0, 0, 2, -2, 8, -12]),
)
WRITERS = st.lists(st.lists(STEP, min_size=1, max_size=6), min_size=2, max_size=4)


@pytest.fixture(scope="module")
def hand(own_database: dict[str, str]) -> Iterator[tuple[IO[str], IO[str]]]:
    """Where plans go in and what came of them comes out, in an installation of its own."""
    with subprocess.Popen(
        [sys.executable, str(HERE / "concurrent_plans.py")],
        env=own_database,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield process.stdin, process.stdout
        process.stdin.close()
        assert process.wait(60) == 0


@settings(max_examples=12, deadline=None)
@given(writers=WRITERS, pause=st.sampled_from([0, 0.003, 0.02]))
def test_every_client_ends_equal_to_the_bank_however_transactions_overlap(
    hand: tuple[IO[str], IO[str]], writers: list[list[tuple[float, float, str, float]]], pause: float
) -> None:
    plans, outcomes = hand
    plans.write(json.dumps({"writers": writers, "pause": pause}) + "\n")
    plans.flush()
    line = outcomes.readline()
    assert line, "the process that plays the plans ended"
    ended = json.loads(line)
    assert ended["Ours"] == ended["bank"]
    assert ended["Ncmec"] == ended["bank"]
    assert ended["StopNcii"] == ended["hashes"]
