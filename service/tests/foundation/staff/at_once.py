"""One of several processes that do the same in the same moment, on one database that is really written.

Usage: at_once.py begin | join. Says what there is, then does what each line orders, in threads that begin
together, and prints what each got: one JSON value a line, in and out.
"""

import json
import secrets
import sys
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parents[2])]

from repit.demo import installations  # noqa: E402

installations.set_up("hotline")

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from staff_people import PASSWORD, Someone  # noqa: E402

from repit.foundation import clock, sqlite_log  # noqa: E402
from repit.foundation.limits import hour, retention  # noqa: E402
from repit.foundation.limits.models import Count  # noqa: E402
from repit.foundation.staff.models import Member  # noqa: E402
from repit.hotline.feeds import subscribers  # noqa: E402
from repit.platform.web.review_desk import tickets  # noqa: E402

settings.ALLOWED_HOSTS.append("testserver")
settings.REPIT_SUBMISSIONS_PER_HOUR, settings.REPIT_REPORTS_PER_HOUR = 4, 7
THREADS = 3


def people() -> Any:
    """Two members, with an app each, and a subscriber."""
    ana, _ = (Someone("moderator", name=name).enrol().with_app() for name in ("ana", "bea"))
    return [ana.member.pk, ana.secret, subscribers.add("forum")]


def issue(member: int) -> str:
    return tickets.issue(member, "review")


def guess(name: str) -> int:
    """How many of six wrong passwords were looked at by this thread."""
    before = len(looked_at)
    for number in range(6):
        Client().post("/staff/login/", {"login": name, "password": f"wrong {number} {threading.get_ident()}"})
    return sum(str(threading.get_ident()) in thread_name for thread_name in looked_at[before:])


def code(name: str, shown: str) -> bool:
    """Whether this code signed in."""
    client = Client()
    client.post("/staff/login/", {"login": name, "password": PASSWORD})
    client.post("/staff/second-factor/authenticate/", {"code": shown})
    return client.get("/staff/").status_code == 200


def ticket(content: str, member: int) -> bool:
    """Whether the ticket was good."""
    return tickets.used(content, member, "review")


def opened(address: str) -> int:
    """How many of three cases were opened from there."""
    found = 0
    for _ in range(3):
        hash_ = {"algorithm": "pdq", "value": secrets.token_hex(32), "quality": 90}
        body = {"items": [{"media": "picture", "kind": "intimate", "hashes": [hash_]}]}
        answer = Client(REMOTE_ADDR=address).post("/api/v1/cases", body, content_type="application/json")
        found += answer.status_code == 201
    return found


def reported(key: str) -> int:
    """How many of three reports were looked at."""
    shown = {"HTTP_AUTHORIZATION": f"Bearer {key}"}
    path = "/exchange/repit/v1/matches"
    answers = [Client().post(path, {}, content_type="application/json", **shown) for _ in range(3)]
    return sum(answer.status_code == 400 for answer in answers)


def salted() -> list[str]:
    """The salt of the hour, and by what is found what was counted under it; PostgreSQL has taken its samples,
    as it does by itself from time to time."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE limits_count, limits_salt")
    return [hour.salt()[0].hex(), *Count.objects.values_list("slot", flat=True)]


def hour_over() -> bool:
    """An hour later: whether nothing is left."""
    begin = clock.now()
    with clock.at(lambda: begin + timedelta(hours=1, minutes=1)):
        retention.sweep()
    sqlite_log.fold()
    return not Count.objects.filter(ends_at__lt=begin + timedelta(hours=1)).exists()


looked_at: list[str] = []
compared = Member.check_password


def noting(self: Member, raw: str) -> bool:
    looked_at.append(raw)
    return compared(self, raw)


Member.check_password = noting  # type: ignore[method-assign]


def together(work: Callable[..., Any], arguments: list[Any]) -> list[Any]:
    got: list[Any] = []
    gate = threading.Barrier(THREADS)

    def caller() -> None:
        gate.wait()
        try:
            got.append(work(*arguments))
        except Exception as error:  # noqa: BLE001 - the test wants to see it
            got.append(repr(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=caller) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return got


def say(value: Any) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


say(people() if sys.argv[1] == "begin" else [])
WORK: dict[str, Callable[..., Any]] = {
    "guess": guess,
    "code": code,
    "ticket": ticket,
    "open": opened,
    "report": reported,
}
ALONE: dict[str, Callable[..., Any]] = {"issue": issue, "salted": salted, "hour over": hour_over}
for line in sys.stdin:
    order, *rest = json.loads(line)
    say(ALONE[order](*rest) if order in ALONE else together(WORK[order], rest))
