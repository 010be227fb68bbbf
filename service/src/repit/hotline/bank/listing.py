"""The items of the bank, one after the other: what their rows say, and nothing that is sealed.

In: which ones are asked for. Out: `Listed`, some hundreds a question and as they are asked for, so that a
bank of any size is listed without being held; how many there are in each state. Next: `repit bank list`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final, cast

from django.db.models import Count, Q, QuerySet

from repit.hotline.bank.models import Item, Transition, Unreadable
from repit.hotline.bank.states import LIVE
from repit.hotline.bank.types import State

_TOGETHER: Final = 500


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which items: empty is any. `unreadable`: those alone that are known not to open; where nothing opens,
    every living one."""

    state: str = ""
    origin: str = ""
    unreadable: bool = False
    nothing_opens: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    """One item. `own`: submissions made here that stand behind it; `since`: when it came into its state;
    `until`: when it ends by itself; `readable`: None of one that is withdrawn."""

    item: str
    state: State
    media: str
    kind: str
    origin: str
    confirmations: int
    own: int
    since: datetime | None
    until: datetime | None
    readable: bool | None


def listed(wanted: Wanted, most: int | None = None) -> Iterator[Listed]:
    """The items, in the order of their keys, which are drawn by chance; at most so many."""
    return islice(_listed(_rows(wanted)), most)


def names(wanted: Wanted) -> list[str]:
    """The names of these items alone."""
    return list(_rows(wanted).values_list("token", flat=True))


def counts(wanted: Wanted) -> dict[str, int]:
    """How many of these are in each state."""
    found = _rows(wanted).order_by().values_list("state").annotate(number=Count("pk"))
    return dict(found)


def _rows(wanted: Wanted) -> QuerySet[Item]:
    asked = Q()
    if wanted.state:
        asked &= Q(state=wanted.state)
    if wanted.origin:
        asked &= Q(origin=wanted.origin)
    if wanted.unreadable:
        asked &= Q(state__in=LIVE)
        if not wanted.nothing_opens:
            asked &= Q(unreadable__isnull=False)
    return Item.objects.filter(asked).order_by("id")


def _listed(rows: QuerySet[Item]) -> Iterator[Listed]:
    after = 0
    while some := list(rows.filter(id__gt=after)[:_TOGETHER]):
        keys = [item.pk for item in some]
        steps = Transition.objects.filter(item__in=keys).order_by("id").values_list("item", "at")
        since = dict(steps)  # of several the last
        broken = set(Unreadable.objects.filter(item__in=keys).values_list("item", flat=True))
        for item in some:
            yield Listed(
                item.token,
                cast(State, item.state),
                item.media,
                item.kind,
                item.origin,
                item.confirmations,
                item.own,
                since.get(item.pk),
                item.expires_at,
                item.pk not in broken if item.state in LIVE else None,
            )
        after = some[-1].pk
