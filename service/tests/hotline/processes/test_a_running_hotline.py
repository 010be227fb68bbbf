"""`repit hotline` as a process: followed by the real client, killed, started again."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import threading
from collections.abc import Callable
from http.client import HTTPException
from pathlib import Path

import pytest
from running import REPIT, TIMEOUT, Hotline, environment, random_pdq, start_script

from repit.exchanges.repit.client import FeedClient
from repit.foundation.errors import FeedForeign, FeedGap, KeyRefused, PeerFailed, WireRefused


def client(hotline: Hotline, key: str, feed_id: str | None = None) -> FeedClient:
    return FeedClient(hotline.base_url, key, feed_id=feed_id, allow=hotline.allow)


def held(follower: FeedClient, after: int, entries: dict[str, set[str]]) -> int:
    """Follow to the present end of the feed, as a gate does."""
    while True:
        page = follower.changes(after, wait_seconds=0)
        for change in page.changes:
            after = change.sequence
            entries.pop(change.entry.item, None)
            if change.entry.state != "withdrawn":
                entries[change.entry.item] = {h.value.hex() for h in change.entry.hashes}
        if after == page.head:
            return after


def test_the_client_follows_from_snapshot_to_withdrawal(hotline: Hotline):
    first = random_pdq()
    receipt = hotline.open_case(first)
    with client(hotline, hotline.add_subscriber("follower")) as follower:
        sequence, entries = follower.snapshot()
        known = {e.item: {h.value.hex() for h in e.hashes} for e in entries}
        assert {first} in known.values()
        second = random_pdq()
        hotline.open_case(second)
        sequence = held(follower, sequence, known)
        assert {second} in known.values()
        hotline.withdraw(receipt)
        sequence = held(follower, sequence, known)
        assert {first} not in known.values()
        follower.acknowledge(sequence, ["someone"])
        with pytest.raises(PeerFailed):
            follower.acknowledge(sequence + 1000)


def test_a_waiting_client_hears_of_what_another_process_commits(hotline: Hotline):
    with client(hotline, hotline.add_subscriber("waiting")) as follower:
        sequence, entries = follower.snapshot()
        list(entries)
        writer: list[object] = []
        thread = threading.Thread(
            target=lambda: writer.append(start_script(hotline.env, "write", "x", "1").result())
        )
        thread.start()
        page = follower.changes(sequence, wait_seconds=25)
        while not page.changes:
            page = follower.changes(sequence, wait_seconds=25)
        thread.join(TIMEOUT)
        assert page.changes[0].sequence == sequence + 1 and writer


def test_many_wait_at_once_while_cases_are_opened(hotline: Hotline):
    key = hotline.add_subscriber("many")
    with client(hotline, key) as follower:
        sequence, entries = follower.snapshot()
        list(entries)
    heard: list[int] = []

    def wait() -> None:
        with client(hotline, key) as subscriber:
            page = subscriber.changes(sequence, wait_seconds=25)
            heard.append(page.changes[0].sequence if page.changes else 0)

    threads = [threading.Thread(target=wait) for _ in range(40)]
    for thread in threads:
        thread.start()
    hotline.open_case(random_pdq())
    for thread in threads:
        thread.join(TIMEOUT)
    assert heard == [sequence + 1] * 40


def test_a_wrong_key_a_foreign_feed_and_a_gap_are_named(hotline: Hotline):
    hotline.open_case(random_pdq())
    key = hotline.add_subscriber("careful")
    with client(hotline, "repit_" + "0" * 10 + "_" + "0" * 32) as stranger, pytest.raises(KeyRefused):
        stranger.changes(0, 0)
    with client(hotline, key, feed_id="another") as moved, pytest.raises(FeedForeign):
        moved.changes(0, 0)
    with client(hotline, key) as ahead, pytest.raises(FeedGap):
        ahead.changes(10_000, 0)
    with pytest.raises(KeyRefused):
        client(hotline, "two words")


def test_a_snapshot_that_breaks_off_is_not_taken_for_the_whole(
    hotline: Hotline, monkeypatch: pytest.MonkeyPatch
):
    hotline.open_case(random_pdq())
    with client(hotline, hotline.add_subscriber("cut")) as follower:
        lines = follower._http.lines

        class Cut:
            def __init__(self, *args: object, **kwargs: object) -> None:
                self.inner = lines(*args, **kwargs)

            def __enter__(self) -> object:
                status, all_lines = self.inner.__enter__()
                return status, iter(list(all_lines)[:-1])

            def __exit__(self, *exc: object) -> object:
                return self.inner.__exit__(*exc)

        monkeypatch.setattr(follower._http, "lines", Cut)
        with pytest.raises(WireRefused):
            list(follower.snapshot()[1])


def test_nothing_acknowledged_is_lost_when_it_is_killed_under_load(
    own_database: dict[str, str], start_hotline: Callable[[dict[str, str]], Hotline]
):
    opened: list[tuple[str, dict[str, str]]] = []
    withdrawn: list[str] = []
    for _ in range(2):
        running = start_hotline(own_database)
        stop = threading.Event()

        def load(running: Hotline = running, stop: threading.Event = stop) -> None:
            while not stop.is_set():
                value = random_pdq()
                try:
                    receipt = running.open_case(value)
                    opened.append((value, receipt))
                    if len(opened) % 3 == 0:
                        running.withdraw(receipt)
                        withdrawn.append(value)
                except (OSError, HTTPException):
                    return

        before = len(opened)
        threads = [threading.Thread(target=load) for _ in range(3)]
        for thread in threads:
            thread.start()
        while len(opened) < before + 12 and any(thread.is_alive() for thread in threads):
            stop.wait(0.02)
        running.kill()
        stop.set()
        for thread in threads:
            thread.join(TIMEOUT)
    again = start_hotline(own_database)
    with client(again, again.add_subscriber("after")) as follower:
        entries: dict[str, set[str]] = {}
        held(follower, 0, entries)
        sequence, snapshot = follower.snapshot()
        whole = {e.item: {h.value.hex() for h in e.hashes} for e in snapshot}
    assert whole == entries and sequence > 0
    served = set().union(*entries.values())
    assert not served & set(withdrawn)
    for value, receipt in opened:
        body = {"number": receipt["number"], "secret": receipt["secret"]}
        code, status = again.call("POST", "/api/v1/cases/status", body)
        assert code == 200
        assert (value in served) == (status["items"][0]["state"] == "active")


def test_it_stops_on_sigterm_while_subscribers_wait_and_can_start_again_on_its_port(
    tmp_path: Path, start_hotline: Callable[[dict[str, str]], Hotline]
):
    running = start_hotline(environment(tmp_path))
    key = running.add_subscriber("waiting")
    with client(running, key) as follower:
        follower.changes(0, 0)
        ended = threading.Event()

        def wait() -> None:
            try:
                follower.changes(0, 25)
            except PeerFailed:
                ended.set()

        thread = threading.Thread(target=wait)
        thread.start()
        running.terminate()
        thread.join(TIMEOUT)
    taken = Hotline(running.env, running.port)
    try:
        assert taken.call("GET", "/health")[0] == 200
    finally:
        taken.kill()


def test_it_stops_on_sigterm_whichever_thread_is_given_it(
    tmp_path: Path, start_hotline: Callable[[dict[str, str]], Hotline]
):
    running = start_hotline(environment(tmp_path))
    main = running.process.pid
    others = {int(thread.name) for thread in Path(f"/proc/{main}/task").iterdir()} - {main}
    os.kill(max(others), signal.SIGTERM)  # Linux takes a thread's number: that thread is asked first
    assert running.process.wait(TIMEOUT) == 0


def test_a_taken_port_is_said_plainly(hotline: Hotline):
    command = [*REPIT, "hotline", "--port", str(hotline.port)]
    for language, word in (("en", "in use"), ("fr", "déjà pris")):
        env = {**hotline.env, "REPIT_LANGUAGE": language}
        done = subprocess.run(command, env=env, capture_output=True, timeout=TIMEOUT, check=False)
        assert done.returncode == 1 and word in done.stderr.decode() and "--port" in done.stderr.decode()


def test_a_database_in_which_nothing_is_yet_is_not_filled_by_a_start(
    tmp_path: Path, postgresql: tuple[str, Path]
):
    address, _ = postgresql
    env = {**environment(tmp_path, address), "REPIT_OPERATOR_KEY": secrets.token_hex(32)}
    done = subprocess.run([*REPIT, "hotline"], env=env, capture_output=True, timeout=TIMEOUT, check=False)
    assert done.returncode == 1 and "repit init" in done.stderr.decode()


def test_what_it_logs_under_fire_holds_no_hash_no_key_and_no_receipt(
    tmp_path: Path, start_hotline: Callable[[dict[str, str]], Hotline]
):
    running = start_hotline({**environment(tmp_path), "REPIT_LOG_LEVEL": "DEBUG"})
    value = random_pdq()
    receipt = running.open_case(value)
    key = running.add_subscriber("noisy")
    running.call("GET", "/exchange/repit/v1/changes?after=x", key=key)
    running.call("POST", "/api/v1/cases/status", {"number": receipt["number"], "secret": "wrong"})
    running.call("POST", "/api/v1/cases", {"items": value})
    running.kill()
    log = b"".join(running.log).decode()
    for private in (value, key, receipt["number"], receipt["secret"]):
        assert private not in log
