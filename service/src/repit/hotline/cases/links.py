"""The links of a case to the bank's items: all in one record, which never shows how many there are.

In: a turn of someone who may open the room. Out: the links, in order; whether anything is protected still.
Next: `protection`; `closing`, which must know the latter without anyone's keys.

Were each link a row, a thief could count them, and tell a case with three items from one with five by the
database alone; the bank shows on which day three items came. The record has the same length whether it holds
none or two hundred. Cases from before had a row for each: they are drawn together when the person comes back.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, get_args

from django.conf import settings

from repit.foundation.clock import now
from repit.foundation.errors import SealBroken
from repit.foundation.hashes import Kind, Media
from repit.foundation.sealing import Place
from repit.hotline.cases.casefile import Turn
from repit.hotline.cases.models import Case
from repit.hotline.cases.vault import Vault

MAX_ITEMS: Final = 200
_MEDIA: Final[dict[Media, str]] = {media: media[0] for media in get_args(Media)}
_KINDS: Final[dict[Kind, str]] = {kind: kind[0] for kind in get_args(Kind)}
_KEEPS, _KEEPS_NOTHING = b"\x01", b"\x00"
_FIRST_HOUR: Final = 2
_HOURS: Final = 256 - _FIRST_HOUR
_SPARED: Final = 2
"""How many further hours of the clock a case is left alone that asked for all it has to be let go in an hour;
those of the spread come to it (`letters.soon`)."""
_SET_BACK: Final = 1
"""And how many before, where the clock was set back meanwhile."""


@dataclass(frozen=True, slots=True, repr=False)
class Link:
    """One item by its opaque name in the bank, and whether the person took it back, or `asked` for that in an
    hour: whether it came to it, the bank knows (`carrying.statuses`)."""

    item: str
    media: Media
    kind: Kind
    back: bool = False
    asked: bool = False

    @property
    def stands(self) -> bool:
        """Whether the person wants it protected."""
        return not self.back and not self.asked


def of(turn: Turn) -> list[Link]:
    """The links, the first of them number one. Raises `NotGranted`, `SealBroken`."""
    held = turn.read("protection", "links")
    if held:
        found = [_read(line) for line in held[0].value["links"]]
        if _any(found) != (_noted(turn.case, turn.keys) == _KEEPS):
            raise SealBroken(detail="what the case keeps is not what its links say")
        return found
    before = turn.read("protection", "link")
    return [Link(e.value["item"], e.value["media"], e.value["kind"], e.value["back"]) for e in before]


def write(turn: Turn, links: Sequence[Link]) -> None:
    """Put these in their place. Raises `NotGranted`."""
    value = {"links": [f"{_MEDIA[link.media]}{_KINDS[link.kind]}{_sign(link)}{link.item}" for link in links]}
    held = turn.read("protection", "links")
    if held:
        turn.rewrite(held[0], value)
    else:
        turn.add("protection", "links", value)
        turn.drop(turn.read("protection", "link"))
    note = _KEEPS if _any(links) else _KEEPS_NOTHING
    if note == _KEEPS_NOTHING and any(link.asked for link in links):
        note = bytes([_FIRST_HOUR + _hour() % _HOURS])
    turn.case.sealed = turn.keys.sealer("protection").seal(note, _place(turn.case))
    turn.case.save(update_fields=["sealed"])


def keep_anything(case: Case, keys: Vault) -> bool:
    """Whether anything of the case was not taken back, or may still be kept after all. Raises `NotFound`
    where its keys are gone.

    Of a case that asked for all of it to be let go in an hour, one byte says in which hour that was, modulo
    ten days: as long as what any other case says, and all that is needed so that the calendar takes no case
    away until the bank has let go. Once in ten days it is spared for as long again, which does no harm.
    """
    [note] = _noted(case, keys)
    if note < _FIRST_HOUR:
        return note == _KEEPS[0]
    spared = _SPARED + math.ceil(settings.REPIT_SPREAD_SECONDS / 3600)
    return (_hour() - (note - _FIRST_HOUR) + _SET_BACK) % _HOURS <= spared + _SET_BACK


def _noted(case: Case, keys: Vault) -> bytes:
    return keys.sealer("protection").open(case.sealed, _place(case))


def _hour() -> int:
    return int(now().timestamp()) // int(timedelta(hours=1).total_seconds())


def _any(links: Sequence[Link]) -> bool:
    return any(link.stands for link in links)


def _sign(link: Link) -> str:
    if link.back:
        return "-"
    return "~" if link.asked else "+"


def _read(line: str) -> Link:
    for media, sign in _MEDIA.items():
        for kind, letter in _KINDS.items():
            if line[:2] == sign + letter:
                return Link(line[3:], media, kind, line[2] == "-", line[2] == "~")
    raise SealBroken(detail="a link in an unknown form")


def _place(case: Case) -> Place:
    return Place("cases_case", str(case.id), "sealed")
