"""What a case protects: its links to the bank's items, readable by nobody who holds no key of the case.

In: submissions, a turn. Out: links, sealed; how each item stands. Next: `service`, the person's pages.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from django.conf import settings

from repit.foundation.errors import NotGranted, TooLarge
from repit.foundation.hashes import Kind, Media
from repit.hotline.bank import carrying
from repit.hotline.bank.carrying import SubmissionStatus
from repit.hotline.bank.types import State, Submission
from repit.hotline.cases import links
from repit.hotline.cases.casefile import Turn
from repit.hotline.cases.links import MAX_ITEMS, Link
from repit.hotline.feeds import reach
from repit.hotline.feeds.reach import Reach

ACTOR: Final = "person concerned"
NOWHERE: Final = Reach()


@dataclass(frozen=True, slots=True)
class ItemStatus:
    """One item of a case, by its number in it. `state` is `withdrawn` as soon as the person took it back.
    `readable`: whether the bank opens it, so that it can be given to further sites. `stops_at`: when its
    protection ends, while the person may still have it go on. `nickname`: what the person calls it, for them
    alone. `moments`: of a video, whether parts of it are met too."""

    number: int
    state: State
    media: Media
    kind: Kind
    reach: Reach = NOWHERE
    readable: bool = True
    stops_at: datetime | None = None
    nickname: str = field(default="", repr=False)
    moments: bool = False


@dataclass(frozen=True, slots=True)
class Status:
    """How a case stands."""

    items: tuple[ItemStatus, ...]


def take_in(turn: Turn, submissions: Sequence[Submission]) -> None:
    """Hand items to the bank and keep the links. Raises `InputRefused`, `TooLarge`, `NotGranted`."""
    if turn.role != "person":
        raise NotGranted
    held = links.of(turn)
    if len(held) + len(submissions) > MAX_ITEMS:
        raise TooLarge
    names = carrying.protect(submissions, actor=ACTOR, publish=settings.REPIT_PUBLISH == "at-once")
    for name, submission in zip(names, submissions, strict=True):
        held.append(Link(name, submission.media, submission.kind))
    links.write(turn, held)


def status(turn: Turn) -> Status:
    """How each item stands, and how far it has come. Raises `NotGranted`."""
    held = links.of(turn)
    statuses, reaches = at_the_bank(held), reach.of([link.item for link in held])
    held = settled(turn, held, statuses)
    return Status(tuple(_item_status(number, link, statuses, reaches) for number, link in enumerate(held, 1)))


def at_the_bank(held: Sequence[Link]) -> dict[str, SubmissionStatus]:
    """How the bank has each of these."""
    return carrying.statuses(
        [link.item for link in held],
        stand=[link.item for link in held if link.stands],
        back=[link.item for link in held if link.back],
    )


def settled(turn: Turn, held: Sequence[Link], statuses: Mapping[str, SubmissionStatus]) -> list[Link]:
    """The links, once what was asked for in an hour came to an end: what the bank let go is taken back, what
    it keeps goes on. Where the person is here it is noted."""
    found = [
        replace(link, asked=False, back=statuses[link.item].back)
        if link.asked and statuses[link.item].goes_at is None
        else link
        for link in held
    ]
    if found != list(held) and turn.role == "person":
        links.write(turn, found)
    return found


def _item_status(
    number: int, link: Link, statuses: Mapping[str, SubmissionStatus], reaches: Mapping[str, Reach]
) -> ItemStatus:
    here, far = statuses[link.item], reaches[link.item]
    state: State = "withdrawn" if link.back else here.state
    if link.back and here.leaving:
        far = Reach(announced=far.holding, met=far.met)
    elif link.back and here.state != "withdrawn":
        # Someone else asked for the same: that is theirs, and not told here.
        far = Reach(met=far.met)
    readable, stops_at = link.back or here.readable, here.goes_at if link.asked else None
    return ItemStatus(number, state, link.media, link.kind, far, readable, stops_at, moments=here.moments)
