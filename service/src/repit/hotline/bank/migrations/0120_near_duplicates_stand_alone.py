"""What was served through a near duplicate is served on its own again, in that one's state.

Subscribers hear of it by the feed, as of any change. The tables that led from one to the other go in the next
step: PostgreSQL changes no table in the transaction that wrote its rows.
"""

from typing import Any

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from repit.foundation.clock import now

_REASON = "near duplicates are served each on its own"


def stand_alone(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    items = apps.get_model("bank", "Item").objects
    feed = apps.get_model("bank", "Feed").objects.select_for_update().get(pk=1)
    leads = set(items.filter(lead__isnull=False).values_list("lead_id", flat=True))
    for joined in items.filter(lead__isnull=False).select_related("lead").order_by("token"):
        lead, joined.lead = joined.lead, None
        joined.save(update_fields=["lead"])
        _count(apps, joined)
        publishable = apps.get_model("bank", "ItemHash").objects.filter(item=joined, publishable=True)
        if lead.state == "received" or not publishable.exists():
            continue
        for after in ("active", "disputed")[: 1 if lead.state == "active" else 2]:
            before, joined.state, joined.told = joined.state, after, True
            joined.save(update_fields=["state", "told"])
            _step(apps, feed, joined, before)
    for lead in items.filter(pk__in=leads):
        _count(apps, lead)
        if lead.told:
            _change(apps, feed, lead)


def _count(apps: Apps, item: Any) -> None:
    roots = apps.get_model("bank", "Root").objects.filter(stake__item=item)
    item.confirmations = item.own + roots.values("installation", "token").distinct().count()
    item.save(update_fields=["confirmations"])


def _step(apps: Apps, feed: Any, item: Any, before: str) -> None:
    apps.get_model("bank", "Transition").objects.create(
        item=item,
        before=before,
        after=item.state,
        at=now(),
        actor="migration",
        reason=_REASON,
        sequence=_change(apps, feed, item),
    )


def _change(apps: Apps, feed: Any, item: Any) -> int:
    feed.sequence += 1
    feed.save(update_fields=["sequence"])
    apps.get_model("bank", "Change").objects.create(sequence=feed.sequence, item=item, at=now())
    return int(feed.sequence)


class Migration(migrations.Migration):
    dependencies = [("bank", "0113_sealed_values_are_not_sampled")]
    operations = [migrations.RunPython(stand_alone, migrations.RunPython.noop)]
