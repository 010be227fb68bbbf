"""Which subscribers have people, whose word it was, how much each moved, and alarms."""

import django.db.models.deletion
from django.db import migrations, models

_KEY = models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


def _of_subscriber(name: str) -> "models.ForeignKey[object, object]":
    return models.ForeignKey(
        on_delete=django.db.models.deletion.CASCADE, related_name=name, to="exchange.subscriber"
    )


class Migration(migrations.Migration):
    dependencies = [("exchange", "0110_told_by_hash")]
    operations = [
        migrations.AddField("subscriber", "people", models.BooleanField(default=False)),
        migrations.AddField(
            "subscriber", "party", models.CharField(blank=True, default="", max_length=100)
        ),
        migrations.AddField("subscriber", "muted_at", models.DateTimeField(null=True)),
        migrations.AddField("subscriberkey", "desk", models.BooleanField(default=False)),
        # May be empty, so that SQLite adds it in place instead of copying the table and losing its guards.
        migrations.AddField("opinion", "people", models.BooleanField(null=True)),
        migrations.AddField("opinion", "depth", models.SmallIntegerField(null=True)),
        migrations.CreateModel(
            name="Moved",
            fields=[
                ("id", _KEY),
                ("what", models.CharField(max_length=12)),
                ("hour", models.DateTimeField()),
                ("count", models.BigIntegerField(default=0)),
                ("subscriber", _of_subscriber("moved")),
            ],
        ),
        migrations.CreateModel(
            name="Alarm",
            fields=[
                ("id", _KEY),
                ("what", models.CharField(max_length=12)),
                ("at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
                ("by", models.CharField(blank=True, max_length=100)),
                ("subscriber", _of_subscriber("alarms")),
            ],
        ),
        migrations.AddConstraint(
            "moved",
            models.UniqueConstraint(fields=("subscriber", "what", "hour"), name="moved_once_an_hour"),
        ),
        migrations.AddConstraint(
            "alarm",
            models.UniqueConstraint(
                condition=models.Q(("closed_at__isnull", True)),
                fields=("subscriber", "what"),
                name="alarm_once_open",
            ),
        ),
    ]
