"""What people are asked about items, and how often platforms' people were asked to look again."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("bank", "0121_nobody_is_served_through_another")]
    operations = [
        migrations.AddField("item", "asked", models.IntegerField(default=0)),
        migrations.CreateModel(
            name="Question",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("why", models.CharField(max_length=10)),
                ("reason", models.CharField(max_length=200)),
                ("opened_at", models.DateTimeField()),
                ("again_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                ("decision", models.CharField(blank=True, max_length=10)),
                ("by", models.CharField(blank=True, max_length=100)),
                ("said", models.CharField(blank=True, max_length=200)),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="questions",
                        to="bank.item",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["why", "opened_at"], name="question_by_day"),
                    models.Index(
                        condition=models.Q(("closed_at__isnull", True)),
                        fields=["opened_at"],
                        name="question_is_open",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("closed_at__isnull", True)),
                        fields=("item",),
                        name="question_once_an_item",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at__isnull", True), ("decision", "")),
                            models.Q(
                                ("closed_at__isnull", False),
                                ("decision__in", ["kept", "suspended", "withdrawn"]),
                            ),
                            _connector="OR",
                        ),
                        name="question_answered",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            "matchreport", models.Index(fields=["reporter", "at"], name="match_report_by_reporter")
        ),
    ]
