"""Stories of a bank with partners: groups of records, what people do meanwhile, keys that are destroyed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bank_strategies import PARTNERS, PICTURES, records, submissions
from django.db import transaction
from hypothesis import strategies as st

from repit.foundation.errors import TransitionRefused
from repit.foundation.models import AuditRow
from repit.hotline.bank import (
    erasing,
    feed,
    items,
    keys,
    lookups,
    names,
    partner_records,
    turning,
    widely_published,
)
from repit.hotline.bank.models import (
    Change,
    Item,
    ItemHash,
    PartnerRecord,
    RecordOrigin,
    Tombstone,
    Transition,
)
from repit.hotline.bank.record import Record
from repit.hotline.bank.sealed import opened
from repit.hotline.bank.types import Submission

Take = Callable[..., int]


@dataclass(frozen=True)
class Group:
    """What a partner tells of in one go; with `whole`, what it does not tell of any more has gone."""

    partner: str
    records: tuple[Record, ...]
    publish: bool
    whole: bool


@dataclass(frozen=True)
class Submitted:
    submission: Submission
    publish: bool


@dataclass(frozen=True)
class Deed:
    """What happens to one of the items, by a number of any size."""

    what: str
    number: int


DEEDS = (
    *("withdraw", "withdraw", "withdraw_one", "dispute", "settle", "erase"),
    *("destroy_keys", "destroy_keys", "find_lost", "turn", "carry_over", "everyone_has_seen"),
)
GROUPS = st.builds(
    Group,
    st.sampled_from(PARTNERS),
    st.lists(records(), min_size=1, max_size=12).map(tuple),
    st.sampled_from((True, True, True, False)),
    st.sampled_from((False, False, True)),
)
STORIES = st.lists(
    st.one_of(
        GROUPS,
        GROUPS,
        st.builds(Submitted, submissions(), st.booleans()),
        st.builds(Deed, st.sampled_from(DEEDS), st.integers(0, 20)),
    ),
    min_size=2,
    max_size=12,
)


def tell(
    story: Sequence[Group | Submitted | Deed], take: Take, sweep: Take
) -> tuple[list[int], dict[str, Any]]:
    """Tell a story and take it back; what each group changed, and what it left."""
    changed = list[int]()
    with transaction.atomic():
        for run, step in enumerate(story, 1):
            if isinstance(step, Group):
                changed.append(take(step.partner, step.records, publish=step.publish, run=run))
                if step.whole:
                    changed.append(sweep(step.partner, run))
            elif isinstance(step, Submitted):
                items.submit(step.submission, actor="person", publish=step.publish)
            else:
                _do(step)
        left = what_is_left()
        transaction.set_rollback(True)
    return changed, left


def one_by_one(partner: str, group: Sequence[Record], *, publish: bool, run: int) -> int:
    """The same records, each by itself; of several of one name the last counts."""
    latest = {record.name: record for record in group}
    return sum(
        partner_records.take(partner, [record], publish=publish, run=run) for record in latest.values()
    )


def _do(deed: Deed) -> None:
    held = in_order()
    if not held:
        return
    item = held[deed.number % len(held)]
    try:
        with transaction.atomic():
            if deed.what == "withdraw_one":
                items.withdraw_one(item.token, actor="person")
            elif deed.what == "destroy_keys":
                keys.wipe([item.slot] if item.slot is not None else [], only_kept=deed.number > 10)
            elif deed.what == "find_lost":
                erasing.lost()
            elif deed.what == "turn":
                _turn()
            elif deed.what == "everyone_has_seen":
                widely_published.add(PICTURES, actor="person")
            elif deed.what == "carry_over":
                turning.carry_over(deed.number)
            else:
                getattr(items, deed.what)(item.token, actor="person", reason="")
    except TransitionRefused:
        return


def _turn() -> None:
    feed.locked()
    if len(lookups.alive()) == 1:
        lookups.begin()


def in_order() -> list[Item]:
    """Every item, the oldest first."""
    first = Transition.objects.filter(before="").order_by("id").values_list("item", flat=True)
    by_key = Item.objects.in_bulk(list(first))
    return [by_key[key] for key in first]


def what_is_left() -> dict[str, Any]:
    """Everything the bank holds, without what is random: names and keys."""
    held = in_order()
    places = {item.pk: place for place, item in enumerate(held)} | {
        item.token: place for place, item in enumerate(held)
    }
    open_ = opened(held)
    return {
        "items": [_item(item, open_) for item in held],
        "records": [_record(row, places) for row in PartnerRecord.objects.order_by("id")],
        "found": {
            (source, name): places[row.item_id]
            for source in PARTNERS
            for name, row in names.held(source, [f"r{n}" for n in range(10)], lookups.alive()).items()
        },
        "tombstones": sorted(
            (there, token, places.get(item, -1))
            for there, token, item in Tombstone.objects.values_list("installation", "token", "item")
            if there != str(feed.head().feed_id)
        ),
        "ours buried": sorted(
            places[item] for item in Tombstone.objects.values_list("item", flat=True) if item in places
        ),
        "changes": [
            places[item] for item in Change.objects.order_by("sequence").values_list("item_id", flat=True)
        ],
        "numbers": list(Change.objects.order_by("sequence").values_list("sequence", flat=True)),
        "head": feed.head().sequence,
        "audit": [
            (actor, action, places.get(subject, subject), reason)
            for actor, action, subject, reason in AuditRow.objects.order_by("sequence").values_list(
                "actor", "action", "subject", "reason"
            )
        ],
    }


def _item(item: Item, open_: Any) -> dict[str, Any]:
    hashes = [
        (hash_.algorithm, hash_.role, hash_.value, hash_.quality, row.publishable)
        for row in ItemHash.objects.filter(item=item)
        for hash_ in open_.hashes(item, [row])
    ]
    steps = Transition.objects.filter(item=item).order_by("id")
    return {
        "hashes": sorted(map(repr, hashes)),
        "steps": [(s.before, s.after, s.actor, s.reason, s.sequence is not None) for s in steps],
        **{name: getattr(item, name) for name in ("media", "kind", "origin", "state", "announced")},
        **{name: getattr(item, name) for name in ("confirmations", "own", "parts", "forget_on", "asked")},
        "root": bool(item.root),
        "fingerprint": bool(item.fingerprint),
        "keys": item.slot is not None and not open_.destroyed(item),
    }


def _record(row: PartnerRecord, places: dict[Any, int]) -> tuple[Any, ...]:
    origins = RecordOrigin.objects.filter(record=row).values_list("installation", "token", "path")
    listed = sorted((there, "itself" if there == row.source else name, path) for there, name, path in origins)
    named = names.of([row])
    return row.source, places[row.item_id], named, bool(row.mark), row.disputed, row.run, listed
