"""A subscriber may ask for items only that several people submitted."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("exchange", "0002_opinions")]
    operations = [
        migrations.AddField(
            model_name="subscriber", name="min_confirmations", field=models.IntegerField(default=1)
        ),
        migrations.AddConstraint(
            model_name="subscriber",
            constraint=models.CheckConstraint(
                condition=models.Q(("min_confirmations__gte", 1)), name="subscriber_demands_one"
            ),
        ),
    ]
