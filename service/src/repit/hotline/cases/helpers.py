"""People whom the person lets help: a code of their own, with rights that can be taken back.

In: the person's file, rights. Out: a code, shown once; the list of helpers for the person. Next: the pages.

Rights: `status` (see what is protected and how far it has come), `locations` (add addresses; they see how
many there are, not which), `log` (read who looked at the case), `recovery` (hold one of the two parts that
give a new receipt). Messages are never among them. Taking a helper out gives the rooms they could read new
keys.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from repit.foundation.errors import InputRefused, NotGranted, Text, TooLarge
from repit.hotline.cases import access_codes, grants, recovery, thread
from repit.hotline.cases.access_codes import Code
from repit.hotline.cases.casefile import Casefile, Turn
from repit.hotline.cases.models import AccessCode
from repit.hotline.cases.records import Entry

Right = Literal["status", "locations", "log", "recovery"]
RIGHTS: Final[tuple[Right, ...]] = ("status", "locations", "log", "recovery")
MAX_HELPERS: Final = 5
MAX_LABEL: Final = 60
_KIND: Final = "helper"


@dataclass(frozen=True, slots=True, repr=False)
class Helper:
    """One helper as the person sees them; `label` is what the person calls them."""

    number: int
    label: str
    rights: tuple[Right, ...]


def add(file: Casefile, label: str, rights: Iterable[Right]) -> Code:
    """A helper's code, shown this once. Raises `NotGranted`, `InputRefused`, `TooLarge`."""
    chosen = tuple(right for right in RIGHTS if right in set(rights))
    if not chosen or len(label.strip()) > MAX_LABEL:
        raise InputRefused(
            Text("Choose what this person may do.", "Choisissez ce que cette personne peut faire."),
            Text("Tick at least one box.", "Cochez au moins une case."),
        )
    with file.turn() as turn:
        _only_the_person(turn)
        entries = turn.read("private", _KIND)
        if sum(not e.value["gone"] for e in entries) >= MAX_HELPERS:
            raise TooLarge(
                Text("You already have five helpers.", "Vous avez déjà cinq aides."),
                Text("Take one out first.", "Retirez-en un d’abord."),
            )
        access_code, code, holder = access_codes.build(turn.case.id, "helper")
        if "status" in chosen:
            turn.give(holder.named, ["protection"], writes=False)
        if "locations" in chosen:
            turn.give(holder.named, ["locations"], read=False)
        if "log" in chosen:
            grants.give(turn.case.id, turn.keys, "log", holder.named, None, writes=False)
        turn.add(
            "private",
            _KIND,
            {"access_code": access_code.id, "label": label.strip(), "rights": list(chosen), "gone": False},
        )
        if "recovery" in chosen:
            recovery.entrust(turn, holder.named)
        thread.note(turn, "helper-added")
        turn.log_access("helper-added")
        return code


def listed(file: Casefile) -> list[Helper]:
    """The person's helpers. Raises `NotGranted`."""
    with file.turn() as turn:
        _only_the_person(turn)
        return [
            Helper(e.number, e.value["label"], tuple(e.value["rights"]))
            for e in turn.read("private", _KIND)
            if not e.value["gone"]
        ]


def remove(file: Casefile, number: int) -> None:
    """Take a helper out, at once: their code opens nothing, and what they could read has new keys."""
    with file.turn() as turn:
        _only_the_person(turn)
        entry = _find(turn, number)
        code_id = entry.value["access_code"]
        AccessCode.objects.filter(pk=code_id, case=turn.case, kind="helper").delete()
        grants.withdraw(turn.case.id, "helper", code_id)
        if "recovery" in entry.value["rights"]:
            recovery.renew(turn, without=code_id)
        if "status" in entry.value["rights"]:
            turn.rotate(["protection"])
        turn.rewrite(entry, {**entry.value, "label": "", "gone": True})
        turn.log_access("helper-removed")


def _find(turn: Turn, number: int) -> Entry:
    for entry in turn.read("private", _KIND):
        if entry.number == number and not entry.value["gone"]:
            return entry
    raise InputRefused(Text("There is no such helper.", "Cette aide n’existe pas."))


def _only_the_person(turn: Turn) -> None:
    if turn.role != "person":
        raise NotGranted
