"""No item leads another, and nothing is kept by which near duplicates were found."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("bank", "0120_near_duplicates_stand_alone")]
    operations = [
        migrations.RemoveConstraint(model_name="item", name="item_joined_is_not_told"),
        migrations.RemoveField(model_name="item", name="lead"),
        migrations.DeleteModel(name="Nearby"),
    ]
