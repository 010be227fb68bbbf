"""How often something may be tried, counted in the database: every process counts alike.

In: what is tried by whom, and the most that may be tried within a time. Out: a `Counted` try, or None where
it is one too many. Next: `guessing`, a desk that asks for a passphrase.

A try is counted before it is made, under the lock of its row, so that a hundred at once are no more than a
hundred in turn; one that was right is given back. A row is found by a keyed digest and holds moments only:
without the operator's key it says neither who was tried nor from where. It goes when its time is over
(`retention`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from repit.foundation.clock import now
from repit.foundation.sealing import keyed_digest
from repit.foundation.staff.models import Try


@dataclass(frozen=True, slots=True)
class Rate:
    """At most so many tries within this time, whenever it is taken to begin."""

    most: int
    within: timedelta


@dataclass(frozen=True, slots=True, repr=False)
class Counted:
    """One try, counted."""

    slot: str
    moment: float

    def give_back(self) -> None:
        """It was right: as if it had not been."""
        with transaction.atomic():
            row = Try.objects.select_for_update().filter(pk=self.slot).first()
            if row is not None and self.moment in row.moments:
                row.moments.remove(self.moment)
                row.save(update_fields=["moments"])


def count(use: str, who: str, rates: Sequence[Rate]) -> Counted | None:
    """Count a try; None where that is more than one of the rates allows, and then nothing is counted."""
    moment, slot = now(), slot_of(use, who)
    longest = max(rate.within for rate in rates)
    with transaction.atomic():
        # An upsert takes the row's lock on both databases, whether it was there or not.
        fresh = Try(slot=slot, moments=[], ends_at=moment + longest)
        Try.objects.bulk_create(
            [fresh], update_conflicts=True, unique_fields=["slot"], update_fields=["ends_at"]
        )
        row = Try.objects.select_for_update().get(pk=slot)
        held = _counting(row.moments, moment, longest)
        if any(len(_counting(held, moment, rate.within)) >= rate.most for rate in rates):
            return None
        row.moments = [*held, moment.timestamp()]
        row.save(update_fields=["moments"])
    return Counted(slot, row.moments[-1])


def free_in(use: str, who: str, rates: Sequence[Rate]) -> timedelta:
    """How long until the next try is let through; zero if one would be now."""
    moment, row = now(), Try.objects.filter(pk=slot_of(use, who)).first()
    waits = [timedelta()]
    for rate in rates:
        held = sorted(_counting(row.moments if row else [], moment, rate.within))
        if len(held) >= rate.most:
            ends = datetime.fromtimestamp(held[-rate.most], moment.tzinfo) + rate.within
            waits.append(ends - moment)
    return max(waits)


def made(use: str, who: str, within: timedelta) -> int:
    """How many tries count at present."""
    row = Try.objects.filter(pk=slot_of(use, who)).first()
    return len(_counting(row.moments, now(), within)) if row else 0


def forget(use: str, who: str) -> None:
    """Begin anew."""
    Try.objects.filter(pk=slot_of(use, who)).delete()


def slot_of(use: str, who: str) -> str:
    """By what a row is found."""
    return keyed_digest("staff tries", use.encode(), who.encode()).hex()


def _counting(moments: Sequence[float], moment: datetime, within: timedelta) -> list[float]:
    """Those within the time, on either side: a clock that ran ahead for a while holds nobody up longer."""
    reference, span = moment.timestamp(), within.total_seconds()
    return [one for one in moments if abs(reference - one) < span]
