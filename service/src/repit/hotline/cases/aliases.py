"""The name by which a person knows whoever works on their case; never that of an account.

In: an account that has keys, a name of its owner's choosing. Out: sealed aliases, no two alike; entries of
the log and messages with aliases in the place of accounts. Next: `access_log`, `thread`, the keys' page.

An account's name may be somebody's own, and stands in the staff's sign-in: whoever threatens a person would
learn from the log whom else to threaten. So each has an alias from the first moment, drawn where none was
chosen, and what was read or written before a change shows the new one: it is looked up, never kept. Sealed,
since a thief who knows an alias from a person's page must not find its account in the database.
"""

import re
import secrets
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Final

from django.db import IntegrityError, transaction

from repit.foundation import audit
from repit.foundation.errors import InputRefused, NotFound, Text
from repit.foundation.folding import folded
from repit.foundation.sealing import Place, keyed_digest, operator
from repit.foundation.staff.models import Member
from repit.hotline.cases.models import Caseworker

LONGEST: Final = 30
# Of every gender, and said in French as in English.
_SOME: Final = (
    "Alex Alix Andréa Ange Ariel Billie Camille Charlie Claude Dany Dominique Éden Gaby Jackie Jessie Kim Lou"
    " Loïs Maé Marley Mika Morgan Noa Nour Ollie Robin Sacha Sam Swann Val Yaël"
)
NAMES: Final = tuple(_SOME.split())
_INITIALS: Final = "ABCDEFGHJKLMNPRSTVW"
_SHAPE: Final = re.compile(r"[^\W\d_](?:[ .'’\-]{0,2}[^\W\d_]){1,29}\.?")
_USE: Final = "alias"


def known() -> Mapping[str, str]:
    """The alias of each account that has keys; nothing for those who are gone."""
    rows = Caseworker.objects.exclude(alias=None)
    return {row.who: _opened(row) for row in rows}


def of(who: str) -> str:
    """The alias of one account; empty where it has none (any more)."""
    row = Caseworker.objects.filter(who=who).exclude(alias=None).first()
    return _opened(row) if row else ""


def draw(row: Caseworker) -> None:
    """An alias by chance, into a row that is being written: one that no colleague has, and no account."""
    taken = {folded(alias) for alias in known().values()}
    accounts = _accounts(row.who)
    free = [name for name in NAMES if folded(name) not in taken | accounts]
    if not free:
        both = [f"{name} {initial}." for name in NAMES for initial in _INITIALS]
        free = [name for name in both if folded(name) not in taken and not _words([name]) & accounts]
    _put(row, secrets.choice(free))


def choose(who: str, typed: str) -> str:
    """Another alias, in every log and thread from now on, as it is shown. Raises `InputRefused`,
    `NotFound`."""
    alias = unicodedata.normalize("NFC", " ".join(typed.split()))
    if not _SHAPE.fullmatch(alias) or len(alias) > LONGEST:
        raise InputRefused(
            Text("This cannot be an alias.", "Ce prénom ne convient pas."),
            Text("Choose a first name of 2 to 30 letters.", "Choisissez un prénom de 2 à 30 lettres."),
        )
    if _words([alias]) & _accounts(who):
        raise InputRefused(
            Text("This stands in the name of an account.", "Ce prénom figure dans le nom d’un compte."),
            Text("Choose another one.", "Choisissez-en un autre."),
        )
    try:
        with transaction.atomic():
            row = Caseworker.objects.select_for_update().filter(who=who).first()
            if row is None:
                raise NotFound
            _put(row, alias)
            row.save(update_fields=["alias", "sealed_alias"])
            audit.record(who, "caseworker.alias", who)
    except IntegrityError:
        raise InputRefused(
            Text("A colleague has this alias.", "Un collègue porte déjà ce prénom."),
            Text("Choose another one.", "Choisissez-en un autre."),
        ) from None
    return alias


def make_ready() -> None:
    """Draw aliases for the accounts that have none. Done as a hotline starts."""
    with transaction.atomic():
        for row in Caseworker.objects.select_for_update().filter(alias=None):
            draw(row)
            row.save(update_fields=["alias", "sealed_alias"])


def _put(row: Caseworker, alias: str) -> None:
    # Folded: no two people are told apart by capitals and accents.
    row.alias = keyed_digest("alias", folded(alias).encode())
    row.sealed_alias = operator(_USE).seal(alias.encode().ljust(4 * LONGEST), _place(row))


def _opened(row: Caseworker) -> str:
    return operator(_USE).open(row.sealed_alias, _place(row)).decode().rstrip()


def _place(row: Caseworker) -> Place:
    # With the digest: an alias from before, put back, does not open.
    return Place("cases_caseworker", f"{row.id}/{row.who}/{bytes(row.alias or b'').hex()}", "sealed_alias")


def _accounts(who: str) -> set[str]:
    """The words of every account's name, with keys or without: a supervisor's may be somebody's own, too."""
    names = Member.objects.values_list("name", flat=True)
    return _words((*names, *Caseworker.objects.values_list("who", flat=True), who))


def _words(names: Iterable[str]) -> set[str]:
    found = {word for name in names for word in re.split(r"[\W\d_]+", folded(name))}
    return {word for word in found if len(word) > 1}
