"""Records that come in together leave the same rows as records taken one by one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from chance_records import Chance
from django.db import transaction

from repit.foundation.hashes import Hash
from repit.hotline.bank import items, lookups, partner_records, widely_published
from repit.hotline.bank.models import (
    Change,
    Item,
    ItemHash,
    PartnerRecord,
    RecordOrigin,
    Tombstone,
    Transition,
    WidelyPublished,
)
from repit.hotline.bank.partner_records import Ready, Record
from repit.hotline.bank.sealed import opened
from repit.hotline.bank.types import Submission

pytestmark = pytest.mark.django_db


def rows() -> dict[str, Any]:
    """Everything the bank holds, without what is random: items' names."""
    held = opened(list(Item.objects.all()))
    hashes = {item.pk: held.hashes(item, ItemHash.objects.filter(item=item)) for item in Item.objects.all()}
    mark = {key: sorted((one.role, one.value) for one in some) for key, some in hashes.items()}
    kept: dict[str, list[Any]] = {"item": [], "stake": []}
    for item in Item.objects.all():
        steps = Transition.objects.filter(item=item)
        told = [(s.before, s.after, s.actor, s.reason, s.sequence is not None) for s in steps]
        changes = Change.objects.filter(item=item).count()
        served = (item.state, item.told, item.confirmations, changes, sorted(told))
        told_of = (mark[item.pk], item.media, item.kind, item.origin, item.own, bool(item.root), item.parts)
        kept["item"].append((*told_of, sorted(map(repr, hashes[item.pk])), bytes(item.fingerprint), *served))
    for stake in PartnerRecord.objects.all():
        assert partner_records.names_of(stake.source, stake.item.token)
        said = (bytes(stake.name), bool(stake.mark), stake.disputed, stake.run, mark[stake.item_id])
        noted = RecordOrigin.objects.filter(record=stake).values_list("installation", "token", "path")
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
        Record("famous", Submission("picture", "intimate", (Hash("pdq", "whole", famous, 90),)))
    )
    publish = bool(seed % 3)
    lookups.newest()  # both stories find items again under the same key

    def story() -> None:
        widely_published.add([famous], actor="test")
        items.submit(mine, actor="person", publish=True)
        for run, (source, records) in enumerate(batches):
            partner_records.take(source, records, publish=publish, run=run)

    together = left_by(story)
    assert not WidelyPublished.objects.exists()
    taken = []

    def one_by_one_only(taking: Any, plain: dict[bytes, Ready], roots: Any) -> int:
        taken.append(len(plain))
        return sum(partner_records._one(taking, one, None) for one in plain.values())

    monkeypatch.setattr(partner_records, "_at_once", one_by_one_only)
    one_by_one = left_by(story)
    assert sum(taken) > 20
    assert together == one_by_one
