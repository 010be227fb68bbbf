"""Moments of the feed may be moved up to the end of their day; those of persons' steps are days."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models.functions import TruncDay

from repit.foundation.append_only import append_only, only_later, suspended


def forget(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    with suspended(editor, "bank_transition"):
        steps = apps.get_model("bank", "Transition").objects.exclude(after="disputed")
        steps.exclude(before="disputed", after="active").update(at=TruncDay("at"))
    apps.get_model("bank", "Tombstone").objects.update(at=TruncDay("at"))


class Migration(migrations.Migration):
    dependencies = [("bank", "0111_seal_under_keys_of_items")]
    operations = [
        migrations.AddField("feed", "closed_through", models.DateTimeField(null=True)),
        only_later("bank_change", ("sequence", "item_id"), "at"),
        migrations.RunPython(forget, migrations.RunPython.noop),
    ]
