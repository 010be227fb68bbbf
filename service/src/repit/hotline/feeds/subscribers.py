"""Subscribers: what they were granted and require, what they signed, how far they are.

In: names and grants from the operator, acknowledgements from requests. Out: rows; every change of a grant in
the audit. Next: `keys` opens for them, `eligibility` applies what is said here, `subscriber_report` shows it.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, get_args

from django.db import IntegrityError, transaction

from repit.foundation import audit
from repit.foundation.clock import day, now
from repit.foundation.errors import InputRefused, Text
from repit.foundation.hashes import Kind
from repit.hotline.bank import feed
from repit.hotline.bank.models import Item
from repit.hotline.bank.states import SHARED
from repit.hotline.feeds import keys
from repit.hotline.feeds.keys import EXCHANGES, KNOWN, Granted, recognise, rotate
from repit.hotline.feeds.models import Subscriber, SubscriberKey, WithdrawalAcknowledged

__all__ = ["EXCHANGES", "KINDS", "Grant", "Granted", "SubscriberStatus", "acknowledge", "add", "agree"]
__all__ += ["close", "grant", "granted", "recognise", "rotate", "set_people", "statuses"]

KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
MAX_CONFIRMERS: Final = 10
MOST_FORGOTTEN: Final = 5_000
"""Withdrawals in one acknowledgement; more than a page of the feed has."""
_NAME: Final = re.compile(r"[\w .@()\-]{1,100}")
_CONFIRMER: Final = re.compile(r"[\w .@()/\-]{1,100}")
"""An exchange is named with its partner: `stopncii/StopNCII.org`."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What a subscriber may see (`exchanges`, `kinds`, `sees_anchored`) and what it requires of an item.

    `confirmed_by`: names of subscribers or origins, one of which must have seen the item or said "blocked".
    """

    exchanges: tuple[str, ...] = EXCHANGES
    kinds: tuple[str, ...] = KINDS
    sees_anchored: bool = False
    min_confirmations: int = 1
    confirmed_by: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not 1 <= self.min_confirmations <= 1_000:
            raise InputRefused(
                Text("Confirmations run from 1 to 1000.", "Les confirmations vont de 1 à 1000.")
            )
        if not self.exchanges or not set(self.exchanges) <= set(KNOWN):
            raise _unknown(KNOWN)
        if not self.kinds or not set(self.kinds) <= set(KINDS):
            raise _unknown(KINDS)
        if len(self.confirmed_by) > MAX_CONFIRMERS or not all(map(_CONFIRMER.fullmatch, self.confirmed_by)):
            raise InputRefused(Text(f"At most {MAX_CONFIRMERS} names.", f"Au plus {MAX_CONFIRMERS} noms."))

    def fields(self) -> dict[str, object]:
        """As the row has them."""
        return {
            "exchanges": "\n".join(dict.fromkeys(self.exchanges)),
            "kinds": "\n".join(dict.fromkeys(self.kinds)),
            "sees_anchored": self.sees_anchored,
            "min_confirmations": self.min_confirmations,
            "confirmed_by": "\n".join(dict.fromkeys(self.confirmed_by)),
        }

    def summary(self) -> str:
        """For the audit, within its 200 characters."""
        words = [*self.exchanges, *self.kinds, *(["anchored"] if self.sees_anchored else [])]
        conditions = f"{self.min_confirmations} submissions, {len(self.confirmed_by)} confirmers"
        return f"{' '.join(words)}; {conditions}"


@dataclass(frozen=True, slots=True)
class SubscriberStatus:
    """How far a subscriber is: `lag` is the number of changes that it has not acknowledged.

    `unsent`, of changes that were not even sent: over protocols without acknowledgement, all that is known.
    """

    name: str
    active: bool
    agreed_on: date | None
    exchanges: tuple[str, ...]
    sees_anchored: bool
    lag: int
    unsent: int
    last_used_at: datetime | None
    withdrawals_acknowledged: int


def add(
    name: str,
    *,
    sees_anchored: bool = False,
    min_confirmations: int = 1,
    granted: Grant | None = None,
    agreed_on: date | None = None,
    actor: str = "operator",
) -> str:
    """A new subscriber's key: shown this once. Raises `InputRefused` where the name is taken or unfit."""
    wanted = granted or Grant(sees_anchored=sees_anchored, min_confirmations=min_confirmations)
    if not _NAME.fullmatch(name):
        raise InputRefused(
            Text("The name is empty, too long, or has odd characters.", "Le nom ne convient pas.")
        )
    _require_past(agreed_on)
    try:
        with transaction.atomic():
            row = Subscriber.objects.create(
                name=name,
                agreed_on=agreed_on,
                added_at=now(),
                begins_after=feed.head().sequence,
                **wanted.fields(),
            )
            key = keys.make(row)
            audit.record(actor, "subscriber.add", name, wanted.summary())
            if agreed_on is not None:
                audit.record(actor, "subscriber.agree", name, agreed_on.isoformat())
    except IntegrityError:
        raise InputRefused(
            Text("A subscriber of that name exists.", "Un abonné de ce nom existe déjà."),
            Text("Choose another, or rotate its key.", "Choisissez-en un autre, ou renouvelez sa clé."),
        ) from None
    return key


