"""Partners: other exchanges that this installation pulls from.

In: names, addresses and credentials from the operator; how pulls went. Out: rows, claimed one at a time; who
lags. Next: `pulling`, health, `repit exchange …`.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from django.db import IntegrityError, transaction
from django.db.models import F, Q

from repit.exchanges.catalogue import KINDS
from repit.exchanges.models import Partner, RejectedRecord
from repit.exchanges.records import Puller, Rejected
from repit.foundation import audit
from repit.foundation.clock import now
from repit.foundation.errors import InputRefused, NotFound, Text
from repit.foundation.jobs.backoff import Backoff
from repit.foundation.jobs.claims import Claims
from repit.foundation.sealing import Place, operator

LEASE: Final = timedelta(seconds=20)
"""A claim that is not renewed for so long, since its process ended, falls to whoever comes."""
MOST_REJECTED: Final = 10_000
_LONGEST_EVERY: Final = 86_400
claims: Final = Claims(Partner.objects.all(), LEASE, Backoff(5.0, 3_600.0), farthest=timedelta(days=2))
_NAME: Final = re.compile(r"[\w.\-]{1,60}")
_LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class PartnerLag:
    """How a partner stands: `lag_seconds` since everything it had was here; None before the first time."""

    name: str
    kind: str
    active: bool
    records: int
    rejected: int
    skipped: int
    unmatched: int
    lag_seconds: float | None
    failures: int
    trouble: str


def add(
    kind: str,
    name: str,
    credentials: Mapping[str, str],
    *,
    address: str = "",
    item_kind: str = "intimate",
    publish: bool = True,
    gives_feedback: bool = False,
    every_seconds: int | None = None,
    actor: str = "operator",
) -> None:
    """A new partner, due at once. Raises `InputRefused`."""
    known = KINDS.get(kind)
    if known is None or not _NAME.fullmatch(name):
        raise InputRefused(
            Text("No such kind of exchange, or a name with odd signs.", "Genre d’échange ou nom inconnu."),
            Text(f"Kinds: {', '.join(KINDS)}.", f"Genres : {', '.join(KINDS)}."),
        )
    wanted = {*known.needs, *known.may_have}
    if not set(known.needs) <= set(credentials) <= wanted or not all(credentials.values()):
        raise InputRefused(
            Text("Credentials are missing, empty or too many.", "Des identifiants manquent ou sont de trop."),
            Text(
                f"Needed: {_listed(known.needs)}; possible: {_listed(known.may_have)}.",
                f"Requis : {_listed(known.needs)} ; possibles : {_listed(known.may_have)}.",
            ),
        )
    place = _address(kind, address or known.address)
    # Credentials that no client would take are refused now rather than at the first pull.
    known.make(place, dict(credentials)).close()
    try:
        with transaction.atomic():
            Partner.objects.create(
                name=name,
                kind=kind,
                address=place,
                sealed=operator("partner").seal(json.dumps(dict(credentials)).encode(), _place(name)),
                item_kind=item_kind,
                publish=publish,
                gives_feedback=gives_feedback,
                every_seconds=every_seconds or known.every_seconds,
                due_at=now(),
            )
            audit.record(actor, "partner.add", name, kind)
    except IntegrityError:
        raise InputRefused(
            Text("A partner of that name exists.", "Un partenaire de ce nom existe déjà."),
            Text("Choose another, or remove it first.", "Choisissez-en un autre, ou retirez-le d’abord."),
        ) from None


def set_active(name: str, active: bool, *, actor: str = "operator") -> None:
    """Pause a partner, or go on with it at once; what it told of stays meanwhile. Raises `NotFound`."""
    with transaction.atomic():
        if not Partner.objects.filter(name=name).update(active=active, due_at=now(), attempts=0):
            raise _unknown()
        audit.record(actor, "partner.resume" if active else "partner.pause", name)


def hurry(name: str, *, may_shrink: bool = False) -> Partner:
    """Let a partner be due at once. Raises `NotFound`."""
    Partner.objects.filter(name=name).update(due_at=now(), may_shrink=may_shrink)
    partner = Partner.objects.filter(name=name).first()
    if partner is None:
        raise _unknown()
    return partner


def remove(name: str, *, actor: str = "operator") -> None:
    """Remove a partner's row; the caller has let go of what it told of. Raises `NotFound`."""
    with transaction.atomic():
        if not Partner.objects.filter(name=name).delete()[0]:
            raise _unknown()
        audit.record(actor, "partner.remove", name)


