"""What a person at the hotline asks of the bank, before the desk has pages for it.

In: an item's opaque name, picture files. Out: rows to show; decisions carried out. Next: `repit bank …`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from repit.bank import floods, items, widely_published
from repit.bank.floods import Reported
from repit.bank.models import Item, Transition
from repit.exchange import opinions
from repit.exchange.opinions import Held
from repit.foundation.errors import InputRefused, NotFound, Text
from repit_engine import EngineError, open_picture, orientations_of

ACTOR = "person at the hotline"
_MIN_QUALITY = 50


@dataclass(frozen=True, slots=True)
class Waiting:
    """An item that waits for a person, since when and why."""

    item: str
    state: str
    since: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Shown:
    """Everything about an item except its hashes."""

    item: str
    state: str
    media: str
    kind: str
    origin: str
    confirmations: int
    expires_at: datetime | None
    steps: Sequence[Transition]
    matches: Sequence[Reported]
    opinions: Sequence[Held]


def waiting() -> list[Waiting]:
    """Items received or disputed, oldest first."""
    found = []
    for item in Item.objects.filter(state__in=["received", "disputed"]):
        last = Transition.objects.filter(item=item).latest("id")
        found.append(Waiting(item.token, item.state, last.at, last.reason))
    return sorted(found, key=lambda one: one.since)


def show(name: str) -> Shown:
    """One item. Raises `NotFound`."""
    item = Item.objects.filter(token=name).first()
    if item is None:
        raise NotFound
    return Shown(
        item.token,
        item.state,
        item.media,
        item.kind,
        item.origin,
        item.confirmations,
        item.expires_at,
        list(Transition.objects.filter(item=item).order_by("id")),
        floods.evidence(name),
        opinions.of([name]).get(name, []),
    )


def release(name: str, reason: str) -> None:
    """Publish a received item or take a disputed one up again. Raises `NotFound`, `TransitionRefused`."""
    if items.states([name]).get(name) == "received":
        items.publish(name, actor=ACTOR, reason=reason)
    else:
        items.settle(name, actor=ACTOR, reason=reason)


def withdraw(name: str, reason: str) -> None:
    """Have everyone forget an item. Raises `NotFound`, `TransitionRefused`."""
    items.withdraw(name, actor=ACTOR, reason=reason)


def add_widely_published(files: Sequence[Path]) -> int:
    """Hash pictures in all orientations, all or nothing; how many hashes were new. Raises `InputRefused`."""
    hashes: list[bytes] = []
    for file in files:
        try:
            found, quality = orientations_of(open_picture(file))
        except (EngineError, OSError) as error:
            raise _refused(file, type(error).__name__) from None
        if quality < _MIN_QUALITY:
            raise _refused(file, "quality")
        hashes.extend(one.raw for one in found)
    return widely_published.add(hashes, actor=ACTOR)


def _refused(file: Path, why: str) -> InputRefused:
    return InputRefused(
        Text(f"{file.name} cannot be hashed ({why}).", f"{file.name} : pas d'empreinte possible ({why})."),
        Text("Nothing was added. Leave this file out.", "Rien n'a été ajouté. Retirez ce fichier."),
    )
