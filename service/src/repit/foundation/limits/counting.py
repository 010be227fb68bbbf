"""How often something may be done, counted in the database: every process counts alike.

In: what is done by whom, and the most that may be done within a time. Out: a `Counted` deed, or None where it
is one too many. Next: sign-in (`staff.guessing`), passphrases, cases that are opened, subscribers' reports.

A deed is counted before it is done, under the lock of its row, so that a hundred at once are no more than a
hundred in turn; one that came to nothing is given back. Everybody has a row of their own: nobody waits for
another's, and one that is refused writes nothing. A row is found by a keyed digest and holds moments only;
where it counts an origin, it is found under the salt of the hour too, and lost with it (`hour`). It goes when
its time is over (`retention`).
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from repit.foundation.clock import now
from repit.foundation.limits import hour
from repit.foundation.limits.models import Count
from repit.foundation.limits.room import room
from repit.foundation.sealing import keyed_digest

HOUR: Final = timedelta(hours=1)
MINUTE: Final = timedelta(minutes=1)
DAY: Final = timedelta(days=1)
LONGEST: Final = DAY
"""No rate is for longer; a row that would end later was written by a clock that ran ahead."""
AHEAD: Final = 2 * MINUTE
"""Clocks of several machines differ by less, and moments are rounded up by a minute at most. What seems to
lie further ahead was counted by a clock that was wrong, and does not count before its time comes. It goes
with the next that is counted, not with one that is refused: where the clocks of two machines differ by more,
whoever is refused at one would begin anew at the other."""
_Moments = dict[float, int]


@dataclass(frozen=True, slots=True)
class Rate:
    """At most so many within this time, whenever it is taken to begin."""

    most: int
    within: timedelta


@dataclass(frozen=True, slots=True, repr=False)
class Counted:
    """One deed, counted."""

    slot: str
    moment: float

    def give_back(self) -> None:
        """It came to nothing: as if it had not been."""
        with transaction.atomic():
            row = Count.objects.select_for_update().filter(pk=self.slot).first()
            moments = _read(row)
            if row is None or self.moment not in moments:
                return
            moments[self.moment] -= 1
            row.moments = _written(moments)
            if row.moments:
                row.save(update_fields=["moments"])
            else:
                row.delete()


@dataclass(frozen=True, slots=True)
class Limit:
    """`use` names it; all of its `rates` hold.

    `grain`: moments are rounded up to so much, a minute at most, so that a row of many is short and tells
    less. `origins`: who is counted is where someone comes from, which nobody can find out once the hour is
    over; when it ends, all may begin anew.
    """

    use: str
    rates: tuple[Rate, ...]
    grain: timedelta = timedelta()
    origins: bool = False

    def count(self, who: str) -> Counted | None:
        """Count one; None where that is more than one of the rates allows, and then nothing is counted."""
        moment = now()
        slot, ends_at = self._slot(who, moment)
        row = Count.objects.filter(pk=slot).first()
        if self._full(_read(row), moment):
            return None
        at = self._kept_as(moment)
        if row is None and self.origins and not room.take():
            return Counted(slot, at)
        with transaction.atomic():
            row = _locked(slot, ends_at, there=row is not None)
            held = _counting(_read(row), moment, self._longest)
            if self._full(held, moment):
                return None
            held[at] = held.get(at, 0) + 1
            row.moments, row.ends_at = _written(held), ends_at
            row.save(update_fields=["moments", "ends_at"])
        return Counted(slot, at)

    def free_in(self, who: str) -> timedelta:
        """How long until the next is let through; zero if one would be now."""
        moment = now()
        slot, ends_at = self._slot(who, moment)
        held = _read(Count.objects.filter(pk=slot).first())
        wait = max(timedelta(), *(_free_in(held, moment, rate) for rate in self.rates))
        return min(wait, ends_at - moment) if self.origins else wait

    def made(self, who: str, within: timedelta) -> int:
        """How many count at present."""
        moment = now()
        row = Count.objects.filter(pk=self._slot(who, moment)[0]).first()
        return sum(_counting(_read(row), moment, within).values())

    def forget(self, who: str) -> None:
        """Begin anew."""
        Count.objects.filter(pk=self._slot(who, now())[0]).delete()

    @property
    def _longest(self) -> timedelta:
        return max(rate.within for rate in self.rates)

    def _full(self, held: _Moments, moment: datetime) -> bool:
        return any(sum(_counting(held, moment, rate.within).values()) >= rate.most for rate in self.rates)

    def _kept_as(self, moment: datetime) -> float:
        at, grain = moment.timestamp(), self.grain.total_seconds()
        return at + -at % grain if grain else at

    def _slot(self, who: str, moment: datetime) -> tuple[str, datetime]:
        """By what a row is found, and when it counts no more."""
        digest, ends_at = keyed_digest("limits", self.use.encode(), who.encode()), moment + self._longest
        if self.origins:
            salt, forgotten_at = hour.salt()
            digest, ends_at = hashlib.blake2b(digest, key=salt, digest_size=32).digest(), forgotten_at
        return digest.hex(), ends_at


def _locked(slot: str, ends_at: datetime, *, there: bool) -> Count:
    """The row, which nobody else changes until this transaction ends."""
    found = Count.objects.select_for_update().filter(pk=slot)
    row = found.first() if there else None
    if row is None:
        # An upsert takes the row's lock on both databases, whether it was there or not.
        fresh = Count(slot=slot, moments=[], ends_at=ends_at)
        Count.objects.bulk_create(
            [fresh], update_conflicts=True, unique_fields=["slot"], update_fields=["ends_at"]
        )
        row = found.get()
    return row


def _read(row: Count | None) -> _Moments:
    return dict(row.moments) if row else {}


def _written(moments: _Moments) -> list[tuple[float, int]]:
    return [(at, count) for at, count in sorted(moments.items()) if count]


def _counting(moments: _Moments, moment: datetime, within: timedelta) -> _Moments:
    """Those within the time."""
    reference, span, ahead = moment.timestamp(), within.total_seconds(), AHEAD.total_seconds()
    return {at: count for at, count in moments.items() if -ahead <= reference - at < span}


def _free_in(moments: _Moments, moment: datetime, rate: Rate) -> timedelta:
    """How long until fewer than the most count: the oldest go first."""
    left, wait = _counting(moments, moment, rate.within), timedelta()
    over = sum(left.values()) - rate.most
    for at, count in sorted(left.items()):
        if over < 0:
            break
        over -= count
        wait = datetime.fromtimestamp(at, moment.tzinfo) + rate.within - moment
    return wait
