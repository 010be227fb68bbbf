"""What tests do in processes of their own, against a database that is really written.

Usage: scripts.py migrate | seed N | write WHO N | follow N | admit NAME | join KIND NAME ADDRESS JSON. Prints
one JSON value.
"""

from __future__ import annotations

import json
import secrets
import sys
import time
from typing import Any

from repit.workers import starting

starting.set_up("hotline")
if sys.argv[1] in ("migrate", "seed", "admit"):
    starting.migrate()

from repit.bank import feed, items  # noqa: E402
from repit.bank.types import Signal, Submission  # noqa: E402
from repit.cases import service  # noqa: E402
from repit.exchange import partners, subscribers  # noqa: E402


def submission(value: bytes) -> Submission:
    return Submission("picture", "intimate", (Signal("pdq", "whole", value, 90),))


def seed(count: int) -> Any:
    """Open cases of one or two items and withdraw every third; what a thief must not find."""
    cases = []
    for number in range(count):
        values = [secrets.token_bytes(32) for _ in range(1 + number % 2)]
        receipt = service.open_case([submission(value) for value in values])
        if number % 3 == 0:
            service.withdraw(receipt.number, receipt.secret, "all")
        cases.append(
            {"number": receipt.number, "secret": receipt.secret, "hashes": [v.hex() for v in values]}
        )
    return cases


def write(who: str, count: int) -> Any:
    """Submit items as fast as possible, and withdraw every fourth."""
    names = []
    for number in range(count):
        taken = items.submit(submission(secrets.token_bytes(32)), actor=who, publish=True)
        names.append(taken.item)
        if number % 4 == 0:
            items.withdraw(taken.item, actor=who, reason="test")
    return names


def follow(last: int) -> Any:
    """Follow by checkpoint, as a subscriber would, until change number `last`."""
    seen: list[tuple[int, str, str]] = []
    checkpoint = 0
    until = time.monotonic() + 100
    while checkpoint < last and time.monotonic() < until:
        for change in feed.changes_after(checkpoint, limit=7):
            seen.append((change.sequence, change.item.item, change.item.state))
            checkpoint = change.sequence
    return seen


def admit(name: str) -> Any:
    """The key of a new subscriber that is a hotline."""
    granted = subscribers.Grant(exchanges=(*subscribers.EXCHANGES, "sync"))
    return subscribers.add(name, granted=granted)


def join(kind: str, name: str, address: str, credentials: str) -> Any:
    """Pull from a partner."""
    partners.add(kind, name, json.loads(credentials), address=address, every_seconds=1)


def main() -> None:
    what, *rest = sys.argv[1:]
    result = None
    if what == "seed":
        result = seed(int(rest[0]))
    elif what == "write":
        result = write(rest[0], int(rest[1]))
    elif what == "follow":
        result = follow(int(rest[0]))
    elif what == "admit":
        result = admit(rest[0])
    elif what == "join":
        result = join(*rest)
    sys.stdout.write(json.dumps(result))


main()
