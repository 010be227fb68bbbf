"""Rows that wait for a worker, each claimed by one at a time.

In: a table with the columns of `Claimable`. Out: one row at a time, with a token, for as long as a lease
lasts; what became of it. Next: whoever works through rows: arrivals, opinions, partners, reviews.

A claim is one UPDATE that names the state it saw, and leaves a token that nobody else has. Whatever a worker
writes afterwards names that token: of two who believe that they hold a row, one whose lease ran out and one
who took it then, only the second writes. Who is late but was not replaced may go on. What was done outside
the database before the token was seen to be gone is done twice; so acts must bear being repeated, and `Hold`
lets a worker notice in time.

An attempt is counted when it begins, so that a row which kills its workers is given up in the end. No claim
and no due time holds for longer than it could have been meant, so that a clock that ran ahead for a while
holds nothing up.
"""

import secrets
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Generic, TypeVar

from django.db import models
from django.db.models import Case, F, Q, QuerySet, Value, When

from repit.foundation.clock import elapsed, now
from repit.foundation.errors import Text, TransitionRefused
from repit.foundation.jobs.backoff import Backoff

TROUBLE: Final = 60
"""Characters of a trouble that are kept: a code, never content."""
_FREE: Final[Mapping[str, Any]] = {"claim": "", "claimed_until": None}
_SEEN_AT_ONCE: Final = 16
_ROUNDS: Final = 10
"""Each lost to others means that others found work; whoever finds none so often may rest a moment."""


class ClaimLost(TransitionRefused):
    """A worker was late, and another holds its row by now; what the late one writes is not taken."""

    code = "claim-lost"
    message = Text("Another process has taken this over.", "Un autre processus s’en occupe déjà.")


class Leased(models.Model):
    """`claim`: a random token, empty when nobody holds the row; `claimed_until`: when the lease runs out."""

    claim = models.CharField(max_length=32, blank=True, default="")
    claimed_until = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class Claimable(Leased):
    """`due_at`: when there is something to do, null for nothing; `attempts`: begun since it last went well,
    the one under way included; `trouble`: how the last one ended."""

    due_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    trouble = models.CharField(max_length=TROUBLE, blank=True, default="")

    class Meta:
        abstract = True


def claim_ends(name: str) -> models.CheckConstraint:
    """That a claim has an end, and no end stands without a claim."""
    held = ~Q(claim="") & Q(claimed_until__isnull=False)
    return models.CheckConstraint(condition=held | Q(claim="", claimed_until__isnull=True), name=name)


def due_index(name: str) -> models.Index:
    """Of the rows with something to do; a table may hold many more that are done."""
    return models.Index(fields=["due_at"], name=name, condition=Q(due_at__isnull=False))


AnyLeased = TypeVar("AnyLeased", bound=Leased)
AnyClaimable = TypeVar("AnyClaimable", bound=Claimable)


class Leases(Generic[AnyLeased]):
    """How rows of one table are held. `rows`: those that may be claimed, due or not; `lease`: for how long.

    Whatever ends a claim says whether it was still ours; where it was not, nothing is changed.
    """

    def __init__(self, rows: QuerySet[AnyLeased], lease: timedelta) -> None:
        self._rows, self.lease = rows, lease

    def claim_one(self, key: object, *, when: Q | None = None, **changes: object) -> AnyLeased | None:
        """This row, due or not, if it may be claimed, nobody holds it and `when` is so; `changes` with it."""
        row = self._rows.filter(when or Q(), self._free(), pk=key).first()
        return None if row is None else self._taken(row, when or Q(), changes)

    def keep(self, row: AnyLeased, *, when: Q | None = None, **changes: object) -> bool:
        """Hold it for another lease from now, and write `changes`; whether it is still ours."""
        until = now() + self.lease
        kept = self._write(row, when, {"claimed_until": until, **changes})
        if kept:
            row.claimed_until = until
        return kept

    def let_go(self, row: AnyLeased, *, when: Q | None = None, **changes: object) -> bool:
        """End the claim, and write `changes`; everything else stays as it is."""
        ended = self._write(row, when, {**_FREE, **changes})
        if ended:
            row.claim, row.claimed_until = "", None
        return ended

    def remove(self, row: AnyLeased, *, when: Q | None = None) -> bool:
        """It is done, and goes; for tables that no other refers to, where that is one DELETE."""
        removed = bool(self._ours(row).filter(when or Q()).delete()[0])
        if removed:
            row.claim = ""
        return removed

    def free_all(self) -> int:
        """End every claim: of a process that was killed, where no other can be at work on this database; how
        many."""
        return self._table().exclude(claim="").update(**_FREE)

    def _free(self) -> Q:
        """That nobody holds a row: it was let go, or its lease ran out, or it is longer than a lease can be.

        Twice the lease, so that a clock that is set back a little takes no row from who is at work on it.
        """
        moment = now()
        return (
            Q(claimed_until__isnull=True)
            | Q(claimed_until__lte=moment)
            | Q(claimed_until__gt=moment + 2 * self.lease)
        )

    def _taken(self, row: AnyLeased, when: Q, changes: Mapping[str, object]) -> AnyLeased | None:
        """Claim the row as it was seen, and read what was claimed; None where someone was faster."""
        seen = {"claim": row.claim, "claimed_until": row.claimed_until}
        token = secrets.token_hex(16)
        fresh = {"claim": token, "claimed_until": now() + self.lease, **changes}
        if not self._rows.filter(when, pk=row.pk, **seen).update(**fresh):
            return None
        return self._table().filter(pk=row.pk, claim=token).first()

    def _write(self, row: AnyLeased, when: Q | None, changes: Mapping[str, object]) -> bool:
        return bool(self._ours(row).filter(when or Q()).update(**changes))

    def _ours(self, row: AnyLeased) -> QuerySet[AnyLeased]:
        # Without a token it would be everybody's.
        return self._table().filter(pk=row.pk, claim=row.claim) if row.claim else self._table().none()

    def _table(self) -> QuerySet[AnyLeased]:
        return self._rows.model._default_manager.all()


