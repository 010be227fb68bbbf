"""The feed's one row, and what is append-only made so by the database."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from repit.foundation.append_only import append_only


def begin(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("bank", "Feed").objects.create(pk=1)


class Migration(migrations.Migration):
    dependencies = [("bank", "0001_initial")]
    operations = [
        migrations.RunPython(begin, migrations.RunPython.noop),
        append_only("bank_change"),
        append_only("bank_transition"),
    ]
