"""Moments of videos: one sealed row an item, and the pieces in which they wait beside letters."""

import django.db.models.deletion
from django.db import migrations, models

import repit.foundation.fields


class Migration(migrations.Migration):
    dependencies = [("bank", "0002_unreadable_items")]

    operations = [
        migrations.CreateModel(
            name="ItemMoments",
            fields=[
                ("id", repit.foundation.fields.RandomKey(serialize=False)),
                ("sealed", models.BinaryField()),
                (
                    "item",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="moments", to="bank.item"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Parcel",
            fields=[
                ("id", repit.foundation.fields.RandomKey(serialize=False)),
                ("name", models.BinaryField(max_length=32, unique=True)),
                ("raw", models.BinaryField()),
            ],
        ),
    ]
