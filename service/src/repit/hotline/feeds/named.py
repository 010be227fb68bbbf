"""Which sites take part, by the name under which people know them: only those that allow it.

In: a subscriber's wish, from its own page; the operator's word. Out: `named_sites`, for the pages for people;
who waits to be looked at. Next: `awareness`, which has a template tag; `health`; `repit subscriber named`.

Off until someone allows it, and off again at once for whoever takes it back. A name that a subscriber asks
for is read by the hotline first: it stands where people look on their worst day, and could be anyone's.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Q

from repit.foundation import audit
from repit.foundation.clock import day
from repit.foundation.errors import InputRefused, Text
from repit.hotline.bank.models import Change
from repit.hotline.feeds import keys
from repit.hotline.feeds.models import Subscriber

Named = Literal["", "asked", "yes"]
LIVE: Final = timedelta(days=3)
"""Who has not come for longer, or lacks what was known before, is not said to refuse anything."""
_PUBLIC: Final = re.compile(r"(?=.*\w)[\w .,:&@()+!'’/\-]{1,60}")


@dataclass(frozen=True, slots=True)
class NamedSite:
    """`since`: the day on which it joined; `last`: the last day on which it came for what is new. Days only.
    `kinds`: of what it is told, "intimate" (pictures of a person) and "deepfake" (made ones)."""

    name: str
    since: date
    last: date
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Following:
    """One that takes part: to whom it belongs, and as what it may be named, if it may (else nothing)."""

    party: str
    public: str
    site: NamedSite


def following() -> list[Following]:
    """Who takes part, named or not: came within `LIVE`, and has everything that was known then."""
    begins = day() - LIVE
    earlier = Change.objects.filter(at__lt=begins).order_by("-sequence").values_list("sequence", flat=True)
    known = earlier.first() or 0
    rows = (
        Subscriber.objects.filter(active=True)
        .exclude(fetched_at=None, acknowledged_at=None)
        .filter(Q(fetched__gte=known) | Q(acknowledged__gte=known))
        .annotate(came=Max("keys__last_used_at", filter=Q(keys__desk=False)))
        .filter(came__gte=begins)
    )
    if settings.REPIT_REQUIRE_AGREEMENT:
        rows = rows.filter(agreed_on__isnull=False)
    columns = rows.values_list("name", "party", "named", "public_name", "added_at", "came", "kinds")
    return [
        Following(
            party or name,
            public if named == "yes" else "",
            NamedSite(public, added.date(), came.date(), tuple(kinds.splitlines())),
        )
        for name, party, named, public, added, came, kinds in columns
    ]


def named_sites() -> tuple[NamedSite, ...]:
    """Those of them that allow it, by name.

    Several subscribers of one public name are one site: as long as the first, as late as the last.
    """
    found: dict[str, NamedSite] = {}
    for site in (each.site for each in following() if each.public):
        other = found.get(site.name, site)
        found[site.name] = NamedSite(
            site.name,
            min(site.since, other.since),
            max(site.last, other.last),
            tuple(sorted({*site.kinds, *other.kinds})),
        )
    return tuple(sorted(found.values(), key=lambda site: site.name.casefold()))


def ask(who: int, public_name: str, *, actor: str) -> None:
    """A subscriber asks to be named; its name waits for the hotline unless it stands already. Raises
    `InputRefused` for a name that cannot stand on a page."""
    name = taken(public_name)
    with transaction.atomic():
        row = Subscriber.objects.select_for_update().get(pk=who)
        if (row.named, row.public_name) != ("yes", name):
            _write(row, "asked", name, actor)


def stop(who: int, *, actor: str) -> None:
    """A subscriber does not want to be named, or not any more: at once."""
    with transaction.atomic():
        _write(Subscriber.objects.select_for_update().get(pk=who), "", "", actor)


def decide(name: str, public_name: str, *, actor: str = "operator") -> str:
    """The operator names a subscriber that allows it; with an empty name, no more. The name that stands now.

    Where it asks for a name, it is that one or none: what the operator has read may have been changed since.
    Raises `NotFound`, `InputRefused`.
    """
    with transaction.atomic():
        row = Subscriber.objects.select_for_update().filter(name=name).first()
        if row is None:
            raise keys.unknown()
        stands = public_name and taken(public_name)
        if stands and row.named == "asked" and stands != row.public_name:
            raise InputRefused(
                Text("This subscriber asks for another name.", "Cet abonné demande un autre nom."),
                Text(
                    "Read the name that it asks for now: `repit subscriber show NAME`. Then --as that name,"
                    " or --no.",
                    "Lisez le nom qu’il demande maintenant : `repit subscriber show NOM`. Puis --as ce nom,"
                    " ou --no.",
                ),
            )
        _write(row, "yes" if stands else "", stands, actor)
    return stands


def asking() -> list[str]:
    """Who waits for the hotline to read the name under which it wants to be known."""
    return list(
        Subscriber.objects.filter(active=True, named="asked").order_by("name").values_list("name", flat=True)
    )


def taken(raw: str) -> str:
    """A name as it may stand on a page. Raises `InputRefused`."""
    name = " ".join(raw.split())
    if not _PUBLIC.fullmatch(name):
        raise InputRefused(
            Text(
                "A name has 1 to 60 letters, digits, spaces and usual characters.",
                "Un nom a de 1 à 60 lettres, chiffres, espaces et signes usuels.",
            ),
            Text("Write it as people know the site.", "Écrivez-le tel que les gens connaissent le site."),
        )
    return name


def _write(row: Subscriber, named: Named, public_name: str, actor: str) -> None:
    if (row.named, row.public_name) == (named, public_name):
        return
    row.named, row.public_name = named, public_name
    row.save(update_fields=["named", "public_name"])
    audit.record(actor, "subscriber.named", row.name, f"{named or 'no'} {public_name}".strip())
