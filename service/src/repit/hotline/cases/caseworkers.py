"""The keys of those who work on cases, under their own passphrases.

In: the name of an account (who may sign in is not decided here), a passphrase. Out: a `Holder` in memory,
which opens what was granted to it. Next: `desk`, `casework`; the desk's pages keep it for a sign-in only.

A passphrase that is lost cannot be given back: `retire` it, enrol anew, and be assigned the cases again by
someone who takes cases in.
"""

import hmac
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from django.db import IntegrityError, transaction

from repit.foundation import audit
from repit.foundation.errors import InputRefused, NotFound, Text, Unavailable
from repit.foundation.ids import random_key
from repit.foundation.sealing import Place, Sealer, operator
from repit.hotline.cases import aliases, grants, keys
from repit.hotline.cases.casefile import Casefile
from repit.hotline.cases.grants import Holder, HolderKind, Named
from repit.hotline.cases.models import Case, Caseworker, DeskMember, Grant
from repit.hotline.cases.states import LIVE, STATES

SHORTEST: Final = 12
_DRAWS: Final = 5
_USE: Final = "caseworker"


def enrol(who: str, passphrase: str) -> Holder:
    """New keys for a member of staff. Raises `InputRefused` where they have some or it is short,
    `Unavailable`."""
    row = Caseworker(id=random_key(), who=who)
    pair = keys.new_pair()
    _seal(row, passphrase, pair)
    for _try in range(_DRAWS):
        try:
            with transaction.atomic():
                aliases.draw(row)
                row.save(force_insert=True)
                audit.record(who, "caseworker.enrol", who)
        except IntegrityError:
            if is_enrolled(who):
                raise InputRefused(
                    Text("This account has keys already.", "Ce compte a déjà des clés.")
                ) from None
            continue  # a colleague drew the same alias at the same moment
        return Holder("caseworker", row.id, pair, who)
    raise Unavailable


def is_enrolled(who: str) -> bool:
    """Whether an account has keys."""
    return Caseworker.objects.filter(who=who).exists()


def unlock(who: str, passphrase: str) -> Holder:
    """The keys of a member of staff. Raises `NotFound`, the same for a wrong passphrase as for nobody."""
    row = Caseworker.objects.filter(who=who).first()
    derived = keys.stretch(passphrase, bytes(row.salt) if row else bytes(keys.SALT_BYTES), keys.PASSPHRASE)
    known = bytes(row.verifier) if row else bytes(32)
    if not hmac.compare_digest(known, derived.verifier) or row is None:
        raise NotFound
    place = _place(row, "sealed_private")
    private = Sealer(derived.key).open(operator(_USE).open(row.sealed_private, place), place)
    return Holder("caseworker", row.id, keys.pair_of(private), who)


def change_passphrase(who: str, old: str, new: str) -> None:
    """The same keys under another passphrase. Raises `NotFound`, `InputRefused`."""
    holder = unlock(who, old)
    with transaction.atomic():
        row = Caseworker.objects.select_for_update().get(pk=holder.id)
        row.version += 1
        _seal(row, new, holder.pair)
        row.save()
        audit.record(who, "caseworker.passphrase", who)


def rotate(who: str, passphrase: str) -> Holder:
    """New keys in place of the old; every case and desk is granted to them anew. Raises `NotFound`."""
    old = unlock(who, passphrase)
    new = Holder("caseworker", old.id, keys.new_pair(), who)
    with transaction.atomic():
        row = Caseworker.objects.select_for_update().get(pk=old.id)
        for case_id in cases_of(old):
            with Casefile(case_id, old).turn() as turn:
                turn.give(new.named, list(turn.rooms))
        for member in DeskMember.objects.filter(caseworker=row):
            boxed = operator(_USE).open(member.sealed, member_place(member))
            member.sealed = operator(_USE).seal(
                keys.box(keys.unbox(boxed, old.pair), new.pair.public), member_place(member)
            )
            member.save(update_fields=["sealed"])
        row.version += 1
        _seal(row, passphrase, new.pair)
        row.save()
        row.passkeys.all().delete()  # they hold the old keys
        audit.record(who, "caseworker.rotate", who)
    return new


def retire(who: str, *, actor: str) -> None:
    """Someone leaves: their keys open nothing any more. Raises `NotFound`.

    What they saw they have seen: whoever takes cases in then gives those cases new keys (`casework.release`).
    """
    with transaction.atomic():
        row = Caseworker.objects.filter(who=who).first()
        if row is None:
            raise NotFound
        for some in _pieces(list(Case.objects.values_list("pk", flat=True)), 500):
            marks = [grants.mark(pk, "caseworker", row.id) for pk in some]
            Grant.objects.filter(holder__in=marks).delete()
        row.delete()
        audit.record(actor, "caseworker.retire", who)


def named(who: str) -> Named:
    """A member of staff as others write to them. Raises `NotFound`."""
    # A name with a NUL byte is nobody's, and PostgreSQL does not take the question.
    row = None if "\0" in who else Caseworker.objects.filter(who=who).first()
    if row is None:
        raise NotFound
    return Named("caseworker", row.id, operator(_USE).open(row.sealed_public, _place(row, "sealed_public")))


def cases_of(holder: Holder, states: Iterable[str] = STATES) -> list[int]:
    """The cases in someone's hands. No column says it: each case has its own digest of each holder."""
    return _cases_held(holder.kind, holder.id, states)


@dataclass(frozen=True, slots=True)
class Caseload:
    """Which cases a caseworker has, by their keys in the database; nothing of what is in them."""

    who: str
    cases: list[int]


def everyone() -> list[Caseload]:
    """Everyone who has keys, with the open cases in their hands."""
    return [
        Caseload(row.who, _cases_held("caseworker", row.id, LIVE))
        for row in Caseworker.objects.order_by("who")
    ]


def _cases_held(kind: HolderKind, holder_id: int, states: Iterable[str]) -> list[int]:
    cases = Case.objects.filter(state__in=list(states)).values_list("pk", flat=True)
    found: list[int] = []
    # In pieces: a database takes so many values in one question and no more.
    for some in _pieces(cases, 500):
        marks = [grants.mark(pk, kind, holder_id) for pk in some]
        rows = Grant.objects.filter(holder__in=marks, room="protection")
        found += rows.values_list("case", flat=True)
    return sorted(found)


def _pieces(found: Iterable[int], size: int) -> Iterator[list[int]]:
    rest = iter(found)
    while piece := list(islice(rest, size)):
        yield piece


def member_place(member: DeskMember) -> Place:
    """Where a member's copy of the desk's key stands."""
    return Place("cases_deskmember", f"{member.desk_id}/{member.caseworker_id}/{member.id}", "sealed")


def _seal(row: Caseworker, passphrase: str, pair: keys.Pair) -> None:
    if len(passphrase) < SHORTEST:
        raise InputRefused(
            Text("The passphrase is too short.", "La phrase de passe est trop courte."),
            Text(
                "Take at least twelve characters: four words do well.",
                "Prenez au moins douze signes : quatre mots.",
            ),
        )
    row.salt = keys.new_salt()
    derived = keys.stretch(passphrase, row.salt, keys.PASSPHRASE)
    row.verifier = derived.verifier
    row.sealed_public = operator(_USE).seal(pair.public, _place(row, "sealed_public"))
    place = _place(row, "sealed_private")
    row.sealed_private = operator(_USE).seal(Sealer(derived.key).seal(pair.private, place), place)


def _place(row: Caseworker, column: str) -> Place:
    return Place("cases_caseworker", f"{row.id}/{row.who}", column, row.version)
