"""Of an item that was erased exactly that remains which the guide names, and nothing that says what it was
of."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import models

from repit.exchanges import partners
from repit.exchanges.models import Partner
from repit.foundation import clock
from repit.foundation.hashes import Hash
from repit.hotline.bank import carrying, feed, floods, items, partner_records, retention, unreadable
from repit.hotline.bank.models import Item, PartnerRecord
from repit.hotline.bank.record import Origin, Record
from repit.hotline.bank.types import Submission
from repit.hotline.feeds import erasure, feedback, opinions, subscribers
from repit.hotline.feeds.keys import recognise
from repit.hotline.feeds.models import Feedback

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[4]
GUIDES = [ROOT / "docs" / language / "retention.md" for language in ("en", "fr")]
COLUMN = re.compile(r"`([A-Z]\w+\.\w+)`")
OF_NO_ITEM = {
    "Feed",
    "LookupKey",
    "Letter",
    "Parcel",
    "WidelyPublished",
    "Subscriber",
    "SubscriberKey",
    "Access",
}
OF_NO_ITEM |= {"Partner", "RejectedRecord", "UnmatchedHash", "FeedbackCursor", "Moved", "Alarm"}
GONE = {"ItemHash", "ItemMoments", "Unreadable"}


def rooms() -> Iterator[type[models.Model]]:
    for room in ("bank", "exchanges", "feeds"):
        yield from apps.get_app_config(room).get_models()


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.parent.name)
def test_the_guide_names_every_column_that_remains_and_no_other(guide: Path) -> None:
    kept = {
        f"{model.__name__}.{field.name}"
        for model in rooms()
        if model.__name__ not in OF_NO_ITEM | GONE
        for field in model._meta.concrete_fields
    }
    assert set(COLUMN.findall(guide.read_text())) == kept


def test_nothing_else_of_it_is_left_in_any_row() -> None:
    """Submitted by cases and a hotline, told of by partners, doubted, met, confirmed; then withdrawn."""
    value, place = secrets.token_bytes(32), secrets.token_bytes(32)
    whole = Submission(
        "picture", "intimate", (Hash("pdq", "whole", value, 90), Hash("pdq", "anchored", place, 90))
    )
    carrying.protect([whole, whole], actor="person", publish=True)
    partners.add(
        "stopncii",
        "org",
        {"subscription_key": "k", "fetch_key": "f", "feedback_key": "b"},
        gives_feedback=True,
    )
    partner_records.take("stopncii/org", [Record(f"ImagePDQ:{value.hex()}", whole)], publish=True)
    partner_records.take(
        "repit/b", [Record("theirs", whole, origins=(Origin("there", "t", ("there",)),))], publish=True
    )
    item = Item.objects.get()
    who = recognise(subscribers.add("forum"))
    opinions.give(
        who, [item.token], "not_blocked", ["seen", value.hex()[:40], "d41d8cd98f00b204e9800998ecf8427e"]
    )
    begins = clock.now() - timedelta(hours=1)
    floods.report("gate", {item.token: 2}, begins, begins + timedelta(minutes=1))
    unreadable.mark([item.pk])
    items.withdraw(item.token, actor="person", reason="asked")
    subscribers.acknowledge(who, feed.head().sequence, [item.token])
    partner = Partner.objects.get()
    erasure.begin()
    assert items.states([item.token]) == {item.token: "withdrawn"}, "the partner is still to be told"
    feedback.collect(partner)
    given = list(_given_opinions(partner))
    erasure.go_on()
    assert given == [("not_blocked", value)] and items.states([item.token]) == {item.token: "erased"}
    for days in (100, 102):
        with clock.at(lambda days=days: clock._wall() + timedelta(days=days)):
            retention.sweep()
    left = [row for model in rooms() for row in model._default_manager.all()]
    assert not {type(row).__name__ for row in left} & (GONE | {"MatchReport", "Letter"})
    record = PartnerRecord.objects.get(source="stopncii/org")
    assert (bytes(record.sealed_name), bytes(record.mark)) == (b"", b"")
    item.refresh_from_db()
    assert (bytes(item.fingerprint), item.slot, item.found_by, item.forget_on) == (b"", None, None, None)
    assert (item.confirmations, item.own, item.root) == (0, 0, "")
    written = b" ".join(_written(row) for row in left)
    for secret in (value, place):
        for begin in range(0, 32, 8):
            assert secret[begin : begin + 8] not in written
            assert secret[begin : begin + 8].hex().encode() not in written


def _given_opinions(partner: Partner) -> Iterator[tuple[str, bytes]]:
    """What is due to a partner, as if it were told now."""
    for row in Feedback.objects.filter(partner=partner, due_at__isnull=False):
        for opinion in feedback._opinions(partner, row):
            yield opinion.view, opinion.value
        row.due_at, row.sent_at = None, datetime.now(UTC)
        row.save()


def _written(row: Any) -> bytes:
    parts = []
    for field in row._meta.concrete_fields:
        value = getattr(row, field.attname)
        parts.append(bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode())
    return b" ".join(parts)
