"""Of a partner's videos, how many come by a hash that is not matched here."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("exchanges", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="partner", name="unmatched", field=models.BigIntegerField(default=0)
        ),
    ]