class Claims(Leases[AnyClaimable]):
    """How work that waits in rows of one table is claimed.

    `backoff`: how long a row rests after an attempt that failed. `most`: attempts before it is given up, None
    for never; `given_up`: what is written then, besides that nothing is due. `farthest`: the longest that a
    row may ever be told to wait. `among`: of so many first rows one is taken by chance, for tables that many
    workers take from at once.
    """

    def __init__(
        self,
        rows: QuerySet[AnyClaimable],
        lease: timedelta,
        backoff: Backoff,
        *,
        most: int | None = None,
        given_up: Callable[[], Mapping[str, object]] = dict,
        farthest: timedelta = timedelta(days=1),
        among: int = 1,
    ) -> None:
        super().__init__(rows, lease)
        self._backoff, self._most, self._given_up = backoff, most, given_up
        self._farthest, self._among = farthest, among

    def claim(self, only: Q | None = None, **changes: object) -> AnyClaimable | None:
        """The row that is due for longest, with `changes` written; None where nothing (of `only`) is due."""
        for _ in range(_ROUNDS):
            waiting = self._waiting(only or Q())
            if not waiting:
                break
            for row in waiting:
                if self._most is not None and row.attempts >= self._most:
                    self._bury(row)
                    continue
                taken = self._taken(row, self._due() & Q(attempts=row.attempts), changes)
                if taken is not None:
                    return taken
        return None

    def _due(self) -> Q:
        """That there is something to do now; or at a time so far off that only a wrong clock can have set
        it. Twice as far as a row can be put off, so that a clock that is set back a little wakes nothing."""
        moment = now()
        return Q(due_at__lte=moment) | Q(due_at__gt=moment + 2 * self._farthest)

    def end(self, row: AnyClaimable, *, when: Q | None = None, **changes: object) -> bool:
        """It went well: nothing is due and no attempt counts, unless `changes` say otherwise."""
        return self.let_go(row, when=when, **{"due_at": None, "attempts": 0, "trouble": "", **changes})

    def fail(
        self,
        row: AnyClaimable,
        trouble: str,
        *,
        at_least_seconds: float = 0.0,
        for_good: bool = False,
        when: Q | None = None,
        **changes: object,
    ) -> bool:
        """It did not go well: due again after a pause, or given up, `for_good` or after `most` attempts."""
        fresh: dict[str, object] = {"trouble": trouble[:TROUBLE]}
        if for_good or (self._most is not None and row.attempts >= self._most):
            fresh |= {"due_at": None, **self._given_up()}
        else:
            fresh["due_at"] = self._after(max(at_least_seconds, self._backoff.pause(row.attempts)))
        return self.let_go(row, when=when, **{**fresh, **changes})

    def later(self, row: AnyClaimable, seconds: float, *, when: Q | None = None, **changes: object) -> bool:
        """Not now, and that is nobody's fault: due after so many seconds, and the attempt does not count."""
        uncounted = Case(When(attempts__gt=0, then=F("attempts") - 1), default=Value(0))
        return self.let_go(
            row, when=when, **{"due_at": self._after(seconds), "attempts": uncounted, **changes}
        )

    def call_off(self, only: Q, **changes: object) -> int:
        """Nothing is to be done with these any more, and who holds one loses it; how many."""
        return self._rows.filter(only).update(**{**_FREE, "due_at": None, **changes})

    def _taken(self, row: AnyClaimable, when: Q, changes: Mapping[str, object]) -> AnyClaimable | None:
        return super()._taken(row, when, {"attempts": F("attempts") + 1, **changes})

    def _waiting(self, only: Q) -> list[AnyClaimable]:
        rows = list(
            self._rows.filter(only, self._due(), self._free()).order_by("due_at", "pk")[:_SEEN_AT_ONCE]
        )
        first = rows[: self._among]
        secrets.SystemRandom().shuffle(first)
        return [*first, *rows[self._among :]]

    def _bury(self, row: AnyClaimable) -> None:
        """Its last worker died of it, or died beside it too often."""
        seen = {"claim": row.claim, "claimed_until": row.claimed_until, "attempts": row.attempts}
        trouble = row.trouble or "its workers ended"
        fresh = {**_FREE, "due_at": None, "trouble": trouble, **self._given_up()}
        self._rows.filter(pk=row.pk, **seen).update(**fresh)

    def _after(self, seconds: float) -> datetime:
        return now() + min(timedelta(seconds=seconds), self._farthest)


class Hold(Generic[AnyLeased]):
    """A claim in the hands of whoever works on it, threads included: call it often.

    It renews once a third of the lease is over by either clock, for the wall clock may be set and the other
    stands still while a machine sleeps. Raises `ClaimLost`.
    """

    def __init__(self, leases: Leases[AnyLeased], row: AnyLeased) -> None:
        self._leases, self._row = leases, row
        self._turn = threading.Lock()
        self._kept = elapsed()

    def __call__(self) -> None:
        third = self._leases.lease / 3
        with self._turn:
            until = self._row.claimed_until
            fresh = until is not None and until - now() > 2 * third
            if fresh and elapsed() - self._kept < third.total_seconds():
                return
            if not self._leases.keep(self._row):
                raise ClaimLost
            self._kept = elapsed()