def grant(name: str, granted: Grant, *, actor: str = "operator") -> None:
    """Other grants or requirements in place of the present ones. Raises `NotFound`.

    Our own feed becomes another feed for this subscriber, which therefore takes a fresh snapshot and forgets
    what it may no longer hold. The other protocols have no such word: their clients must start anew.
    """
    with transaction.atomic():
        if not Subscriber.objects.filter(name=name).update(**granted.fields()):
            raise keys.unknown()
        audit.record(actor, "subscriber.grant", name, granted.summary())


def granted(name: str) -> Grant:
    """The present grants of a subscriber. Raises `NotFound`."""
    row = Subscriber.objects.filter(name=name).first()
    if row is None:
        raise keys.unknown()
    return Grant(
        tuple(row.exchanges.splitlines()),
        tuple(row.kinds.splitlines()),
        row.sees_anchored,
        row.min_confirmations,
        tuple(row.confirmed_by.splitlines()),
    )


def agree(name: str, agreed_on: date, *, actor: str = "operator") -> None:
    """Note when the agreement was signed. Raises `NotFound`, `InputRefused` for a day to come."""
    _require_past(agreed_on)
    with transaction.atomic():
        if not Subscriber.objects.filter(name=name).update(agreed_on=agreed_on):
            raise keys.unknown()
        audit.record(actor, "subscriber.agree", name, agreed_on.isoformat())


def set_people(name: str, people: bool, party: str = "", *, actor: str = "operator") -> None:
    """Say whether a subscriber has moderators of its own, whose word counts once it is given with the desk's
    key (`rotate` with `desk`), and to whom it belongs. Raises `NotFound`, `InputRefused`."""
    if party and not _NAME.fullmatch(party):
        raise InputRefused(Text("The party’s name does not fit.", "Le nom de l’entité ne convient pas."))
    with transaction.atomic():
        if not Subscriber.objects.filter(name=name).update(people=people, party=party):
            raise keys.unknown()
        if not people:
            SubscriberKey.objects.filter(subscriber__name=name, desk=True).update(ends_at=now())
        audit.record(actor, "subscriber.people", name, f"{'yes' if people else 'no'} {party}".strip())


def close(name: str, *, actor: str = "operator") -> None:
    """The subscriber's keys stop working. Raises `NotFound`."""
    with transaction.atomic():
        if not Subscriber.objects.filter(name=name).update(active=False):
            raise keys.unknown()
        audit.record(actor, "subscriber.close", name)


def acknowledge(who: Granted, sequence: int, withdrawn: Iterable[str]) -> None:
    """Note how far a subscriber is and what it has forgotten; repeats and older numbers change nothing.

    Names of what was not withdrawn, or is of a kind that it was not granted, are passed over. Raises
    `InputRefused` for a sequence that the feed has not reached, or more names than can be.
    """
    moment, named = now(), list(dict.fromkeys(withdrawn))
    if len(named) > MOST_FORGOTTEN:
        raise InputRefused(Text(f"At most {MOST_FORGOTTEN} names.", f"Au plus {MOST_FORGOTTEN} noms."))
    gone = Item.objects.filter(token__in=named, announced=True, kind__in=who.kinds).exclude(state__in=SHARED)
    forgotten = list(gone.values_list("token", flat=True))
    with transaction.atomic():
        row = Subscriber.objects.select_for_update().get(pk=who.id)
        if sequence > feed.head().sequence:
            raise InputRefused(Text("The feed has not come that far.", "Le flux n’en est pas là."))
        row.acknowledged = max(row.acknowledged, sequence)
        row.acknowledged_at = moment
        row.save(update_fields=["acknowledged", "acknowledged_at"])
        WithdrawalAcknowledged.objects.bulk_create(
            [WithdrawalAcknowledged(subscriber=row, item=item, at=day()) for item in forgotten],
            ignore_conflicts=True,
        )


def statuses() -> list[SubscriberStatus]:
    """Every subscriber, by name."""
    newest = feed.head().sequence
    return [
        SubscriberStatus(
            row.name,
            row.active,
            row.agreed_on,
            tuple(row.exchanges.splitlines()),
            row.sees_anchored,
            newest - row.acknowledged,
            newest - max(row.fetched, row.acknowledged),
            row.last_used_at,
            row.withdrawals.count(),
        )
        for row in Subscriber.objects.order_by("name")
    ]


def _require_past(day: date | None) -> None:
    if day is not None and day > now().date():
        raise InputRefused(Text("That day has not come yet.", "Ce jour n’est pas encore venu."))


def _unknown(words: Collection[str]) -> InputRefused:
    listed = ", ".join(words)
    return InputRefused(Text(f"Choose among: {listed}.", f"Choisissez parmi : {listed}."))