def client(partner: Partner) -> Puller:
    """A client of this partner, with its credentials. Raises `SealBroken`."""
    credentials = json.loads(operator("partner").open(partner.sealed, _place(partner.name)))
    more = {"may_shrink": partner.may_shrink} if partner.kind == "file" else {}
    return KINDS[partner.kind].make(partner.address, credentials, **more)


def claim() -> Partner | None:
    """The next partner that is due and nobody pulls from; None if there is none."""
    return claims.claim(Q(active=True), tried_at=now())


def claim_one(key: int) -> Partner | None:
    """Claim this partner, due or not, unless someone pulls from it."""
    return claims.claim_one(key, tried_at=now())


def renew(partner: Partner) -> bool:
    """Keep a claim for another while; whether it is still ours."""
    return claims.keep(partner)


def went_well(partner: Partner) -> bool:
    """Everything the partner has is here; whether the claim was still ours."""
    moment = now()
    rest = timedelta(seconds=min(partner.every_seconds, _LONGEST_EVERY))
    return claims.end(partner, due_at=moment + rest, current_at=moment, may_shrink=False)


def goes_on(partner: Partner) -> bool:
    """There is more, which is read when others that are due had their turn; whether the claim was still
    ours."""
    return claims.later(partner, 0.0)


def went_wrong(partner: Partner, code: str, seconds: float = 0.0) -> bool:
    """Try again later: each time later, up to an hour, and not before the partner wants it; whether the claim
    was still ours."""
    return claims.fail(partner, code, at_least_seconds=seconds)


def reject(partner: Partner, rejected: tuple[Rejected, ...]) -> None:
    """Note records that were not taken; a record that is refused again counts up."""
    moment = now()
    room = MOST_REJECTED - RejectedRecord.objects.filter(partner=partner).count() if rejected else 0
    for record in rejected:
        row = {"partner": partner, "where": record.where[:120], "reason": record.reason[:200]}
        again = RejectedRecord.objects.filter(**row).update(times=F("times") + 1, last_at=moment)
        if not again and room > 0:
            RejectedRecord.objects.create(**row, first_at=moment, last_at=moment)
            room -= 1


def rejected_of(name: str) -> list[RejectedRecord]:
    """What was rejected of a partner's, latest first. Raises `NotFound`."""
    partner = Partner.objects.filter(name=name).first()
    if partner is None:
        raise _unknown()
    return list(RejectedRecord.objects.filter(partner=partner).order_by("-last_at", "-id")[:1_000])


def lags() -> list[PartnerLag]:
    """Every partner, by name."""
    moment = now()
    return [
        PartnerLag(
            row.name,
            row.kind,
            row.active,
            row.records,
            row.rejected.count(),
            row.skipped,
            row.unmatched.count(),
            None if row.current_at is None else round(max(0.0, _seconds(moment, row.current_at)), 3),
            row.attempts - bool(row.claim),  # the one under way has not failed
            row.trouble,
        )
        for row in Partner.objects.order_by("name")
    ]


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names) or "–"


def _seconds(later: datetime, earlier: datetime) -> float:
    return (later - earlier).total_seconds()


def _place(name: str) -> Place:
    return Place("exchanges_partner", name, "credentials")


def _address(kind: str, address: str) -> str:
    """Raises `InputRefused` for one that would send credentials in the open, or is none."""
    refused = InputRefused(
        Text("The partner’s address is none.", "L’adresse du partenaire ne convient pas."),
        Text("https://host[:port][/path], without a slash at the end.", "https://hôte[:port][/chemin]."),
    )
    if kind == "file" and not address.startswith(("https://", "http://")):
        if not Path(address).is_absolute() or len(address) > 500:
            raise InputRefused(
                Text("The path of a list is absolute.", "Le chemin d’une liste est absolu."), None
            )
        return address
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        raise refused from None
    fits = parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)
    if not fits or not host or parts.username or parts.fragment or len(address) > 500:
        raise refused
    if kind != "file" and parts.query:
        raise refused
    return address if kind == "file" else address.rstrip("/")


def _unknown() -> NotFound:
    return NotFound(
        Text("There is no partner of that name.", "Aucun partenaire ne porte ce nom."),
        Text(
            "`repit exchange list` shows those there are.", "`repit exchange list` montre ceux qui existent."
        ),
    )
