"""What tests do in processes of their own, against a database that is really written.

Usage: scripts.py migrate | seed N | write WHO N | follow N | prepare | act WHO NUMBER WORDS SECONDS | found
NUMBER WORDS | admit NAME | join KIND NAME ADDRESS JSON. Prints one JSON value.
"""

from __future__ import annotations

import json
import secrets
import sys
import time
from datetime import timedelta
from typing import Any

from repit.workers import starting

starting.set_up("hotline")
if sys.argv[1] in ("migrate", "seed", "prepare", "admit"):
    starting.migrate()

from repit.bank import feed, items  # noqa: E402
from repit.bank.types import Signal, Submission  # noqa: E402
from repit.cases import (  # noqa: E402
    casework,
    caseworkers,
    checklist,
    desk,
    doors,
    helpers,
    looks,
    places,
    service,
    tasks,
    thread,
    visits,
    way_back,
)
from repit.cases.casefile import Casefile  # noqa: E402
from repit.cases.doors import Code  # noqa: E402
from repit.cases.places import Wishes  # noqa: E402
from repit.exchange import partners, subscribers  # noqa: E402
from repit.foundation.clock import now  # noqa: E402
from repit.foundation.errors import TooLarge  # noqa: E402

PASSPHRASE = "four words and a comma,"


def submission(value: bytes) -> Submission:
    return Submission("picture", "intimate", (Signal("pdq", "whole", value, 90),))


def seed(count: int) -> Any:
    """Cases with everything a person can leave in one; what a thief must not find."""
    first = desk.found(caseworkers.enrol("ana", PASSPHRASE))
    staff = [caseworkers.enrol(name, PASSPHRASE) for name in ("bea", "cyd")]
    cases, shared = [], secrets.token_bytes(32)
    for number in range(count):
        values = [secrets.token_bytes(32) for _ in range(1 + number % 2)] + [shared] * (number % 5 == 0)
        address = f"https://place-{secrets.token_hex(8)}.example/{number}"
        texts = [f"{who} writes {secrets.token_hex(8)} thus" for who in ("person", "caseworker")]
        label = f"label{secrets.token_hex(6)}"
        receipt = service.open_case(
            [submission(value) for value in values],
            wishes=Wishes(("talk", "remove")),
            seen_at=[address, "https://shared-by-all.example/"],
        )
        mine = doors.enter(receipt.number, receipt.secret)
        thread.write(mine, texts[0])
        codes: list[Code] = [receipt]
        if number % 4 == 0:
            codes += [helpers.add(mine, label, helpers.RIGHTS), way_back.prepare(mine)]
        worker = staff[number % 2]
        casework.assign(first, mine.case_id, worker.who)
        theirs = Casefile(mine.case_id, worker)
        thread.write(theirs, texts[1])
        noted = f"task {secrets.token_hex(8)} at the host"
        tasks.add(theirs, tasks.New("answer", noted, now() + timedelta(hours=number + 1), 1))
        checklist.mark(theirs, "safe", "done")
        checklist.set_danger(theirs, danger=number % 2 == 0)
        token = visits.begin_with(mine)
        if number % 3 == 0:
            service.take_back(mine, "all")
        cases.append(
            {
                "hashes": [v.hex() for v in values],
                "codes": [
                    [c.number, c.secret, " ".join(c.words("fr")), " ".join(c.words("en"))] for c in codes
                ],
                "texts": [address, "https://shared-by-all.example/", *texts, noted, label, token],
                "read": [m.text for m in thread.read(mine)],
            }
        )
    return cases


def act(who: str, number: str, words: str, seconds: float) -> Any:
    """One of four hands on one case, as fast as it can; what it wrote."""
    if who in ("ana", "bea"):
        holder = caseworkers.unlock(who, PASSPHRASE)
        mine = Casefile(doors.enter(number, words).case_id, holder)
    else:
        mine = doors.enter(number, words)
    wrote: list[str] = []
    until = time.monotonic() + seconds
    # Paced so that a whole minute stays below the most that a case holds; on a busy machine ten at least.
    while time.monotonic() < until or len(wrote) < 10:
        time.sleep(0.35 if who == "helper" else 0.1)
        text = f"{who} {len(wrote)}"
        try:
            if who == "helper":
                places.add(mine, [text])
            elif len(wrote) % 7 == 6 and who == "person":
                service.view(mine)
                helpers.listed(mine)
                wrote.append("")
                continue
            elif len(wrote) % 9 == 8 and who == "person":
                with mine.turn() as turn:
                    turn.rotate(["thread", "places"])
                wrote.append("")
                continue
            else:
                thread.write(mine, text)
            wrote.append(text)
        except TooLarge:
            break
    return [text for text in wrote if text]


def prepare() -> Any:
    """A case with a helper, in the hands of two caseworkers."""
    first, _ = caseworkers.enrol("ana", PASSPHRASE), caseworkers.enrol("bea", PASSPHRASE)
    at_desk = desk.found(first)
    receipt = service.open_case([submission(secrets.token_bytes(32))])
    mine = doors.enter(receipt.number, receipt.secret)
    helper = helpers.add(mine, "", ["places"])
    for name in ("ana", "bea"):
        casework.assign(at_desk, mine.case_id, name)
    return [[code.number, code.secret] for code in (receipt, helper)]


def found(number: str, words: str) -> Any:
    """What is in the case afterwards, as the person reads it, and whether its log holds."""
    mine = doors.enter(number, words)
    steps = casework.overview(Casefile(mine.case_id, caseworkers.unlock("ana", PASSPHRASE))).steps
    return {
        "messages": [m.text for m in thread.read(mine)],
        "numbers": [m.number for m in thread.read(mine)],
        "places": [p.text for p in places.read(mine).shown],
        "steps": [[before, after, by] for _, before, after, by in steps],
        "log": looks.verify(mine.case_id),
    }


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
    elif what == "prepare":
        result = prepare()
    elif what == "act":
        result = act(rest[0], rest[1], rest[2], float(rest[3]))
    elif what == "read":
        mine = doors.enter(*rest)
        thread.write(mine, "after")
        service.open_case([submission(secrets.token_bytes(32))])
        result = [m.text for m in thread.read(mine)]
    elif what == "found":
        result = found(*rest)
    elif what == "admit":
        result = admit(rest[0])
    elif what == "join":
        result = join(*rest)
    sys.stdout.write(json.dumps(result))


main()
