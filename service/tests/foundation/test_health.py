"""What tells that a person is needed: loops, clocks, disks, a database; in words, and whether it is grave."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import OperationalError

from repit.foundation import clock
from repit.foundation.errors import DatabaseUnavailable, SettingsRefused, Text
from repit.foundation.health import clocks, database, disk, loops
from repit.foundation.health.findings import Finding, Health
from repit.foundation.jobs import rounds
from repit.foundation.jobs.backoff import Backoff
from repit.foundation.jobs.loop import Loop
from repit.foundation.models import Upkeep

STATED = Text("It is so.", "C'est ainsi."), Text("Do this.", "Faites ceci.")
SOON = Backoff(0.001, 0.002)
Later = Callable[[float], None]


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Later:
    """Let so many seconds be over, on the clock that only goes on."""
    ahead = 0.0

    def go(seconds: float) -> None:
        nonlocal ahead
        ahead += seconds

    real = clock.elapsed
    monkeypatch.setattr(rounds, "elapsed", lambda: real() + ahead)
    monkeypatch.setattr(clocks, "elapsed", lambda: real() + ahead)
    return go


def codes(found: Iterator[Finding]) -> list[tuple[str, bool]]:
    return [(finding.code, finding.grave) for finding in found]


def begun(name: str, work: Callable[[threading.Event], float], **how: object) -> Iterator[Loop]:
    with Loop(name, work, backoff=SOON, **how) as loop:  # type: ignore[arg-type]
        yield loop


# --- findings ---------------------------------------------------------------------------------------------


def test_what_is_grave_makes_it_unready_and_stands_first_in_the_language_asked_for() -> None:
    health = Health()
    health.register("small", lambda: [Finding("small", *STATED, grave=False)])
    assert health.look().ready
    health.register("large", lambda: [Finding("large", *STATED)])
    found = health.look()
    assert not found.ready
    assert found.problems("fr") == [{"code": "large", "message": "C'est ainsi.", "next_step": "Faites ceci."}]
    assert [shown["message"] for shown in found.warnings("en")] == ["It is so."]


def test_a_check_that_raises_is_a_finding_by_its_own_words_and_hides_no_other() -> None:
    def refuses() -> list[Finding]:
        raise SettingsRefused(*STATED)

    def breaks() -> list[Finding]:
        raise ZeroDivisionError("of somebody")

    health = Health()
    health.register("keys", refuses)
    health.register("odd", breaks, grave=False)
    health.register("last", lambda: [Finding("last", *STATED)])
    found = {finding.code: finding for finding in health.look().all}
    assert set(found) == {"keys", "odd", "last"}
    assert found["keys"].message == STATED[0] and found["keys"].grave
    assert not found["odd"].grave and "somebody" not in str(found["odd"])


def test_a_database_that_is_away_is_one_problem_whoever_meets_it() -> None:
    def away() -> list[Finding]:
        raise OperationalError("password of operator")

    health = Health()
    for code in ("keys", "subscribers", "clock"):
        health.register(code, away)
    [shown] = health.look().problems("en")
    assert shown["code"] == "database-unavailable" and "password" not in str(shown)


def test_strangers_do_not_have_everything_looked_at_again_each_time() -> None:
    looks = list[int]()
    health = Health()

    def counts() -> list[Finding]:
        looks.append(1)
        return []

    health.register("counts", counts)
    for _ in range(20):
        health.lately()
    assert len(looks) == 1
    health.look()
    assert len(looks) == 2


# --- loops ------------------------------------------------------------------------------------------------


def test_a_loop_that_comes_round_is_not_named_however_long_it_rests(later: Later) -> None:
    turned = threading.Event()

    def work(_stop: threading.Event) -> float:
        turned.set()
        return 86_400.0

    for _ in begun("a-calm-loop", work, vital=True):
        assert turned.wait(60)
        later(80_000)
        assert codes(loops.check()) == []


def test_a_loop_stuck_in_a_turn_is_named_with_since_when(later: Later) -> None:
    inside, free = threading.Event(), threading.Event()

    def work(_stop: threading.Event) -> float:
        inside.set()
        free.wait(60)
        return 86_400.0

    for _ in begun("a-stuck-loop", work, vital=True, timeout=600):
        assert inside.wait(60)
        assert codes(loops.check()) == []
        later(1_200)
        [finding] = loops.check()
        assert (finding.code, finding.grave) == ("loop-stuck", True)
        assert "a-stuck-loop" in finding.message.en and "20 minutes" in finding.message.fr
        free.set()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_thread_that_died_is_named_and_one_that_was_told_to_end_is_not() -> None:
    def dies(_stop: threading.Event) -> float:
        raise SystemExit  # what no loop catches

    loop = Loop("a-dead-loop", dies).start()
    for thread in loop._threads:
        thread.join(60)
    assert codes(loops.check()) == [("loop-ended", False)]
    rounds._all.clear()
    with Loop("an-ended-loop", lambda _stop: 1_000.0):
        pass
    assert codes(loops.check()) == []


def test_what_fails_for_a_moment_is_not_told_and_what_goes_on_failing_is(later: Later) -> None:
    failed = threading.Event()

    def fails(_stop: threading.Event) -> float:
        failed.set()
        raise ValueError("a name in a row")

    with Loop("a-failing-loop", fails, backoff=Backoff(3_600.0, 3_600.0)):
        assert failed.wait(60)
        while not any(standing.failures for standing in rounds.loop_statuses()):
            threading.Event().wait(0.001)
        assert codes(loops.check()) == []
        later(600)
        [finding] = loops.check()
        assert (finding.code, finding.grave) == ("loop-fails", False)
        assert "ValueError" in finding.message.en and "a name" not in finding.message.en
        assert codes(loops.check({"a-failing-loop"})) == []


# --- clocks -----------------------------------------------------------------------------------------------


def _dated(minutes: float) -> str:
    moment = datetime.now(UTC) - timedelta(minutes=minutes)
    return moment.strftime("%a, %d %b %Y %H:%M:%S GMT")


@pytest.fixture
def fresh_clocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clocks, "_heard", clocks._Heard())
    monkeypatch.setattr(clocks, "_of_the_database", lambda: None)


@pytest.mark.parametrize(
    ("minutes", "way", "sens"),
    [(7, "7 minutes ahead", "7 minutes en avance"), (-7, "7 minutes behind", "retard")],
)
def test_a_clock_that_differs_from_the_hotlines_is_told_with_its_direction(
    minutes: float, way: str, sens: str, fresh_clocks: None, later: Later
) -> None:
    clocks.heard("hotline", _dated(minutes))
    [finding] = clocks.check()
    assert finding.code == "clock-off" and not finding.grave
    assert way in finding.message.en and sens in finding.message.fr
    later(7_200)
    assert list(clocks.check()) == [], "what a peer said two hours ago says nothing of now"


@pytest.mark.parametrize("date", [None, "", "yesterday", "Sun, 99 Nov 2026 10:00:00 GMT"])
def test_an_answer_without_a_date_says_nothing(date: str | None, fresh_clocks: None) -> None:
    clocks.heard("hotline", date)
    assert clocks.offsets() == {}


def test_a_minute_is_within_what_clocks_may_differ(fresh_clocks: None) -> None:
    clocks.heard("hotline", _dated(1))
    assert list(clocks.check()) == []


@pytest.mark.parametrize(("seconds", "way"), [(600, "forward"), (-600, "back")])
def test_a_clock_that_was_put_on_or_back_is_told_for_an_hour(
    seconds: float, way: str, fresh_clocks: None, later: Later
) -> None:
    assert list(clocks.check()) == []
    shifted = lambda: datetime.now(UTC) + timedelta(seconds=seconds)  # noqa: E731
    with clock.at(shifted):
        [finding] = clocks.check()
        assert finding.code == "clock-jumped" and f"10 minutes {way}" in finding.message.en
        assert len(list(clocks.check())) == 1
        later(3_700)
        assert list(clocks.check()) == []


@pytest.mark.django_db
def test_the_database_servers_clock_is_asked_where_there_is_one(
    settings: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import connection  # noqa: PLC0415

    monkeypatch.setattr(clocks, "_heard", clocks._Heard())
    if connection.vendor == "sqlite":
        assert clocks.offsets() == {}
        return
    assert abs(clocks.offsets()["database"]) < 60
    with clock.at(lambda: datetime.now(UTC) + timedelta(minutes=9)):
        assert any("9 minutes ahead of the database" in found.message.en for found in clocks.check())


# --- disks and the database -------------------------------------------------------------------------------


def test_a_disk_says_what_is_left_once_for_all_its_folders(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    [room] = disk.rooms([tmp_path / "one", tmp_path, tmp_path / "not yet" / "there"])
    assert room.path == tmp_path / "one" and 0 < room.free <= room.size


@pytest.mark.parametrize(
    ("free", "inodes", "expected"),
    [
        (10 * 1024**3, None, []),
        (10 * 1024**3, 1_000_000, []),
        (500 * 1024**2, 1_000_000, [("disk-nearly-full", False)]),
        (10 * 1024**3, 1_000, [("disk-nearly-full", False)]),
        (5 * 1024**2, 1_000_000, [("disk-full", True)]),
        (10 * 1024**3, 3, [("disk-full", True)]),
    ],
)
def test_a_disk_is_told_of_before_it_is_full_and_when_it_is(
    free: int,
    inodes: int | None,
    expected: list[tuple[str, bool]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    there = [disk.Room(tmp_path, free, 100 * 1024**3, inodes)]
    monkeypatch.setattr(disk, "rooms", lambda _folders: there)
    assert codes(disk.check(lambda: [tmp_path])()) == expected
    assert all(not grave for _, grave in codes(disk.check(lambda: [tmp_path], grave=False)()))


def test_a_folder_that_cannot_be_written_to_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = tmp_path / "closed"
    closed.mkdir()
    real = os.access
    # Root may write into any; the system says no only where a disk is mounted read-only.
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != closed and real(path, mode))
    [finding] = [
        each for each in disk.check(lambda: [closed / "not made yet"])() if each.code != "disk-nearly-full"
    ]
    assert finding.code == "folder-not-writable" and str(closed) in finding.message.fr and finding.grave


@pytest.mark.django_db
def test_the_database_is_written_to_and_the_row_tells_no_moment() -> None:
    for _ in range(3):
        assert list(database.check()) == []
    row = Upkeep.objects.get(name="a write is tried")
    assert row.done_on is None and row.reached in (0, 1)


def test_a_database_that_is_away_is_grave_where_any_check_says_so_whatever_the_others_say() -> None:
    health = Health()

    def away() -> list[Finding]:
        raise DatabaseUnavailable

    health.register("grave", away)
    health.register("warning", away, grave=False)
    found = health.look()
    assert not found.ready and [finding.code for finding in found.all] == ["database-unavailable"]
