"""One subscriber as it and the operator see it: what it received, confirmed, disputes, and has forgotten.

In: a subscriber. Out: `View`. Next: the subscriber's page, `repit subscriber show`. Items appear under their
opaque names; nothing here holds a hash or leads to a case.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal, cast

from django.conf import settings
from django.db.models import (
    Case,
    CharField,
    Count,
    DateTimeField,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)

from repit.foundation.clock import day
from repit.foundation.errors import NotFound
from repit.hotline.bank import feed
from repit.hotline.bank.models import Item, PartnerRecord, Transition
from repit.hotline.bank.states import SHARED
from repit.hotline.feeds.blocking import blocked_by
from repit.hotline.feeds.models import Access, Opinion, Subscriber, SubscriberKey, WithdrawalAcknowledged
from repit.hotline.feeds.named import Named
from repit.hotline.feeds.opinions import View as Opined
from repit.hotline.feeds.subscribers import Grant, granted

Obeyed = Literal["acknowledged", "taken_in", "sent", "not_sent"]
OBEYED: Final[tuple[Obeyed, ...]] = ("not_sent", "sent", "taken_in", "acknowledged")
PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class KeyShown:
    """A key by its public part."""

    key_id: str
    added_at: datetime
    ends_at: datetime | None
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """One that concerns this subscriber, and how far it was obeyed.

    `acknowledged`: the subscriber named it. `taken_in`: it acknowledged this change or a later one, as after
    a snapshot. `sent`: it was told, over a protocol that has no acknowledgement or not yet acknowledged.
    """

    item: str
    sequence: int
    at: datetime
    obeyed: Obeyed
    acknowledged_at: datetime | None


@dataclass(frozen=True, slots=True)
class OpinionShown:
    """Its present opinion of an item, and the item's state now."""

    item: str
    view: Opined
    tags: tuple[str, ...]
    at: datetime
    state: str


@dataclass(frozen=True, slots=True)
class View:
    """Everything that is shown of a subscriber. Lists are cut to the newest `PAGE`, counts are whole."""

    name: str
    active: bool
    named: Named
    public_name: str
    agreed_on: date | None
    agreement_missing: bool
    added_at: datetime
    grant: Grant
    keys: Sequence[KeyShown]
    head: int
    fetched: int
    fetched_at: datetime | None
    acknowledged: int
    acknowledged_at: datetime | None
    shared: dict[tuple[str, str], int]
    """Items that it may hold now, by kind and state."""
    opinions: dict[Opined, int]
    given: Sequence[OpinionShown]
    """Its present opinions, of which `opinions` are the counts."""
    withdrawals: dict[Obeyed, int]
    withdrawn: Sequence[Withdrawal]
    fetches: Sequence[Access]

    @property
    def unsent(self) -> int:
        """Changes that were not sent to it yet."""
        return self.head - max(self.fetched, self.acknowledged)

    @property
    def lag(self) -> int:
        """Changes that it has not acknowledged."""
        return self.head - self.acknowledged


def named(name: str, part: int = 1) -> View:
    """A subscriber by its name; `part` turns the pages of its withdrawals. Raises `NotFound`."""
    row = Subscriber.objects.filter(name=name).first()
    if row is None:
        raise NotFound
    return _view(row, part)


def of(subscriber: int, part: int = 1) -> View:
    """A subscriber by its key in the table. Raises `NotFound`."""
    row = Subscriber.objects.filter(pk=subscriber).first()
    if row is None:
        raise NotFound
    return _view(row, part)


def unconfirmed(row: Subscriber) -> int:
    """Withdrawals of days before today that a subscriber has not confirmed; over protocols in which nothing
    is confirmed, those that it has not fetched."""
    grant = granted(row.name)
    through = row.acknowledged if "repit" in grant.exchanges else max(row.acknowledged, row.fetched)
    late = _withdrawals(row, grant).filter(at__lt=day(), sequence__gt=through)
    return late.filter(acknowledged_at__isnull=True).count()


