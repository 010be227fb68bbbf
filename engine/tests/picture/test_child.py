"""Hashing in a child process: the same answers, and a parent that survives everything."""

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from picture_files import photograph, saved

from repit_engine import Hashed, HashingChild, Limits, NotHashable, hash_picture
from repit_engine.child.process import MEMORY
from repit_engine.pipe import PipeClosed, PipeSilent, receive, receive_json, send

CAT = saved(photograph("chelsea"), "JPEG")


@pytest.fixture(scope="module")
def child() -> Iterator[HashingChild]:
    with HashingChild() as running:
        yield running


def process_of(child: HashingChild) -> int:
    assert child._child is not None
    return child._child.number


def test_a_child_gives_the_same_hash_for_bytes_and_paths(child: HashingChild, tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"caf\xe9.jpg")
    path.write_bytes(CAT)
    assert child.hash(CAT) == child.hash(path) == hash_picture(CAT)
    assert child.hash(CAT, full=True) == hash_picture(CAT, full=True)


def test_a_refusal_crosses_the_pipe(child: HashingChild) -> None:
    assert child.hash(b"") == hash_picture(b"")
    assert child.hash(CAT, Limits(bytes=10)) == hash_picture(CAT, Limits(bytes=10))


def test_a_child_that_hangs_is_ended_in_time_and_replaced(child: HashingChild) -> None:
    child.hash(CAT)
    os.kill(process_of(child), signal.SIGSTOP)
    outcome = child.hash(CAT, Limits(seconds=0.2))
    assert isinstance(outcome, NotHashable)
    assert outcome.reason == "took-too-long"
    assert isinstance(child.hash(CAT), Hashed)


def test_a_child_that_dies_at_work_costs_one_picture(child: HashingChild) -> None:
    child.hash(CAT)
    stopped = process_of(child)
    os.kill(stopped, signal.SIGSTOP)
    threading.Timer(0.2, os.kill, (stopped, signal.SIGKILL)).start()
    outcome = child.hash(CAT)
    assert isinstance(outcome, NotHashable)
    assert outcome.reason == "damaged-picture"
    assert isinstance(child.hash(CAT), Hashed)


def test_a_child_that_died_while_idle_is_replaced_unnoticed(child: HashingChild) -> None:
    child.hash(CAT)
    running = child._child
    assert running is not None
    running.kill()
    while not running.gone:
        time.sleep(0.01)
    assert isinstance(child.hash(CAT), Hashed)


def test_a_child_without_memory_refuses_and_lives() -> None:
    with HashingChild(memory=900 * 1024**2) as small:
        header = bytearray(saved(photograph("coffee", 8, 8), "BMP"))
        header[18:26] = (9_000).to_bytes(4, "little") * 2
        outcome = small.hash(bytes(header) + bytes(40_000_000), Limits(pixels=10**9))
        assert isinstance(outcome, NotHashable)
        assert isinstance(small.hash(CAT), Hashed)


def test_a_child_sees_nothing_of_its_parents_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_PASSWORD", "hunter2")
    with HashingChild() as fresh:
        fresh.hash(CAT)
        environment = Path(f"/proc/{process_of(fresh)}/environ").read_bytes()
    assert b"hunter2" not in environment


def test_frames_that_are_cut_silent_or_nonsense_are_told_apart(tmp_path: Path) -> None:
    read_end, write_end = os.pipe()
    with os.fdopen(read_end, "rb") as reader, os.fdopen(write_end, "wb") as writer:
        with pytest.raises(PipeSilent):
            receive(reader, 0.0)
        send(writer, b"[1]")
        with pytest.raises(PipeClosed):
            receive_json(reader)
        send(writer, b"{")
        with pytest.raises(PipeClosed):
            receive_json(reader)
        writer.write(b"\xff\xff\xff\xff")
        writer.flush()
        with pytest.raises(PipeClosed):
            receive(reader)
        writer.write(b"\0\0\0\x09half")
        writer.close()
        with pytest.raises(PipeClosed):
            receive(reader)


class Impatient(HashingChild):
    """A child whose successors stand still as soon as they are there."""

    waits_for_restart = False
    still = False

    def _begun(self):
        begun = super()._begun()
        if self.still:
            os.kill(begun.number, signal.SIGSTOP)
        return begun


def test_a_child_that_replaces_another_starts_before_it_is_needed_and_holds_nobody_meanwhile() -> None:
    with Impatient() as child:
        assert isinstance(child.hash(CAT), Hashed)  # whoever comes first waits for it
        child.still = True
        os.kill(process_of(child), signal.SIGSTOP)
        child.hash(CAT, Limits(seconds=0.2))
        starting = process_of(child)
        for _ in range(3):
            outcome = child.hash(CAT, Limits(seconds=0.05))
            assert isinstance(outcome, NotHashable)
            assert outcome.reason == "took-too-long"
        assert process_of(child) == starting  # it was not ended for being asked too early
        os.kill(starting, signal.SIGCONT)
        assert isinstance(child.hash(CAT, Limits(seconds=60)), Hashed)
        assert process_of(child) == starting


def test_a_child_that_stops_reading_amid_a_large_file_is_ended_in_time(child: HashingChild) -> None:
    child.hash(CAT)
    os.kill(process_of(child), signal.SIGSTOP)
    outcome = child.hash(bytes(20_000_000), Limits(seconds=0.2))
    assert isinstance(outcome, NotHashable)
    assert outcome.reason == "took-too-long"
    assert isinstance(child.hash(CAT), Hashed)


def test_a_child_is_confined_by_the_kernel(child: HashingChild) -> None:
    child.hash(CAT, Limits(seconds=5))
    process = Path(f"/proc/{process_of(child)}")
    status = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines())
    limits = {
        line[:26].strip(): line[26:].split()[0] for line in (process / "limits").read_text().splitlines()
    }
    assert status["NoNewPrivs"].strip() == "1"
    assert limits["Max file size"] == limits["Max core file size"] == "0"
    assert int(limits["Max address space"]) == MEMORY
    # Where its parent is gone, a file that never ends is ended all the same.
    assert int(limits["Max cpu time"]) < 60
    assert (process / "oom_score_adj").read_text().strip() == "800"


class Chatting(HashingChild):
    program = "chatting_child"


def test_what_a_library_prints_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    with Chatting() as chatting:
        for _ in range(2):
            assert chatting.hash(CAT) == NotHashable("said", "by the program", "")
