"""Reports of matches may go once they are marked; what they said in all stays."""

import django.db.models.deletion
from django.db import migrations, models

from repit.foundation.append_only import forgettable

FIXED = ("id", "item_id", "reporter", "count", "begins", "ends", "at")


class Migration(migrations.Migration):
    dependencies = [("bank", "0021_find_without_walking")]
    operations = [
        # May be empty, so that SQLite adds it in place instead of copying the table and losing its guards.
        migrations.AddField("matchreport", "forget_at", models.DateTimeField(null=True)),
        migrations.AddIndex(
            "matchreport",
            models.Index(
                fields=["forget_at"],
                condition=models.Q(("forget_at__isnull", False)),
                name="match_report_forgotten",
            ),
        ),
        migrations.CreateModel(
            name="MatchTotal",
            fields=[
                (
                    "item",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="match_total",
                        serialize=False,
                        to="bank.item",
                    ),
                ),
                ("count", models.BigIntegerField(default=0)),
            ],
        ),
        forgettable("bank_matchreport", FIXED, "forget_at"),
    ]
