"""A person's case: open it, see how it stands, take items back.

In: submissions, receipts. Out: `Receipt`, `Status`. Next: the pages and the JSON doors, which call these
only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from django.conf import settings
from django.db import transaction

from repit.bank import items
from repit.bank.types import Kind, Media, State, Submission
from repit.cases import links, receipts
from repit.cases.links import Link
from repit.cases.models import Case, CaseItem
from repit.foundation.clock import now
from repit.foundation.errors import InputRefused, Text, TooLarge
from repit.foundation.ids import case_number, case_secret, random_key
from repit.foundation.sealing import Sealer

MAX_ITEMS: Final = 200
_ACTOR: Final = "person concerned"


@dataclass(frozen=True, slots=True)
class ItemStatus:
    """One item of a case, by its number in it. `state` is `withdrawn` as soon as the person took it back."""

    number: int
    state: State
    media: Media
    kind: Kind


@dataclass(frozen=True, slots=True)
class Status:
    """How a case stands."""

    items: tuple[ItemStatus, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Receipt:
    """What the person keeps. Shown once; `secret` is nowhere on our side."""

    number: str
    secret: str
    status: Status


def open_case(submissions: Sequence[Submission]) -> Receipt:
    """Open a case and hand its items to the bank, all or nothing. Raises `InputRefused`, `TooLarge`."""
    if not submissions:
        raise InputRefused(Text("A case needs an item.", "Un dossier a besoin d'un élément."))
    if len(submissions) > MAX_ITEMS:
        raise TooLarge
    number, secret, salt, key = case_number(), case_secret(), receipts.new_salt(), _new_key()
    derived = receipts.derive(secret, salt)
    case_id = random_key()
    with transaction.atomic():
        while Case.objects.filter(lookup=receipts.lookup(number)).exists():
            number = case_number()
        case = Case.objects.create(
            id=case_id,
            lookup=receipts.lookup(number),
            salt=salt,
            verifier=derived.verifier,
            sealed_key=Sealer(derived.key).seal(key, receipts.key_place(case_id)),
            opened_on=now().date(),
        )
        standing = [
            _take_in(case, Sealer(key), place, submission)
            for place, submission in enumerate(submissions, start=1)
        ]
    return Receipt(number, secret, Status(tuple(standing)))


def status(number: str, secret: str) -> Status:
    """How the case of a receipt stands. Raises `NotFound`, `InputRefused`."""
    case, sealer = receipts.enter(number, secret)
    return _status(case, sealer)


def withdraw(number: str, secret: str, which: Sequence[int] | Literal["all"]) -> Status:
    """Take items of a case back, by their numbers in it, or all. The bank's feed carries it on at once.

    Doing it again changes nothing. Raises `NotFound`, `InputRefused` (also for an item that is not there).
    """
    case, sealer = receipts.enter(number, secret)
    with transaction.atomic():
        rows = {row.number: row for row in CaseItem.objects.select_for_update().filter(case=case)}
        chosen = sorted(rows) if which == "all" else sorted(set(which))
        if any(place not in rows for place in chosen):
            raise InputRefused(Text("The case has no such item.", "Le dossier n'a pas cet élément."))
        for place in chosen:
            _take_back(rows[place], sealer)
    return _status(case, sealer)


def _new_key() -> bytes:
    return receipts.new_salt() + receipts.new_salt()


def _take_in(case: Case, sealer: Sealer, place: int, submission: Submission) -> ItemStatus:
    taken = items.submit(submission, actor=_ACTOR, publish=settings.REPIT_PUBLISH == "at-once")
    row = CaseItem(id=random_key(), case=case, number=place)
    row.sealed = links.seal(row, Link(taken.item, submission.media, submission.kind), sealer, row.version)
    row.save(force_insert=True)
    return ItemStatus(place, taken.state, submission.media, submission.kind)


def _take_back(row: CaseItem, sealer: Sealer) -> None:
    link = links.unseal(row, sealer)
    if link.taken_back:
        return
    back = Link(link.item, link.media, link.kind, taken_back=True)
    sealed = links.seal(row, back, sealer, row.version + 1)
    # The version makes sure that of two requests at once only one takes the submission back.
    changed = CaseItem.objects.filter(pk=row.pk, version=row.version).update(
        sealed=sealed, version=row.version + 1
    )
    if changed:
        items.withdraw_one(link.item, actor=_ACTOR, reason="the person took it back")


def _status(case: Case, sealer: Sealer) -> Status:
    found = [
        (row.number, links.unseal(row, sealer))
        for row in CaseItem.objects.filter(case=case).order_by("number")
    ]
    states = items.states([link.item for _, link in found])
    return Status(
        tuple(
            ItemStatus(place, "withdrawn" if link.taken_back else states[link.item], link.media, link.kind)
            for place, link in found
        )
    )
