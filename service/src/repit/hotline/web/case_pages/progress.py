"""How a case stands, at a glance: one line for all items that stand alike, one account of how far they are.

In: what the person or a helper may see of the case. Out: `Progress`, all of it counts. Next: `my_case`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from repit.foundation.clock import now
from repit.hotline.cases.service import ItemStatus, View

Kind = Literal["stopping", "unreadable", "disputed", "received", "ready", "protected", "stopped"]
"""In the order in which they are shown: first what the person may want to do something about."""


@dataclass(frozen=True, slots=True)
class Group:
    """Items that stand alike."""

    kind: Kind
    items: Sequence[ItemStatus]


@dataclass(frozen=True, slots=True)
class Progress:
    """`sent`: items that sites are told of, of all that are protected. `held` of `to_hold`: for each of these
    each site counts once. `least`, `most`: how many of `sites` have one of them. `quiet`: of these, how many
    were not heard of for days. `answered` of `asked`: notices. `stops_at`: when the next protection ends."""

    groups: Sequence[Group]
    items: int = 0
    sent: int = 0
    held: int = 0
    to_hold: int = 0
    least: int = 0
    most: int = 0
    sites: int = 0
    quiet: int = 0
    met: int = 0
    asked: int = 0
    answered: int = 0
    late: int = 0
    stops_at: datetime | None = None
    minutes: int = 0


def of(view: View) -> Progress:
    """The account of a case."""
    items = view.status.items if view.status else ()
    kinds = [(_kind(item), item) for item in items]
    groups = [
        Group(kind, [item for found, item in kinds if found == kind])
        for kind in get_args(Kind)
        if any(found == kind for found, _ in kinds)
    ]
    stands = [item for item in items if item.state != "withdrawn"]
    sent = [item for item in stands if item.state in ("active", "disputed") and item.readable]
    holding = [item.reach.holding for item in sent]
    stops_at = min((item.stops_at for item in stands if item.stops_at), default=None)
    return Progress(
        groups=groups,
        items=len(stands),
        sent=len(sent),
        held=sum(holding),
        to_hold=sum(item.reach.sites for item in sent),
        least=min(holding, default=0),
        most=max(holding, default=0),
        sites=max((item.reach.sites for item in sent), default=0),
        quiet=max((item.reach.quiet for item in sent), default=0),
        met=sum(item.reach.met for item in items),
        asked=len(view.notices),
        answered=sum(notice.state == "done" for notice in view.notices),
        late=sum(notice.state == "late" for notice in view.notices),
        stops_at=stops_at,
        minutes=minutes_until(stops_at),
    )


def minutes_until(moment: datetime | None) -> int:
    """Whole minutes that are left; none once it is over."""
    return 0 if moment is None else max(0, int((moment - now()).total_seconds()) // 60)


def _kind(item: ItemStatus) -> Kind:
    if item.state in ("withdrawn", "erased"):
        return "stopped"
    if item.stops_at:
        return "stopping"
    if not item.readable:
        return "unreadable"
    if item.state == "disputed":
        return "disputed"
    if item.state == "received":
        return "received"
    return "protected" if item.reach.holding else "ready"
