"""What tests do in processes of their own, against a database that is really written.

Usage: scripts.py seed N | write WHO N | follow N | prepare | act WHO NUMBER WORDS SECONDS | found
NUMBER WORDS | admit NAME | join KIND NAME ADDRESS JSON | bank | a week later. Prints one JSON value.
"""

from __future__ import annotations

import json
import secrets
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from repit.demo import installations

installations.set_up("hotline")

from django.conf import settings  # noqa: E402
from django.test import Client  # noqa: E402
from staff_people import PASSWORD, Someone, code_of  # noqa: E402

from repit.exchanges import partners  # noqa: E402
from repit.foundation import clock  # noqa: E402
from repit.foundation.clock import now  # noqa: E402
from repit.foundation.errors import TooLarge  # noqa: E402
from repit.foundation.hashes import Hash  # noqa: E402
from repit.foundation.ids import token as fresh_token  # noqa: E402
from repit.foundation.kept import store  # noqa: E402
from repit.hotline.bank import feed, items, turning  # noqa: E402
from repit.hotline.bank.models import Item  # noqa: E402
from repit.hotline.bank.types import Submission  # noqa: E402
from repit.hotline.cases import (  # noqa: E402
    access_codes,
    access_log,
    casework,
    caseworkers,
    checklist,
    desk,
    helpers,
    locations,
    recovery,
    service,
    sessions,
    tasks,
    thread,
)
from repit.hotline.cases.access_codes import Code  # noqa: E402
from repit.hotline.cases.casefile import Casefile  # noqa: E402
from repit.hotline.cases.locations import Wishes  # noqa: E402
from repit.hotline.feeds import subscribers  # noqa: E402
from repit.hotline.loops import upkeep  # noqa: E402
from repit.hotline.web.case_pages import receipts  # noqa: E402

PASSPHRASE = "four words and a comma,"


def submission(value: bytes) -> Submission:
    return Submission("picture", "intimate", (Hash("pdq", "whole", value, 90),))


def seed(count: int) -> Any:
    """Cases with everything a person can leave in one; what a thief must not find."""
    first = desk.found(caseworkers.enrol("ana", PASSPHRASE))
    staff = [caseworkers.enrol(name, PASSPHRASE) for name in ("bea", "cyd")]
    cases, shared = [], secrets.token_bytes(32)
    for number in range(count):
        values = [secrets.token_bytes(32) for _ in range(1 + number % 2)] + [shared] * (number % 5 == 0)
        address = f"https://location-{secrets.token_hex(8)}.example/{number}"
        texts = [f"{who} writes {secrets.token_hex(8)} thus" for who in ("person", "caseworker")]
        label = f"label{secrets.token_hex(6)}"
        receipt = service.open_case(
            [submission(value) for value in values],
            wishes=Wishes(("talk", "remove")),
            seen_at=[address, "https://shared-by-all.example/"],
        )
        mine = access_codes.enter(receipt.number, receipt.secret)
        thread.write(mine, texts[0])
        codes: list[Code] = [receipt]
        if number % 4 == 0:
            codes += [helpers.add(mine, label, helpers.RIGHTS), recovery.prepare(mine)]
        worker = staff[number % 2]
        casework.assign(first, mine.case_id, worker.who)
        theirs = Casefile(mine.case_id, worker)
        thread.write(theirs, texts[1])
        noted = f"task {secrets.token_hex(8)} at the host"
        tasks.add(theirs, tasks.New("answer", noted, now() + timedelta(hours=number + 1), 1))
        checklist.mark(theirs, "safe", "done")
        checklist.set_danger(theirs, danger=number % 2 == 0)
        token = sessions.begin_with(mine)
        browser, waits = fresh_token(256), f"typed too late {secrets.token_hex(8)}"
        receipts.keep(browser, receipt)
        store.keep(browser, "typed on my-messages", {"pairs": [["text", waits]]})
        if number % 3 == 0:
            service.take_back(mine, "all")
        cases.append(
            {
                "hashes": [v.hex() for v in values],
                "codes": [
                    [c.number, c.secret, " ".join(c.words("fr")), " ".join(c.words("en"))] for c in codes
                ],
                "texts": [
                    address,
                    "https://shared-by-all.example/",
                    *texts,
                    noted,
                    label,
                    token,
                    browser,
                    waits,
                ],
                "read": [m.text for m in thread.read(mine)],
            }
        )
    return cases


def act(who: str, number: str, words: str, seconds: float) -> Any:
    """One of four hands on one case, as fast as it can; what it wrote."""
    settings.ALLOWED_HOSTS.append("testserver")
    mine = access_codes.enter(number, words)
    work = at_the_desk(who, mine.case_id) if who in ("ana", "bea") else by_themselves(who, mine)
    wrote: list[str] = []
    until = time.monotonic() + seconds
    # Paced so that a whole minute stays below the most that a case holds; on a busy machine ten at least.
    while time.monotonic() < until or len(wrote) < 10:
        time.sleep(0.35 if who == "helper" else 0.1)
        try:
            wrote.append(work(len(wrote)))
        except TooLarge:
            break
    return [text for text in wrote if text]


