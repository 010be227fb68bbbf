"""A hotline through a month of a town's days, in a process and a database of its own.

In: `python -m drills.joining.town SEED CASES DAYS FOLDER [bare]`, the settings of an installation. Out: its
database and files as they lie in the middle of the last day, backups made on the way (opened) in the folder,
and one JSON line: the items of each case, which only this process ever knew. Next: `theft`. `bare`: nothing
is laid down anew and no moment is forgotten, to see what the thief would find then.

Whatever a hotline does by itself is done here by the same functions at the same times: letters are carried
out second by second, the log is emptied, the rows of the day are laid down anew every minute, the night's
work is done each night. People open cases at all hours of their day, come back, write, take items back, have
their case erased; caseworkers take cases over.
"""

import json
import secrets
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random

from repit.demo import installations

installations.set_up("hotline")

import numpy as np  # noqa: E402
import zstandard  # noqa: E402
from django.conf import settings  # noqa: E402
from nacl.bindings import crypto_scalarmult_base  # noqa: E402

from repit.foundation import clock, sealed_file, sqlite_log  # noqa: E402
from repit.foundation.backups import making  # noqa: E402
from repit.foundation.hashes import Hash, Kind  # noqa: E402
from repit.foundation.ids import token  # noqa: E402
from repit.hotline.bank.carrying import Carrier  # noqa: E402
from repit.hotline.bank.models import Item  # noqa: E402
from repit.hotline.bank.types import Submission  # noqa: E402
from repit.hotline.cases import access_codes, casework, caseworkers, closing, desk, service, sessions, thread  # noqa: E402
from repit.hotline.cases.access_codes import Code  # noqa: E402
from repit.hotline.cases.casefile import Casefile  # noqa: E402
from repit.hotline.feeds import erasure  # noqa: E402
from repit.hotline.loops import case_calendar, upkeep  # noqa: E402
from repit.hotline.web.case_pages import receipts  # noqa: E402
from repit_engine.moments import Moments, to_bytes  # noqa: E402

FIRST = datetime(2031, 3, 3, tzinfo=UTC)
PASSPHRASE = "four words and a comma,"  # noqa: S105 - nobody's
CARRIED = settings.REPIT_SPREAD_SECONDS + 1
MOST_ITEMS = 9
LONGEST_VIDEO = 20 * 60


@dataclass(slots=True)
class Person:
    """Somebody with a case, and the items that are theirs."""

    code: Code
    case: int
    items: list[int] = field(default_factory=list)


