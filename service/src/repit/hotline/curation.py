"""What a person at the hotline sees of the bank and decides.

In: an item's opaque name, a subscriber's name, files of pictures and videos. Out: rows to show; decisions
carried out. Next: the pages of this desk, `repit bank …`. No hash and no picture is shown, for nobody here
has one.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

from repit.foundation.errors import InputRefused, NotFound, Text
from repit.hotline.bank import floods, items, looking, published_files, widely_published
from repit.hotline.bank.floods import Reported
from repit.hotline.bank.items import NO_SUCH_ITEM, SEE_THE_LIST
from repit.hotline.bank.looking import Hashes
from repit.hotline.bank.models import Item, Question, Transition
from repit.hotline.feeds import caps, opinions, voices
from repit.hotline.feeds.models import Alarm, Subscriber
from repit.hotline.feeds.opinions import Held

ACTOR: Final = "person at the hotline"
SHOWN: Final = 200


@dataclass(frozen=True, slots=True)
class Waiting:
    """An item that waits for a person, since when and why. `when`: the same, as far as it is kept. `asked`:
    it goes on being served meanwhile."""

    item: str
    state: str
    since: datetime
    when: datetime | date
    reason: str
    kind: str = ""
    own: bool = True
    asked: bool = False


@dataclass(frozen=True, slots=True)
class Counted:
    """How often an item matched at one subscriber's. `people`: whether it has moderators; `spoken`: whether
    they have said what they think."""

    reporter: str
    count: int
    people: bool
    spoken: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """Everything about an item except its hashes. `forget_on`: of a withdrawn one, the day on which what is
    left of it is destroyed at the latest."""

    item: str
    state: str
    media: str
    kind: str
    origin: str
    own: int
    confirmations: int
    asked: int
    expires_at: datetime | None
    forget_on: date | None
    hashes: Hashes
    question: Question | None
    finding: str
    steps: Sequence[Transition]
    matches: Sequence[Reported]
    counted: Sequence[Counted]
    opinions: Sequence[Held]
    answers: Sequence[Question]


def waiting() -> list[Waiting]:
    """What a person is asked about, what is suspended, what was received and not published; oldest first."""
    asked = list(Question.objects.filter(closed_at__isnull=True).select_related("item"))
    found = [
        Waiting(
            row.item.token,
            row.item.state,
            row.opened_at,
            row.opened_at,
            row.reason,
            row.item.kind,
            row.item.own > 0,
            asked=True,
        )
        for row in asked
    ]
    keys = [row.item_id for row in asked]
    for item in Item.objects.filter(state__in=["received", "disputed"]).exclude(pk__in=keys):
        last = Transition.objects.filter(item=item).latest("id")
        own = item.own > 0
        found.append(Waiting(item.token, item.state, last.at, last.when, last.reason, item.kind, own))
    return sorted(found, key=lambda row: row.since)


def show(name: str) -> Shown:
    """One item. Raises `NotFound`."""
    item = Item.objects.filter(token=name).first()
    if item is None:
        raise NotFound(NO_SUCH_ITEM, SEE_THE_LIST)
    reported, held = floods.evidence(name), opinions.of([name]).get(name, [])
    return Shown(
        item.token,
        item.state,
        item.media,
        item.kind,
        item.origin,
        item.own,
        item.confirmations,
        item.asked,
        item.expires_at,
        item.forget_on,
        looking.hashes_of(item),
        Question.objects.filter(item=item, closed_at__isnull=True).first(),
        voices.judge(item).reason,
        list(Transition.objects.filter(item=item).order_by("id")),
        reported,
        _counted(reported, held),
        held,
        list(Question.objects.filter(item=item, closed_at__isnull=False).order_by("id")),
    )


def _counted(reported: Sequence[Reported], held: Sequence[Held]) -> list[Counted]:
    totals = Counter[str]()
    for report in reported:
        totals[report.reporter] += report.count
    people = set(Subscriber.objects.filter(people=True, name__in=totals).values_list("name", flat=True))
    spoken = {opinion.name for opinion in held if opinion.people}
    return [Counted(name, total, name in people, name in spoken) for name, total in totals.most_common()]


def alarms() -> list[Alarm]:
    """Subscribers that moved more than one may, and those that are not heard."""
    return list(Alarm.objects.filter(closed_at__isnull=True).select_related("subscriber").order_by("at"))


def muted() -> list[str]:
    """Subscribers whose opinions do not count at present."""
    rows = Subscriber.objects.filter(muted_at__isnull=False).order_by("name")
    return list(rows.values_list("name", flat=True))


def see_to(name: str, *, counts_again: bool, actor: str = ACTOR) -> None:
    """A subscriber's alarms were seen to. Raises `NotFound`."""
    caps.see_to(name, actor=actor, counts_again=counts_again)


# --- decisions ----------------------------------------------------------------------------------------------


def release(name: str, reason: str, actor: str = ACTOR) -> None:
    """Publish a received item, or keep one that is suspended or asked about. Raises `NotFound`,
    `TransitionRefused`."""
    if items.states([name]).get(name) == "received":
        items.publish(name, actor=actor, reason=reason)
    else:
        items.settle(name, actor=actor, reason=reason)


def suspend(name: str, reason: str, actor: str = ACTOR) -> None:
    """Have subscribers keep an item apart. Raises `NotFound`, `TransitionRefused`."""
    items.suspend(name, actor=actor, reason=reason)


def withdraw(name: str, reason: str, actor: str = ACTOR) -> None:
    """Have everyone forget an item. Raises `NotFound`, `TransitionRefused`."""
    items.withdraw(name, actor=actor, reason=reason)


def withdraw_as_everyones(name: str, reason: str, actor: str = ACTOR) -> None:
    """The same, and hold back whoever submits it again. Raises `NotFound`, `TransitionRefused`."""
    items.withdraw(name, actor=actor, reason=reason, everyones=True)


def ask_again(name: str, reason: str, actor: str = ACTOR) -> None:
    """Ask platforms' people to look once more. Raises `NotFound`, `TransitionRefused`."""
    items.ask_again(name, actor=actor, reason=reason)


DECISIONS: Final[dict[str, Callable[[str, str, str], None]]] = {
    "keep": release,
    "suspend": suspend,
    "ask": ask_again,
    "withdraw": withdraw,
    "everyones": withdraw_as_everyones,
}


def decide(name: str, what: str, reason: str, actor: str) -> None:
    """Carry one of these out, with its reason. Raises `InputRefused`, `NotFound`, `TransitionRefused`."""
    decision = DECISIONS.get(what)
    if decision is None:
        raise InputRefused(Text("Nothing was chosen.", "Rien n’a été choisi."))
    if not 0 < len(reason) <= 200 or "\0" in reason:
        raise InputRefused(
            Text("Say why, in a line.", "Dites pourquoi, en une ligne."),
            Text("It is kept with the item.", "C’est conservé avec l’élément."),
        )
    decision(name, reason, actor)


@dataclass(frozen=True, slots=True)
class Listed:
    """`new`: how many hashes came onto the list; `unseen`: names of videos that could be looked at only in
    part."""

    new: int
    unseen: tuple[str, ...] = ()


def add_widely_published(files: Sequence[Path]) -> Listed:
    """Hash pictures in all orientations, and videos; all or nothing. Raises `InputRefused`."""
    found = published_files.hashed(files)
    new = widely_published.add(found.pictures, actor=ACTOR, moments=found.moments)
    return Listed(new, tuple(found.unseen))
