"""Each review that there is has the one upload that it was made for."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def belong(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    part = apps.get_model("review", "Part")
    reviews = apps.get_model("review", "Review").objects.values_list("decision", "pk").iterator()
    part.objects.bulk_create(
        (part(decision_id=decision, review_id=review) for decision, review in reviews), batch_size=500
    )


class Migration(migrations.Migration):
    dependencies = [("review", "0080_questions_about_items")]
    operations = [migrations.RunPython(belong, migrations.RunPython.noop)]