def by_themselves(who: str, mine: Casefile) -> Callable[[int], str]:
    """The person or a helper: what they do in their turn, and what they wrote by it."""

    def work(turn: int) -> str:
        text = f"{who} {turn}"
        if who == "helper":
            locations.add(mine, [text])
        elif turn % 7 == 6:
            service.view(mine)
            helpers.listed(mine)
            return ""
        elif turn % 9 == 8:
            with mine.turn() as held:
                held.rotate(["thread", "locations"])
            return ""
        else:
            thread.write(mine, text)
        return text

    return work


def at_the_desk(who: str, case: int) -> Callable[[int], str]:
    """A caseworker in front of the desk's pages, signed in with two factors, their keys unlocked."""
    client = Client()
    client.post("/staff/login/", {"login": who, "password": PASSWORD})
    client.post("/staff/second-factor/authenticate/", {"code": code_of("JBSWY3DPEHPK3PXP")})
    unlocked = client.post("/staff/cases/unlock/", {"passphrase": PASSPHRASE})
    page = f"/staff/cases/{case}/"

    def done(answer: Any, *expected: int) -> None:
        if answer.status_code == 413:
            raise TooLarge
        if answer.status_code not in expected:
            raise AssertionError(f"{answer.status_code}: {answer.content.decode()}")

    def work(turn: int) -> str:
        text = f"{who} {turn}"
        if turn % 5 == 4:
            done(client.get(page), 200)
            done(client.post(page + "checklist/", {"point": "safe:done"}), 302, 409)
            done(client.post(page + "checklist/", {"point": "safe:open"}), 302, 409)
            return ""
        if turn % 7 == 6:
            done(client.post(page + "tasks/", {"kind": "other", "what": f"task {text}", "within": "4"}), 302)
            done(client.post(page + "tasks/change/", {"task": "1", "after": "done"}), 302, 409)
            done(client.post(page + "tasks/change/", {"task": "1", "after": "open"}), 302, 409)
            return f"task {text}"
        done(client.post(page + "answer/", {"text": text}), 302)
        return text

    done(unlocked, 302)
    return work


def prepare() -> Any:
    """A case with a helper, in the hands of two caseworkers, all of it through the desk's pages."""
    settings.ALLOWED_HOSTS.append("testserver")
    ana, bea = (Someone("caseworker", name=name).enrol().with_app().client for name in ("ana", "bea"))
    for client in (ana, bea):
        client.post("/staff/cases/begin/", {"new": PASSPHRASE, "again": PASSPHRASE})
    ana.post("/staff/cases/desk/change/", {"what": "found"})
    receipt = service.open_case([submission(secrets.token_bytes(32))])
    mine = access_codes.enter(receipt.number, receipt.secret)
    helper = helpers.add(mine, "", ["locations"])
    ana.post(f"/staff/cases/{mine.case_id}/take/")
    ana.post(f"/staff/cases/{mine.case_id}/hand-on/", {"who": "bea"})
    return [[code.number, code.secret] for code in (receipt, helper)]


def found(number: str, words: str) -> Any:
    """What is in the case afterwards, as the person reads it, and whether its log holds."""
    mine = access_codes.enter(number, words)
    seen = casework.overview(Casefile(mine.case_id, caseworkers.unlock("ana", PASSPHRASE)))
    return {
        "messages": [m.text for m in thread.read(mine)],
        "numbers": [m.number for m in thread.read(mine)],
        "locations": [p.text for p in locations.read(mine).shown],
        "steps": [[before, after, by] for _, before, after, by in seen.steps],
        "tasks": [
            [task.number, task.text, task.state] for task in sorted(seen.tasks, key=lambda t: t.number)
        ],
        "checklist": [[point.code, point.state] for point in seen.checklist.points] if seen.checklist else [],
        "entries": [entry.what for entry in service.access_log(mine)],
        "log": access_log.verify(mine.case_id),
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


def week_later() -> None:
    """What the hotline does by itself in a week."""
    moment = now() + timedelta(days=8)
    with clock.at(lambda: moment):
        upkeep.nightly()
        turning.begin_if_due()
        while turning.carry_over():
            pass


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
        mine = access_codes.enter(*rest)
        thread.write(mine, "after")
        service.open_case([submission(secrets.token_bytes(32))])
        result = [m.text for m in thread.read(mine)]
    elif what == "found":
        result = found(*rest)
    elif what == "admit":
        result = admit(rest[0])
    elif what == "join":
        result = join(*rest)
    elif what == "a week later":
        week_later()
    elif what == "bank":
        result = sorted(Item.objects.values_list("state", flat=True))
    sys.stdout.write(json.dumps(result))


main()
