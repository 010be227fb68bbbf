"""Doors into a case: a public number and words, and the keys that only the two together give.

In: what a person kept. Out: a `Casefile`, or one refusal for every reason. Next: `service`, `visits`,
`helpers`, `way_back`.
"""

import hmac
from dataclasses import dataclass
from typing import Final, Literal

from django.db import IntegrityError, transaction

from repit.cases import keys, words
from repit.cases.casefile import Casefile
from repit.cases.grants import Holder
from repit.cases.keys import Pair
from repit.cases.models import Door
from repit.foundation.errors import InputRefused, NotFound, Text, TransitionRefused
from repit.foundation.ids import case_number, case_secret, is_case_number, normal, random_key
from repit.foundation.sealing import Place, Sealer, keyed_digest, operator

DoorKind = Literal["person", "helper", "slip"]
_USE: Final = "case door"


@dataclass(frozen=True, slots=True, repr=False)
class Code:
    """What is written down: shown once; `secret` is nowhere on our side."""

    number: str
    secret: str

    def words(self, language: str) -> list[str]:
        """The secret as eight words."""
        return words.spelled(self.secret, language)


def lookup(number: str) -> bytes:
    """By what a door is found."""
    return keyed_digest("case number", normal(number).encode())


def build(case_id: int, kind: DoorKind, number: str | None = None) -> tuple[Door, Code, Holder]:
    """A new door, within a transaction. Raises `TransitionRefused` where that number is in use."""
    code = Code(number or case_number(), case_secret())
    salt, pair = keys.new_salt(), keys.new_pair()
    derived = keys.stretch(words.read(code.secret), salt)
    door = Door(
        id=random_key(),
        case_id=case_id,
        kind=kind,
        lookup=lookup(code.number),
        salt=salt,
        verifier=derived.verifier,
    )
    door.sealed_public = operator(_USE).seal(pair.public, _place(door, "sealed_public"))
    place = _place(door, "sealed_private")
    door.sealed_private = operator(_USE).seal(Sealer(derived.key).seal(pair.private, place), place)
    try:
        with transaction.atomic():
            door.save(force_insert=True)
    except IntegrityError:
        raise TransitionRefused(
            Text("This was already done.", "Cela a déjà été fait."),
            Text("Use the receipt that you were shown.", "Utilisez le récépissé qui vous a été montré."),
        ) from None
    return door, code, Holder(kind, door.id, pair)


def unlocked(number: str, typed: str) -> tuple[Door, Pair]:
    """A door and its keys. Raises `NotFound`, the same for an unknown number and for wrong words.

    Both take the same time: an unknown number is derived with a salt that is made up, the same at each try.
    A number that was mistyped (its check digit tells, whatever cases exist) raises `InputRefused`.
    """
    if not is_case_number(number):
        raise InputRefused(
            Text("This number holds a typing error.", "Ce numéro contient une faute de frappe."),
            Text("Compare it with what you wrote down.", "Comparez-le avec ce que vous avez noté."),
        )
    door = Door.objects.filter(lookup=lookup(number)).first()
    made_up = keyed_digest("no case", normal(number).encode())
    salt = bytes(door.salt) if door else made_up[: keys.SALT_BYTES]
    derived = keys.stretch(words.read(typed), salt)
    verifier = bytes(door.verifier) if door else made_up
    if not hmac.compare_digest(derived.verifier, verifier) or door is None:
        raise NotFound
    place = _place(door, "sealed_private")
    private = Sealer(derived.key).open(operator(_USE).open(door.sealed_private, place), place)
    return door, keys.pair_of(private)


def enter(number: str, typed: str) -> Casefile:
    """The case behind a receipt or a helper's code. Raises `NotFound`, `InputRefused`."""
    door, pair = unlocked(number, typed)
    return through(door, pair)


def through(door: Door, pair: Pair) -> Casefile:
    """The case behind an open door. A slip for the way back opens nothing by itself: `NotFound`."""
    if door.kind == "slip":
        raise NotFound
    return Casefile(door.case_id, holder(door, pair))


def holder(door: Door, pair: Pair) -> Holder:
    """Whoever came through a door. Raises `SealBroken` where the door's two halves do not fit."""
    public = operator(_USE).open(door.sealed_public, _place(door, "sealed_public"))
    return Holder(kind_of(door), door.id, Pair(public, pair.private))


def public_of(door: Door) -> bytes:
    """By what a door's holder is written to."""
    return operator(_USE).open(door.sealed_public, _place(door, "sealed_public"))


def kind_of(door: Door) -> DoorKind:
    return next(kind for kind in ("person", "helper", "slip") if kind == door.kind)


def _place(door: Door, column: str) -> Place:
    return Place("cases_door", f"{door.case_id}/{door.kind}/{door.id}", column)
