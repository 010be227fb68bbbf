"""The links of a case to the bank's items: all in one record, which never shows how many there are.

In: a turn of someone who may open the room. Out: the links, in order; whether anything is protected still.
Next: `protection`; `closing`, which must know the latter without anyone's keys.

Were each link a row, a thief could count them, and tell a case with three items from one with five by the
database alone; the bank shows on which day three items came. The record has the same length whether it holds
none or two hundred. Cases from before had a row for each: they are drawn together when the person comes back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, get_args

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


@dataclass(frozen=True, slots=True, repr=False)
class Link:
    """One item by its opaque name in the bank, and whether the person took it back."""

    item: str
    media: Media
    kind: Kind
    back: bool = False


def of(turn: Turn) -> list[Link]:
    """The links, the first of them number one. Raises `NotGranted`, `SealBroken`."""
    held = turn.read("protection", "links")
    if held:
        found = [_read(line) for line in held[0].value["links"]]
        if _any(found) != keep_anything(turn.case, turn.keys):
            raise SealBroken(detail="what the case keeps is not what its links say")
        return found
    before = turn.read("protection", "link")
    return [Link(e.value["item"], e.value["media"], e.value["kind"], e.value["back"]) for e in before]


def write(turn: Turn, links: Sequence[Link]) -> None:
    """Put these in their place. Raises `NotGranted`."""
    value = {
        "links": [
            f"{_MEDIA[link.media]}{_KINDS[link.kind]}{'-' if link.back else '+'}{link.item}" for link in links
        ]
    }
    held = turn.read("protection", "links")
    if held:
        turn.rewrite(held[0], value)
    else:
        turn.add("protection", "links", value)
        turn.drop(turn.read("protection", "link"))
    turn.case.sealed = turn.keys.sealer("protection").seal(
        _KEEPS if _any(links) else _KEEPS_NOTHING, _place(turn.case)
    )
    turn.case.save(update_fields=["sealed"])


def keep_anything(case: Case, keys: Vault) -> bool:
    """Whether anything of the case was not taken back. Raises `NotFound` where its keys are gone."""
    return keys.sealer("protection").open(case.sealed, _place(case)) == _KEEPS


def _any(links: Sequence[Link]) -> bool:
    return any(not link.back for link in links)


def _read(line: str) -> Link:
    for media, sign in _MEDIA.items():
        for kind, letter in _KINDS.items():
            if line[:2] == sign + letter:
                return Link(line[3:], media, kind, line[2] == "-")
    raise SealBroken(detail="a link in an unknown form")


def _place(case: Case) -> Place:
    return Place("cases_case", str(case.id), "sealed")
