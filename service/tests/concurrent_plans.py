"""Play plans of concurrent transactions, while three clients page by their checkpoints.

Usage: concurrent_plans.py, in an installation's environment. In: a plan a line, as JSON. Out: for each, a
line: what the bank holds in the end, and what each client does. Each writer is a thread with a connection of
its own; the hotline's clock runs twenty times as fast as ours, and each step of a plan may set it wrong.
"""

from __future__ import annotations

import json
import secrets
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

from repit.demo import installations

installations.set_up("hotline")

from django.db import connection, transaction  # noqa: E402
from ncmec_client import CLIENT_LAG, updates  # noqa: E402

from repit.exchanges.ncmec.wire import Window  # noqa: E402
from repit.foundation import clock  # noqa: E402
from repit.foundation.hashes import Hash  # noqa: E402
from repit.hotline.bank import feed, items  # noqa: E402
from repit.hotline.bank.types import Submission  # noqa: E402
from repit.hotline.feeds import keys, subscribers  # noqa: E402
from repit.hotline.feeds import ncmec_server as ncmec  # noqa: E402
from repit.hotline.feeds import repit_server as ours  # noqa: E402
from repit.hotline.feeds import stopncii_server as stopncii  # noqa: E402
from repit.hotline.feeds.canary import CANARIES  # noqa: E402
from repit.hotline.feeds.keys import Granted  # noqa: E402

FASTER = 20.0


class GivenUp(Exception):
    """A transaction that is rolled back."""


class Clock:
    """The true time, and what the hotline takes for it."""

    def __init__(self) -> None:
        self._begun, self.wrong = time.monotonic(), timedelta()
        self._ahead = timedelta()

    def true(self) -> datetime:
        passed = timedelta(seconds=FASTER * (time.monotonic() - self._begun))
        return datetime(2026, 1, 1, tzinfo=UTC) + passed + self._ahead

    def hotlines(self) -> datetime:
        return self.true() + self.wrong

    def pass_by(self, seconds: float) -> None:
        self._ahead += timedelta(seconds=seconds)


class Ours:
    """A follower of our own feed."""

    def __init__(self, who: Granted) -> None:
        self.who, self.checkpoint, self.held = who, 0, dict[str, str]()

    def fetch(self) -> None:
        page = ours.page(self.who, self.checkpoint, 0)
        for change in page.changes:
            if change.sequence != self.checkpoint + 1:
                raise RuntimeError("a change was left out")
            self.checkpoint = change.sequence
            self.held[change.entry.item] = change.entry.state

    def names(self) -> list[str]:
        return sorted(name for name, state in self.held.items() if state == "active")


class StopNcii:
    """A client that keeps records by their hash, and its checkpoint between fetches."""

    def __init__(self, who: Granted) -> None:
        self.who, self.start, self.held = who, 10, dict[bytes, str]()

    def fetch(self) -> None:
        token, reached = "", self.start
        while True:
            page = stopncii.fetch(self.who, self.start, 3, token)
            self.held |= {record.value: record.status for record in page.records}
            reached, token = page.next_second, page.next_token or ""
            if not token:
                self.start = reached
                return

    def names(self) -> list[str]:
        active = {value for value, status in self.held.items() if status == "Active"}
        return sorted(value.hex() for value in active - set(CANARIES))


class Ncmec:
    """A client that cuts windows by its own, true clock, and asks for no moment twice."""

    def __init__(self, who: Granted, true: Callable[[], datetime]) -> None:
        self.who, self.true, self.held = who, true, set[str]()
        self.asked = int(true().timestamp()) - CLIENT_LAG

    def fetch(self) -> None:
        ends = int(self.true().timestamp()) - CLIENT_LAG
        if ends > self.asked:
            for entry in updates(ncmec.entries(self.who, Window(self.asked, ends))):
                (self.held.discard if entry.deleted else self.held.add)(entry.id)
            self.asked = ends

    def names(self) -> list[str]:
        return sorted(self.held)


def write(plan: list[list[Any]], hand: Clock) -> None:
    """One writer; a step is a pause, how long the transaction stays open, what it does, the clock's error."""
    own: list[str] = []
    try:
        for pause, open_for, what, wrong in plan:
            time.sleep(pause)
            hand.wrong = timedelta(seconds=wrong)
            try:
                own = _one_transaction(list(own), what, open_for)
            except GivenUp:
                continue
    finally:
        connection.close()


def _one_transaction(own: list[str], what: str, open_for: float) -> list[str]:
    with transaction.atomic():
        if what == "withdraw" and own:
            items.withdraw(own.pop(0), actor="test", reason="")
        else:
            hash_ = Hash("pdq", "whole", secrets.token_bytes(32), 90)
            own.append(
                items.submit(Submission("picture", "intimate", (hash_,)), actor="test", publish=True).item
            )
        time.sleep(open_for)
        if what == "give up":
            raise GivenUp
    return own


def follow(client: Ours | StopNcii | Ncmec, done: threading.Event, pause: float) -> None:
    try:
        while not done.is_set():
            client.fetch()
            time.sleep(pause)
    finally:
        connection.close()


def play(plan: dict[str, Any], hand: Clock, clients: list[Ours | StopNcii | Ncmec]) -> Any:
    done = threading.Event()
    with ThreadPoolExecutor() as pool:
        reading = [pool.submit(follow, client, done, plan["pause"]) for client in clients]
        try:
            for writing in [pool.submit(write, steps, hand) for steps in plan["writers"]]:
                writing.result()
        finally:
            done.set()
        for reader in reading:
            reader.result()
    hand.wrong = timedelta()
    hand.pass_by(120)  # once the hotline's clock has passed all that was written
    for client in clients:
        client.fetch()
    entries = [entry for entry in feed.everything() if entry.state == "active"]
    return {
        "bank": sorted(entry.item for entry in entries),
        "hashes": sorted(entry.hashes[0].value.hex() for entry in entries),
        **{type(client).__name__: client.names() for client in clients},
    }


def main() -> None:
    who = keys.recognise(subscribers.add("reader"))
    hand = Clock()
    with clock.at(hand.hotlines):
        clients = [Ours(who), StopNcii(who), Ncmec(who, hand.true)]
        for line in sys.stdin:
            sys.stdout.write(json.dumps(play(json.loads(line), hand, clients)) + "\n")
            sys.stdout.flush()


main()
