"""Subscribers' opinions of items, append-only by the database's own hand."""

import django.db.models.deletion
from django.db import migrations, models

from repit.foundation.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("exchange", "0001_initial")]
    operations = [
        migrations.CreateModel(
            name="Opinion",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("item", models.CharField(db_index=True, max_length=64)),
                ("opinion", models.CharField(max_length=12)),
                ("tags", models.CharField(blank=True, max_length=600)),
                ("at", models.DateTimeField()),
                (
                    "subscriber",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="opinions",
                        to="exchange.subscriber",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(opinion__in=["blocked", "not_blocked", "pending", "none"]),
                        name="opinion_known",
                    )
                ],
            },
        ),
        append_only("exchange_opinion"),
    ]
