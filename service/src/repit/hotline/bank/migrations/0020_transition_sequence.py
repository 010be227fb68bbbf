"""By which change of the feed subscribers heard of a step."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("bank", "0012_standing_holds")]
    operations = [
        migrations.AddField("transition", "sequence", models.BigIntegerField(null=True)),
    ]
