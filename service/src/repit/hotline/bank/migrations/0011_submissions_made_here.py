"""Of the items there are, every submission was made here."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import F


def count(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    items = apps.get_model("bank", "Item").objects
    items.update(own=F("confirmations"))
    items.filter(confirmations__gt=0).update(root=F("token"))


class Migration(migrations.Migration):
    dependencies = [("bank", "0010_stakes")]
    operations = [migrations.RunPython(count, migrations.RunPython.noop)]
