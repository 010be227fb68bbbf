"""Of a partner's videos, which come by a hash that is not matched here: each counts once, while it is held."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("exchanges", "0002_videos_not_matched")]

    operations = [
        migrations.RemoveField(model_name="partner", name="unmatched"),
        migrations.CreateModel(
            name="UnmatchedHash",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.BinaryField(max_length=32)),
                ("run", models.BigIntegerField(default=0)),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="unmatched",
                        to="exchanges.partner",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("partner", "digest"), name="unmatched_once")
                ],
            },
        ),
    ]