class Town:
    """People, and the hours at which they come."""

    def __init__(self, seed: int, cases: int, days: int, folder: Path, *, bare: bool) -> None:
        self._random = Random(seed)
        self._cases, self._days, self._folder, self._bare = cases, days, folder, bare
        self._carrier = Carrier()
        self._private = secrets.token_bytes(32)
        settings.REPIT_OFFLINE_KEY = crypto_scalarmult_base(self._private)
        self.people: list[Person] = []
        self._gone: set[int] = set()
        self._staff: list[Casefile] = []
        self._plan: list[tuple[datetime, int, Callable[[], None]]] = []

    def live(self) -> None:
        """Every day until the theft, at four in the afternoon of the last one."""
        with clock.at(partial(_same, FIRST)):
            self._first = desk.found(caseworkers.enrol("ana", PASSPHRASE))
            self._worker = caseworkers.enrol("bea", PASSPHRASE)
        end = FIRST + timedelta(days=self._days, hours=16)
        for _ in range(self._cases):
            day = self._random.randrange(self._days + 1)
            self._later(FIRST + timedelta(days=day, hours=self._random.uniform(7, 15.9)), self._open)
        for day in range(1, self._days + 1):
            self._later(FIRST + timedelta(days=day, minutes=5), self._night)
        for day in (self._days // 3, 2 * self._days // 3):
            self._later(FIRST + timedelta(days=day, hours=13), self._back_up)
        while self._plan:
            self._plan.sort(key=lambda planned: planned[:2])
            moment, _, does = self._plan.pop(0)
            if moment > end:
                break
            with clock.at(partial(_same, moment)):
                does()
            self._settle(moment)

    def _later(self, moment: datetime, does: Callable[[], None]) -> None:
        self._plan.append((moment, len(self._plan), does))

    def _settle(self, moment: datetime) -> None:
        """What the hotline does in the minute that follows."""
        for second in range(1, CARRIED + 1):
            with clock.at(partial(_same, moment + timedelta(seconds=second))):
                self._carrier.once()
                while erasure.begin():
                    pass
                sqlite_log.fold()
        with clock.at(partial(_same, moment + timedelta(minutes=1))):
            if not self._bare:
                upkeep.within_the_day()
            sqlite_log.fold()

    def _open(self) -> None:
        before = set(Item.objects.values_list("pk", flat=True))
        count = min(MOST_ITEMS, 1 + int(self._random.expovariate(0.5)))
        code = service.open_case([self._submission() for _ in range(count)])
        receipts.keep(token(256), code)
        person = Person(code, access_codes.enter(code.number, code.secret).case_id)
        self.people.append(person)
        moment = clock.now()
        self._settle(moment)
        person.items = sorted(set(Item.objects.values_list("pk", flat=True)) - before)
        for chance, does, days in (
            (0.4, self._write, 3.0),
            (0.5, self._assign, 1.0),
            (0.2, self._take_back, 6.0),
            (0.1, self._erase, 9.0),
        ):
            if self._random.random() < chance:
                after = timedelta(days=self._random.uniform(0.02, days))
                self._later(moment + after, lambda does=does: does(person))  # type: ignore[misc]

    def _submission(self) -> Submission:
        def value() -> bytes:
            return self._random.randbytes(32)

        if self._random.random() < 0.25:
            seconds = min(LONGEST_VIDEO, 1 + int(self._random.expovariate(1 / 180)))
            return Submission(
                "video", "intimate", (Hash("md5", "whole", value()[:16]),), self._moments(seconds)
            )
        anchored = tuple(Hash("pdq", "anchored", value(), 90) for _ in range(self._random.randrange(9)))
        kind: Kind = "deepfake" if self._random.random() < 0.4 else "intimate"
        return Submission("picture", kind, (Hash("pdq", "whole", value(), 90), *anchored))

    def _moments(self, seconds: int) -> bytes:
        chance = np.random.default_rng(self._random.randrange(2**32))
        begins = np.arange(seconds, dtype=np.uint32) * 1_000
        of = np.repeat(np.arange(seconds, dtype=np.uint32), chance.integers(0, 5, seconds))
        hashes = chance.integers(0, 256, (seconds + len(of), 32), np.uint8)
        qualities = np.full(len(hashes), 90, np.uint8)
        return to_bytes(
            Moments(
                begins,
                begins,
                hashes[:seconds],
                qualities[:seconds],
                hashes[seconds:],
                of,
                qualities[seconds:],
                seconds * 1_000,
            )
        )

    def _enter(self, person: Person) -> Casefile:
        file = access_codes.enter(person.code.number, person.code.secret)
        sessions.begin_with(file)
        return file

    def _write(self, person: Person) -> None:
        if person.case not in self._gone:
            thread.write(self._enter(person), "Is it gone? " * self._random.randrange(1, 20))

    def _assign(self, person: Person) -> None:
        if person.case not in self._gone:
            casework.assign(self._first, person.case, self._worker.who)
            thread.write(
                Casefile(person.case, self._worker), "We are at it. " * self._random.randrange(1, 20)
            )

    def _take_back(self, person: Person) -> None:
        if person.case not in self._gone:
            file = self._enter(person)
            status = service.view(file).status
            count = len(status.items) if status else 0
            chosen = self._random.sample(range(1, count + 1), self._random.randrange(1, count + 1))
            service.take_back(file, chosen)

    def _erase(self, person: Person) -> None:
        if person.case not in self._gone:
            closing.erase_now(self._enter(person), keep_protection=self._random.random() < 0.5)
            self._gone.add(person.case)

    def _night(self) -> None:
        if not self._bare:
            upkeep.nightly()
        case_calendar.once()
        sqlite_log.fold()

    def _back_up(self) -> None:
        number = len(list(self._folder.glob("backup-*")))
        sealed = self._folder / f"sealed-{number}"
        making.make(sealed, "hotline")
        with sealed.open("rb") as file:
            packed = b"".join(sealed_file.read(file, self._private))
        rows = zstandard.ZstdDecompressor().decompressobj().decompress(packed)
        (self._folder / f"backup-{number}").write_bytes(rows)


def _same(moment: datetime) -> datetime:
    return moment


def main() -> None:
    """See the module's words."""
    seed, cases, days = map(int, sys.argv[1:4])
    town = Town(seed, cases, days, Path(sys.argv[4]), bare="bare" in sys.argv[5:])
    town.live()
    print(json.dumps([[person.case, person.items] for person in town.people]))


if __name__ == "__main__":
    main()
