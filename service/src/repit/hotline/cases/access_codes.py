"""Codes that open a case: a public number and words, and the keys that only the two together give.

In: what a person kept. Out: a `Casefile`, or one refusal for every reason. Next: `service`, `sessions`,
`helpers`, `recovery`.

Argon2id is there for whoever steals the database; to sign in, 80 random bits need no help. So that nobody
can make the machine work by guessing, a byte of a keyed digest of number and words (`hint`) is compared
first: of 256 wrong words 255 cost next to nothing, and those that do cost something are remembered for a
while. Numbers that nobody has are given a hint of their own and answer alike. Whoever holds the database
*and* the operator's key learns that one byte: 72 bits are left to guess, each guess at Argon2id's price.
"""

import hmac
from dataclasses import dataclass
from typing import Final, Literal

from django.db import IntegrityError, transaction

from repit.foundation.errors import InputRefused, NotFound, Text, TransitionRefused
from repit.foundation.ids import case_number, case_secret, is_case_number, normal, random_key
from repit.foundation.sealing import Place, Sealer, keyed_digest, operator
from repit.hotline.cases import keys, words
from repit.hotline.cases.casefile import Casefile
from repit.hotline.cases.grants import Holder
from repit.hotline.cases.keys import Pair
from repit.hotline.cases.misses import Misses
from repit.hotline.cases.models import AccessCode

AccessCodeKind = Literal["person", "helper", "slip"]
_USE: Final = "access code"
_misses: Final = Misses()


@dataclass(frozen=True, slots=True, repr=False)
class Code:
    """What is written down: shown once; `secret` is nowhere on our side."""

    number: str
    secret: str

    def words(self, language: str) -> list[str]:
        """The secret as eight words."""
        return words.spelled(self.secret, language)


def lookup(number: str) -> bytes:
    """By what a code is found."""
    return keyed_digest("case number", normal(number).encode())


def build(case_id: int, kind: AccessCodeKind, number: str | None = None) -> tuple[AccessCode, Code, Holder]:
    """A new code, within a transaction. Raises `TransitionRefused` where that number is in use."""
    code = Code(number or case_number(), _secret())
    salt, pair = keys.new_salt(), keys.new_pair()
    derived = keys.stretch(words.read(code.secret), salt)
    access_code = AccessCode(
        id=random_key(),
        case_id=case_id,
        kind=kind,
        lookup=lookup(code.number),
        salt=salt,
        verifier=derived.verifier,
        hint=_hint(code.number, words.read(code.secret)),
    )
    access_code.sealed_public = operator(_USE).seal(pair.public, _place(access_code, "sealed_public"))
    place = _place(access_code, "sealed_private")
    access_code.sealed_private = operator(_USE).seal(Sealer(derived.key).seal(pair.private, place), place)
    try:
        with transaction.atomic():
            access_code.save(force_insert=True)
    except IntegrityError:
        raise TransitionRefused(
            Text("This was already done.", "Cela a déjà été fait."),
            Text("Use the receipt that you were shown.", "Utilisez le récépissé qui vous a été montré."),
        ) from None
    return access_code, code, Holder(kind, access_code.id, pair)


def _secret() -> str:
    """A secret whose words are read as itself in either language."""
    while not words.is_unambiguous(drawn := case_secret()):
        pass
    return drawn


def unlocked(number: str, typed: str) -> tuple[AccessCode, Pair]:
    """A code and its keys. Raises `NotFound`, the same for an unknown number and for wrong words.

    Both take the same time: an unknown number is derived with a salt that is made up, the same at each try.
    A number that was mistyped (its check digit tells, whatever cases exist) raises `InputRefused`.
    """
    access_code = _fitting(number, typed)
    made_up = _made_up(number)
    secret = words.read(typed)
    derived = keys.stretch(secret, bytes(access_code.salt) if access_code else made_up[: keys.SALT_BYTES])
    verifier = bytes(access_code.verifier) if access_code else made_up
    if not hmac.compare_digest(derived.verifier, verifier) or access_code is None:
        _misses.note(number, secret)
        raise NotFound
    if access_code.hint is None:
        # Made before there were hints.
        AccessCode.objects.filter(pk=access_code.pk).update(hint=_hint(number, secret))
    place = _place(access_code, "sealed_private")
    private = Sealer(derived.key).open(operator(_USE).open(access_code.sealed_private, place), place)
    return access_code, keys.pair_of(private)


def refuse_misfits(number: str, typed: str) -> None:
    """Turn away, at next to no cost, what cannot be right. Raises `NotFound`, `InputRefused`."""
    _fitting(number, typed)


def _fitting(number: str, typed: str) -> AccessCode | None:
    """The code of a number, if there is one and the words may be its own."""
    if not is_case_number(number):
        raise InputRefused(
            Text("This number holds a typing error.", "Ce numéro contient une faute de frappe."),
            Text("Compare it with what you wrote down.", "Comparez-le avec ce que vous avez noté."),
        )
    access_code, secret = _access_code(number), words.read(typed)
    if not _fits(number, secret, access_code) or _misses.knows(number, secret):
        raise NotFound
    return access_code


def _access_code(number: str) -> AccessCode | None:
    return AccessCode.objects.filter(lookup=lookup(number)).first()


def _fits(number: str, secret: str, access_code: AccessCode | None) -> bool:
    hint = access_code.hint if access_code else _made_up(number)[-1]
    return hint is None or hint == _hint(number, secret)


def _made_up(number: str) -> bytes:
    return keyed_digest("no case", normal(number).encode())


def _hint(number: str, secret: str) -> int:
    return keyed_digest("case words hint", normal(number).encode(), secret.encode())[0]


def enter(number: str, typed: str) -> Casefile:
    """The case behind a receipt or a helper's code. Raises `NotFound`, `InputRefused`."""
    access_code, pair = unlocked(number, typed)
    return casefile_of(access_code, pair)


def casefile_of(access_code: AccessCode, pair: Pair) -> Casefile:
    """The case that an unlocked code opens. A recovery slip opens nothing by itself: `NotFound`."""
    if access_code.kind == "slip":
        raise NotFound
    return Casefile(access_code.case_id, holder(access_code, pair))


def holder(access_code: AccessCode, pair: Pair) -> Holder:
    """Whoever brought a code. Raises `SealBroken` where the code's two halves do not fit."""
    public = operator(_USE).open(access_code.sealed_public, _place(access_code, "sealed_public"))
    return Holder(kind_of(access_code), access_code.id, Pair(public, pair.private))


def public_of(access_code: AccessCode) -> bytes:
    """By what a code's holder is written to."""
    return operator(_USE).open(access_code.sealed_public, _place(access_code, "sealed_public"))


def kind_of(access_code: AccessCode) -> AccessCodeKind:
    return next(kind for kind in ("person", "helper", "slip") if kind == access_code.kind)


def _place(access_code: AccessCode, column: str) -> Place:
    return Place("cases_accesscode", f"{access_code.case_id}/{access_code.kind}/{access_code.id}", column)
