"""What gates report of matches, append-only by the database's own hand."""

import django.db.models.deletion
from django.db import migrations, models

from repit.foundation.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("bank", "0002_begin_the_feed")]
    operations = [
        migrations.CreateModel(
            name="MatchReport",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("reporter", models.CharField(max_length=100)),
                ("count", models.IntegerField()),
                ("begins", models.DateTimeField()),
                ("ends", models.DateTimeField()),
                ("at", models.DateTimeField(db_index=True)),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="match_reports",
                        to="bank.item",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("count__gt", 0)), name="match_report_counts"),
                    models.UniqueConstraint(fields=("reporter", "item", "begins"), name="match_report_once"),
                ],
            },
        ),
        append_only("bank_matchreport"),
    ]
