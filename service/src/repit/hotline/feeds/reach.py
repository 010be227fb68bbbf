"""How far items have come, as counts.

In: opaque names of items. Out: how many subscribers hold each, were told to forget it, have confirmed that
they did, and how many copies they met; how many there are. Next: `cases` and the pages, which show it to the
person. No subscriber's name and no hash leaves this module.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.db.models import Max, Min, Sum

from repit.foundation.clock import day
from repit.hotline.bank import claims
from repit.hotline.bank.models import Change, Item, MatchReport, MatchTotal
from repit.hotline.bank.states import SHARED
from repit.hotline.feeds.models import Subscriber, WithdrawalAcknowledged

QUIET: Final = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Reach:
    """`holding`: subscribers that confirmed having it, of `sites` that take what is like it; `quiet`: those
    of `holding` of which nothing was heard for two days. `announced`, `forgotten`: of a withdrawn item, how
    many had it and how many confirmed that it is gone. `met`: copies that they reported."""

    holding: int = 0
    sites: int = 0
    quiet: int = 0
    announced: int = 0
    forgotten: int = 0
    met: int = 0


def following() -> int:
    """How many subscribers take part now."""
    return Subscriber.objects.filter(active=True).count()


def of(names: Sequence[str]) -> dict[str, Reach]:
    """The reach of what each name leads to; nothing where it leads nowhere (yet, or any more)."""
    led = claims.items_of(names)
    items = {item.pk: item for item in led.values()}
    spans = {
        row["item"]: (row["first"], row["last"])
        for row in Change.objects.filter(item__in=items)
        .values("item")
        .annotate(first=Min("sequence"), last=Max("sequence"))
    }
    met = Counter(dict(MatchTotal.objects.filter(item__in=items).values_list("item", "count")))
    kept = MatchReport.objects.filter(item__in=items).values_list("item").annotate(total=Sum("count"))
    met.update(dict(kept))
    following = list(Subscriber.objects.filter(active=True))
    confirmed = set(
        WithdrawalAcknowledged.objects.filter(
            item__in=[item.token for item in items.values()], subscriber__active=True
        ).values_list("subscriber", "item")
    )
    found = {}
    for pk, item in items.items():
        first, last = spans.get(pk, (None, None))
        had = [row for row in following if first is not None and row.acknowledged >= first]
        if item.state in SHARED:
            takes = [row for row in following if _takes(row, item)]
            holding = [row for row in takes if row in had]
            found[pk] = Reach(
                holding=len(holding), sites=len(takes), quiet=sum(map(_quiet, holding)), met=met[pk]
            )
        else:
            gone = sum(row.acknowledged >= last or (row.pk, item.token) in confirmed for row in had)
            found[pk] = Reach(announced=len(had), forgotten=gone, met=met[pk])
    return {name: found[led[name].pk] if name in led else Reach() for name in names}


def _takes(row: Subscriber, item: Item) -> bool:
    """Whether it was granted items of this kind, and wants one behind which so many stand."""
    return item.kind in row.kinds.splitlines() and row.min_confirmations <= item.confirmations


def _quiet(row: Subscriber) -> bool:
    last = row.last_used_at
    return last is None or last < day() - QUIET
