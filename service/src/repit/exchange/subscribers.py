"""Subscribers: their keys, what they may see, how far they are.

In: names from the operator, keys from requests. Out: `Granted`, what a request may have. Next: the exchanges.
"""

import hmac
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import IntegrityError, transaction

from repit.bank import feed
from repit.exchange.models import Subscriber, WithdrawalAcknowledged
from repit.foundation import audit
from repit.foundation.clock import now
from repit.foundation.errors import InputRefused, KeyRefused, NotFound, Text
from repit.foundation.ids import ALPHABET
from repit.foundation.sealing import keyed_digest

_USE_IS_NOTED_EVERY: Final = timedelta(minutes=1)
_KEY: Final = re.compile(r"repit_([0-9a-z]{10})_([0-9a-z]{32})")


@dataclass(frozen=True, slots=True)
class Granted:
    """A subscriber that showed its key, and what it may see."""

    id: int
    name: str
    sees_anchored: bool
    min_confirmations: int = 1
    """Our own feed tells items with fewer submissions as withdrawn; the other protocols do not."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a subscriber stands: `lag` is the number of changes that it has not acknowledged."""

    name: str
    active: bool
    sees_anchored: bool
    lag: int
    last_used_at: datetime | None
    withdrawals_acknowledged: int


def _random(digits: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(digits)).lower()


def _digest(secret: str) -> bytes:
    return keyed_digest("subscriber key", secret.encode())


def _fresh() -> tuple[str, str, bytes]:
    key_id, secret = _random(10), _random(32)
    return key_id, f"repit_{key_id}_{secret}", _digest(secret)


def add(
    name: str, *, sees_anchored: bool = False, min_confirmations: int = 1, actor: str = "operator"
) -> str:
    """A new subscriber's key: shown this once. Raises `InputRefused` where the name is taken or unfit."""
    if not 1 <= min_confirmations <= 1_000:
        raise InputRefused(Text("Confirmations run from 1 to 1000.", "Les confirmations vont de 1 à 1000."))
    if not re.fullmatch(r"[\w .@()\-]{1,100}", name):
        raise InputRefused(Text("The name is empty, too long, or has odd signs.", "Le nom ne convient pas."))
    key_id, key, digest = _fresh()
    try:
        with transaction.atomic():
            Subscriber.objects.create(
                name=name,
                key_id=key_id,
                key_digest=digest,
                sees_anchored=sees_anchored,
                min_confirmations=min_confirmations,
                added_at=now(),
            )
            audit.record(actor, "subscriber.add", name, "anchored" if sees_anchored else "")
    except IntegrityError:
        raise InputRefused(
            Text("A subscriber of that name exists.", "Un abonné de ce nom existe déjà."),
            Text("Choose another, or rotate its key.", "Choisissez-en un autre, ou renouvelez sa clé."),
        ) from None
    return key


def rotate(name: str, *, actor: str = "operator") -> str:
    """A new key in place of the old one, which stops working at once. Raises `NotFound`."""
    key_id, key, digest = _fresh()
    with transaction.atomic():
        if not Subscriber.objects.filter(name=name).update(key_id=key_id, key_digest=digest, active=True):
            raise NotFound
        audit.record(actor, "subscriber.rotate", name)
    return key


def close(name: str, *, actor: str = "operator") -> None:
    """The subscriber's key stops working. Raises `NotFound`."""
    with transaction.atomic():
        if not Subscriber.objects.filter(name=name).update(active=False):
            raise NotFound
        audit.record(actor, "subscriber.close", name)


def recognise(key: str) -> Granted:
    """Whose key this is. Raises `KeyRefused`, the same for every reason."""
    shape = _KEY.fullmatch(key)
    if shape is None:
        raise KeyRefused
    found = Subscriber.objects.filter(key_id=shape[1], active=True).first()
    known = bytes(found.key_digest) if found else bytes(32)
    if not hmac.compare_digest(known, _digest(shape[2])) or found is None:
        raise KeyRefused
    moment = now()
    if found.last_used_at is None or moment - found.last_used_at > _USE_IS_NOTED_EVERY:
        Subscriber.objects.filter(pk=found.pk).update(last_used_at=moment)
    return Granted(found.pk, found.name, found.sees_anchored, found.min_confirmations)


def acknowledge(who: Granted, sequence: int, withdrawn: Iterable[str]) -> None:
    """Note how far a subscriber is and what it has forgotten; repeats and older numbers change nothing.

    Raises `InputRefused` for a sequence that the feed has not reached.
    """
    moment = now()
    with transaction.atomic():
        row = Subscriber.objects.select_for_update().get(pk=who.id)
        if sequence > feed.head().sequence:
            raise InputRefused(Text("The feed has not come that far.", "Le flux n'en est pas là."))
        row.acknowledged = max(row.acknowledged, sequence)
        row.acknowledged_at = moment
        row.save(update_fields=["acknowledged", "acknowledged_at"])
        WithdrawalAcknowledged.objects.bulk_create(
            [
                WithdrawalAcknowledged(subscriber=row, item=item, at=moment)
                for item in dict.fromkeys(withdrawn)
            ],
            ignore_conflicts=True,
        )


def standings() -> list[Standing]:
    """Every subscriber, by name."""
    newest = feed.head().sequence
    return [
        Standing(
            row.name,
            row.active,
            row.sees_anchored,
            newest - row.acknowledged,
            row.last_used_at,
            row.withdrawals.count(),
        )
        for row in Subscriber.objects.order_by("name")
    ]