def _view(row: Subscriber, part: int) -> View:
    grant = granted(row.name)
    withdrawals = _withdrawals(row, grant)
    counted = withdrawals.values("obeyed").annotate(number=Count("pk")).values_list("obeyed", "number")
    counts = dict(counted.order_by("obeyed"))
    shared = _shown(grant).values("kind", "state")
    given = _opinions_given(row, grant)
    return View(
        name=row.name,
        active=row.active,
        named=cast(Named, row.named),
        public_name=row.public_name,
        agreed_on=row.agreed_on,
        agreement_missing=settings.REPIT_REQUIRE_AGREEMENT and row.agreed_on is None,
        added_at=row.added_at,
        grant=grant,
        keys=[
            KeyShown(key.key_id, key.added_at, key.ends_at, key.last_used_at)
            for key in SubscriberKey.objects.filter(subscriber=row).order_by("-id")[:10]
        ],
        head=feed.head().sequence,
        fetched=row.fetched,
        fetched_at=row.fetched_at,
        acknowledged=row.acknowledged,
        acknowledged_at=row.acknowledged_at,
        shared={(row["kind"], row["state"]): row["number"] for row in shared.annotate(number=Count("pk"))},
        opinions={
            view: sum(opinion.view == view for opinion in given)
            for view in cast(tuple[Opined, ...], ("blocked", "not_blocked", "pending"))
        },
        given=[opinion for opinion in given if opinion.view != "none"][:PAGE],
        withdrawals={obeyed: counts.get(obeyed, 0) for obeyed in OBEYED},
        withdrawn=[
            Withdrawal(
                withdrawal.item.token,
                cast(int, withdrawal.sequence),
                withdrawal.at,
                cast(Obeyed, withdrawal.obeyed),
                withdrawal.acknowledged_at,
            )
            for withdrawal in withdrawals.order_by("rank", "-sequence")[PAGE * (part - 1) : PAGE * part]
        ],
        fetches=list(Access.objects.filter(subscriber=row).order_by("-minute", "endpoint")[:20]),
    )


def _withdrawals(row: Subscriber, grant: Grant) -> QuerySet[Any]:
    """Withdrawals since it was added, of kinds it was granted, each with how far it was obeyed."""
    named_at = WithdrawalAcknowledged.objects.filter(subscriber=row, item=OuterRef("item__token"))
    obeyed = Case(
        When(acknowledged_at__isnull=False, then=Value("acknowledged")),
        When(sequence__lte=row.acknowledged, then=Value("taken_in")),
        When(sequence__lte=row.fetched, then=Value("sent")),
        default=Value("not_sent"),
        output_field=CharField(),
    )
    rank = Case(*(When(obeyed=step, then=Value(number)) for number, step in enumerate(OBEYED)))
    return (
        Transition.objects.filter(
            after="withdrawn", sequence__gt=row.begins_after, item__kind__in=grant.kinds
        )
        .select_related("item")
        .annotate(acknowledged_at=Subquery(named_at.values("at")[:1], output_field=DateTimeField()))
        .annotate(obeyed=obeyed)
        .annotate(rank=rank)
    )


def _shown(grant: Grant) -> QuerySet[Item]:
    """What it is shown now."""
    items = Item.objects.filter(
        state__in=SHARED, kind__in=grant.kinds, confirmations__gte=grant.min_confirmations
    )
    if not grant.confirmed_by:
        return items
    held = PartnerRecord.objects.filter(source__in=grant.confirmed_by).values("item")
    blocked = blocked_by(grant.confirmed_by)
    return items.filter(Q(origin__in=grant.confirmed_by) | Q(pk__in=held) | Q(token__in=blocked))


def _opinions_given(row: Subscriber, grant: Grant) -> list[OpinionShown]:
    """Its present opinions of items of kinds that it was granted, newest first."""
    newest = Opinion.objects.filter(subscriber=row, item=OuterRef("item")).order_by("-id").values("id")[:1]
    mine = Item.objects.filter(token=OuterRef("item"), kind__in=grant.kinds)
    state = mine.values("state")[:1]
    held = (
        Opinion.objects.filter(Q(subscriber=row))
        .annotate(newest=Subquery(newest), state=Subquery(state))
        .filter(id=F("newest"), state__isnull=False)
        .order_by("-id")
    )
    return [
        OpinionShown(
            opinion.item,
            cast(Opined, opinion.opinion),
            tuple(opinion.tags.splitlines()),
            opinion.at,
            opinion.state or "",
        )
        for opinion in held
    ]
