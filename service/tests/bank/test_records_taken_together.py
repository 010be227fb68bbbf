"""Records that come in together leave the same rows as records taken one by one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from chance_records import Chance
from django.db import transaction

from repit.bank import items, stakes, widely_published
from repit.bank.models import (
    Change,
    Item,
    ItemHash,
    Nearby,
    Root,
    Stake,
    Tombstone,
    Transition,
    WidelyPublished,
)
from repit.bank.sealed import opened
from repit.bank.stakes import Told
from repit.bank.types import Signal, Submission

pytestmark = pytest.mark.django_db


def rows() -> dict[str, Any]:
    """Everything the bank holds, without what is random: items' names, and so which of near duplicates comes
    first once the one that served them is gone. Near duplicates therefore stand together."""
    held = opened(list(Item.objects.all()))
    signals = {item.pk: held.signals(item, ItemHash.objects.filter(item=item)) for item in Item.objects.all()}
    mark = {key: sorted((one.role, one.value) for one in some) for key, some in signals.items()}
    kept: dict[str, list[Any]] = {"item": [], "near": [], "stake": []}
    for item in Item.objects.all():
        values = sorted(Nearby.objects.filter(item=item).values_list("value", flat=True))
        told = (mark[item.pk], item.media, item.kind, item.origin, item.own, bool(item.root), item.parts)
        kept["item"].append((*told, sorted(map(repr, signals[item.pk])), bytes(item.fingerprint), values))
    for lead in Item.objects.filter(lead=None):
        members = [lead, *Item.objects.filter(lead=lead)]
        steps = Transition.objects.filter(item__in=members)
        told = [(s.before, s.after, s.actor, s.reason, s.sequence is not None) for s in steps]
        changes = Change.objects.filter(item__in=members).count()
        served = (lead.state, lead.told, lead.confirmations, changes)
        kept["near"].append((sorted(mark[one.pk] for one in members), *served, sorted(told)))
    for stake in Stake.objects.all():
        assert stakes.names_of(stake.source, stake.item.token)
        said = (bytes(stake.name), bool(stake.mark), stake.doubted, stake.run, mark[stake.item_id])
        noted = Root.objects.filter(stake=stake).values_list("installation", "token", "path")
        roots = sorted(
            (there, "itself" if there == stake.source else name, path) for there, name, path in noted
        )
        kept["stake"].append((stake.source, *said, roots))
    return {
        **{name: sorted(some, key=repr) for name, some in kept.items()},
        "buried": sorted(Tombstone.objects.values_list("installation", "token")),
        "numbers": list(Change.objects.order_by("sequence").values_list("sequence", flat=True)),
    }


def left_by(story: Callable[[], None]) -> dict[str, Any]:
    """What a story leaves; afterwards nothing of it is there."""
    with transaction.atomic():
        story()
        left = rows()
        transaction.set_rollback(True)
    return left


@pytest.mark.parametrize("seed", range(4))
def test_any_records_in_any_order_leave_what_they_leave_one_by_one(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = Chance(seed)
    batches = [(chance.random.choice(("a", "b")), [chance.record() for _ in range(25)]) for _ in range(4)]
    famous, mine = chance.random.randbytes(32), chance.submission()
    batches[1][1].append(
        Told("famous", Submission("picture", "intimate", (Signal("pdq", "whole", famous, 90),)))
    )
    publish = bool(seed % 3)

    def story() -> None:
        widely_published.add([famous], actor="test")
        items.submit(mine, actor="person", publish=True)
        for run, (source, records) in enumerate(batches):
            stakes.take(source, records, publish=publish, run=run)

    together = left_by(story)
    assert not WidelyPublished.objects.exists()
    taken = []

    def none_at_once(line: Any, submissions: dict[bytes, Submission], way: Any) -> tuple[list, list]:
        taken.append(len(submissions))
        return [], list(submissions.values())

    monkeypatch.setattr(stakes, "admit_alone", none_at_once)
    one_by_one = left_by(story)
    assert sum(taken) > 20
    assert together == one_by_one
