"""Subscribers' keys: made, replaced with a time in which old and new both open, recognised.

In: keys from requests. Out: `Granted`, what a request may have. Next: the exchanges. A key is shown once;
what stays is a keyed digest, from which nobody gets the key back, with the database or without.
"""

import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, get_args

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from repit.foundation import audit
from repit.foundation.clock import now
from repit.foundation.errors import InputRefused, KeyRefused, NotFound, NotGranted, Text
from repit.foundation.ids import ALPHABET
from repit.foundation.sealing import keyed_digest
from repit.hotline.feeds.models import Subscriber, SubscriberKey

Exchange = Literal["repit", "stopncii", "ncmec"]
EXCHANGES: Final[tuple[Exchange, ...]] = get_args(Exchange)
SYNC: Final = "sync"
"""Granted to other hotlines besides: provenance in our own feed."""
KNOWN: Final = (*EXCHANGES, SYNC)
LONGEST_OVERLAP: Final = timedelta(days=30)
_USE_IS_NOTED_EVERY: Final = timedelta(minutes=1)
_KEY: Final = re.compile(r"repit_([0-9a-z]{10})_([0-9a-z]{32})")


@dataclass(frozen=True, slots=True)
class Granted:
    """A subscriber that showed its key, and what it may see and requires (`subscribers.Grant`)."""

    id: int
    name: str
    sees_anchored: bool
    min_confirmations: int = 1
    exchanges: frozenset[str] = frozenset(EXCHANGES)
    kinds: frozenset[str] = frozenset(("intimate", "deepfake"))
    confirmed_by: frozenset[str] = frozenset()
    key: int = 0
    """The key's row, by which a later request of the same visit is recognised."""
    desk: bool = False
    """Whether this is the key of the subscriber's review desk, with which people speak."""


def make(row: Subscriber, *, desk: bool = False) -> str:
    """A further key of a subscriber, or of its review desk."""
    key_id, secret = _random(10), _random(32)
    SubscriberKey.objects.create(
        subscriber=row, key_id=key_id, digest=_digest(secret), desk=desk, added_at=now()
    )
    return f"repit_{key_id}_{secret}"


def rotate(
    name: str, *, overlap: timedelta = timedelta(), desk: bool = False, actor: str = "operator"
) -> str:
    """A new key; those before it open for as long as `overlap` says, and not at all where it is nothing.

    `desk`: the key of the review desk, else the others.

    Raises `NotFound`, `InputRefused` for an overlap below nothing or above 30 days.
    """
    if not timedelta() <= overlap <= LONGEST_OVERLAP:
        raise InputRefused(
            Text("Both keys open for at most 30 days.", "Les deux clés ouvrent au plus 30 jours.")
        )
    with transaction.atomic():
        row = Subscriber.objects.select_for_update().filter(name=name).first()
        if row is None:
            raise unknown()
        until = now() + overlap
        earlier = SubscriberKey.objects.filter(subscriber=row, desk=desk)
        earlier.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=until)).update(ends_at=until)
        Subscriber.objects.filter(pk=row.pk).update(active=True)
        key = make(row, desk=desk)
        what = "subscriber.rotate-desk" if desk else "subscriber.rotate"
        audit.record(actor, what, name, f"the former until {until:%Y-%m-%d %H:%M} UTC")
    return key


def recognise(key: str, exchange: Exchange | None = None, *, opinions: bool = False) -> Granted:
    """Whose key this is. Raises `KeyRefused`, the same for every reason.

    `opinions`: the endpoint at which a review desk's key opens, and no other. Raises `NotGranted` where the
    subscriber may not use this exchange (None: no exchange in particular), or has signed nothing and the
    settings ask for it.
    """
    shape = _KEY.fullmatch(key)
    if shape is None:
        raise KeyRefused
    found = SubscriberKey.objects.select_related("subscriber").filter(key_id=shape[1]).first()
    known = bytes(found.digest) if found else bytes(32)
    moment = now()
    if not hmac.compare_digest(known, _digest(shape[2])) or found is None or not _open(found, moment):
        raise KeyRefused
    if found.desk and not opinions:
        raise NotGranted(
            Text("This key is the review desk’s.", "Cette clé est celle du bureau d’examen."),
            Text("It is for opinions only.", "Elle ne sert qu’aux avis."),
        )
    _note_use(found, moment)
    return _granted(found, exchange)


def recognise_again(key: int) -> Granted:
    """Who showed the key of this row earlier, if it still opens. Raises `KeyRefused`."""
    found = SubscriberKey.objects.select_related("subscriber").filter(pk=key).first()
    if found is None or not _open(found, now()):
        raise KeyRefused
    return _granted(found, None)


def _granted(found: SubscriberKey, exchange: Exchange | None) -> Granted:
    row = found.subscriber
    if exchange is not None and exchange not in row.exchanges.splitlines():
        raise NotGranted
    if exchange is not None and settings.REPIT_REQUIRE_AGREEMENT and row.agreed_on is None:
        raise NotGranted(
            Text("No signed agreement is noted.", "Aucun accord signé n’est noté."),
            Text(
                "Sign it with the hotline, which notes the date with `repit subscriber agree`.",
                "Signez-le avec l’association, qui note la date avec `repit subscriber agree`.",
            ),
        )
    return Granted(
        row.pk,
        row.name,
        row.sees_anchored,
        row.min_confirmations,
        frozenset(row.exchanges.splitlines()),
        frozenset(row.kinds.splitlines()),
        frozenset(row.confirmed_by.splitlines()),
        found.pk,
        found.desk,
    )


def _open(found: SubscriberKey, moment: datetime) -> bool:
    return found.subscriber.active and (found.ends_at is None or moment < found.ends_at)


def _note_use(found: SubscriberKey, moment: datetime) -> None:
    """To the minute, so that a poll costs a write a minute and not one each."""
    for row in (found, found.subscriber):
        if row.last_used_at is None or moment - row.last_used_at > _USE_IS_NOTED_EVERY:
            type(row).objects.filter(pk=row.pk).update(last_used_at=moment)


def _random(digits: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(digits)).lower()


def _digest(secret: str) -> bytes:
    return keyed_digest("subscriber key", secret.encode())


def unknown() -> NotFound:
    """Nobody is subscribed under that name."""
    return NotFound(
        Text("There is no subscriber of that name.", "Aucun abonné ne porte ce nom."),
        Text(
            "`repit subscriber list` shows those there are.",
            "`repit subscriber list` montre ceux qui existent.",
        ),
    )
