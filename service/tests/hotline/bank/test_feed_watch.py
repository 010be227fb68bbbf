"""The long poll's other end: waiting costs nothing while nothing happens."""

from __future__ import annotations

import threading

from repit.hotline.bank import feed_watch
from repit.hotline.bank.feed_watch import _Watch


def test_who_waits_is_woken_by_a_commit_of_this_process(monkeypatch):
    monkeypatch.setattr(feed_watch, "_head", lambda: 0)
    watch, woken = _Watch(), []
    threads = [threading.Thread(target=lambda: woken.append(watch.beyond(6, 60))) for _ in range(20)]
    for thread in threads:
        thread.start()
    watch.reached(7)
    for thread in threads:
        thread.join(60)
    assert woken == [True] * 20


def test_one_thread_reads_for_all_who_wait_and_ends_with_them(monkeypatch):
    readers: set[str] = set()
    reads = threading.Event()

    def head() -> int:
        readers.add(threading.current_thread().name)
        reads.set()
        return 0

    monkeypatch.setattr(feed_watch, "_head", head)
    watch = _Watch()
    threads = [threading.Thread(target=lambda: watch.beyond(0, 0.3)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert reads.is_set() and len(readers) == 1
    for thread in threading.enumerate():
        if thread.name in readers:
            thread.join(60)
    assert not watch._running


def test_waiting_in_vain_ends(monkeypatch):
    monkeypatch.setattr(feed_watch, "_head", lambda: 0)
    assert not _Watch().beyond(0, 0.05)


def test_what_has_already_happened_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(feed_watch, "_head", lambda: 5)
    watch = _Watch()
    watch.reached(5)
    assert watch.beyond(4, 600)
