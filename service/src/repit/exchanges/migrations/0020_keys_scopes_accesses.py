"""Keys that overlap, what a subscriber may see and demands, its agreement, and who fetched what."""

import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def carry_keys(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    key = apps.get_model("exchange", "SubscriberKey")
    for row in apps.get_model("exchange", "Subscriber").objects.all():
        key.objects.create(
            subscriber=row,
            key_id=row.key_id,
            digest=row.key_digest,
            added_at=row.added_at,
            last_used_at=row.last_used_at,
        )


class Migration(migrations.Migration):
    dependencies = [("exchange", "0010_partners")]
    operations = [
        migrations.CreateModel(
            name="SubscriberKey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key_id", models.CharField(max_length=20, unique=True)),
                ("digest", models.BinaryField(max_length=32)),
                ("added_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField(null=True)),
                ("last_used_at", models.DateTimeField(null=True)),
                (
                    "subscriber",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="keys",
                        to="exchange.subscriber",
                    ),
                ),
            ],
        ),
        migrations.RunPython(carry_keys, migrations.RunPython.noop),
        migrations.RemoveField(model_name="subscriber", name="key_id"),
        migrations.RemoveField(model_name="subscriber", name="key_digest"),
        migrations.AddField(
            "subscriber", "exchanges", models.CharField(default="repit\nstopncii\nncmec", max_length=100)
        ),
        migrations.AddField(
            "subscriber", "kinds", models.CharField(default="intimate\ndeepfake", max_length=100)
        ),
        migrations.AddField(
            "subscriber", "confirmed_by", models.CharField(blank=True, default="", max_length=1100)
        ),
        migrations.AddField("subscriber", "agreed_on", models.DateField(null=True)),
        migrations.AddField("subscriber", "begins_after", models.BigIntegerField(default=0)),
        migrations.AddField("subscriber", "fetched", models.BigIntegerField(default=0)),
        migrations.AddField("subscriber", "fetched_at", models.DateTimeField(null=True)),
        migrations.CreateModel(
            name="Access",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("door", models.CharField(max_length=20)),
                ("minute", models.DateTimeField(db_index=True)),
                ("begins", models.BigIntegerField()),
                ("through", models.BigIntegerField()),
                ("fetches", models.IntegerField()),
                ("records", models.BigIntegerField()),
                (
                    "subscriber",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="accesses",
                        to="exchange.subscriber",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("subscriber", "door", "minute"), name="access_once_a_minute"
                    )
                ],
            },
        ),
    ]
