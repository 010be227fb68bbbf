"""What of the bank does not open is marked, so that it is counted and told of."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("bank", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Unreadable",
            fields=[
                (
                    "item",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="unreadable",
                        serialize=False,
                        to="bank.item",
                    ),
                ),
                ("since", models.DateField()),
            ],
        ),
    ]
