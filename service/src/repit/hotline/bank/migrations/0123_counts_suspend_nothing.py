"""What counts alone, or opinions without people, suspended is served again; a person is asked instead.

Subscribers hear of it by the feed. What persons settled before is kept as answers.
"""

from typing import Any

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from repit.foundation.clock import now

_WHY = {"flood rule": "counts", "opinions": "voices"}


def ask(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    steps = apps.get_model("bank", "Transition").objects
    questions = apps.get_model("bank", "Question").objects
    for step in steps.filter(before="disputed", after="active").exclude(actor__in=["exchange", "migration"]):
        questions.create(
            item_id=step.item_id,
            why="counts",
            reason="suspended",
            opened_at=step.at,
            closed_at=step.at,
            decision="kept",
            by=step.actor,
            said=step.reason,
        )
    feed = apps.get_model("bank", "Feed").objects.select_for_update().get(pk=1)
    for item in apps.get_model("bank", "Item").objects.filter(state="disputed").order_by("token"):
        last = steps.filter(item=item, after="disputed").order_by("-id").first()
        if last is None or last.actor not in _WHY:
            continue
        questions.create(item=item, why=_WHY[last.actor], reason=last.reason, opened_at=last.at)
        item.state = "active"
        item.save(update_fields=["state"])
        steps.create(
            item=item,
            before="disputed",
            after="active",
            at=now(),
            actor="migration",
            reason="counts and opinions without people suspend nothing",
            sequence=_change(apps, feed, item),
        )


def _change(apps: Apps, feed: Any, item: Any) -> int:
    feed.sequence += 1
    feed.save(update_fields=["sequence"])
    apps.get_model("bank", "Change").objects.create(sequence=feed.sequence, item=item, at=now())
    return int(feed.sequence)


class Migration(migrations.Migration):
    dependencies = [("bank", "0122_questions")]
    operations = [migrations.RunPython(ask, migrations.RunPython.noop)]
