"""What keeps an item up: submissions made here, partners, near duplicates; and what never comes back."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bank", "0004_expiry_and_widely_published"),
    ]

    operations = [
        migrations.CreateModel(
            name="Nearby",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("value", models.BigIntegerField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name="Root",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("installation", models.CharField(max_length=100)),
                ("token", models.CharField(max_length=64)),
                ("path", models.TextField(blank=True)),
            ],
        ),
        migrations.CreateModel(
            name="Stake",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("source", models.CharField(max_length=100)),
                ("name", models.BinaryField(max_length=32)),
                ("sealed_name", models.BinaryField()),
                ("doubted", models.BooleanField(default=False)),
                ("mark", models.BinaryField(max_length=32)),
                ("run", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="Tombstone",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("installation", models.CharField(max_length=100)),
                ("token", models.CharField(max_length=64)),
                ("item", models.CharField(blank=True, db_index=True, max_length=64)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name="item",
            name="lead",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="joined", to="bank.item"
            ),
        ),
        migrations.AddField(
            model_name="item",
            name="own",
            field=models.IntegerField(default=1),
        ),
        migrations.AddField(
            model_name="item",
            name="root",
            field=models.CharField(blank=True, default="", max_length=64),
        ),
        migrations.AddField(
            model_name="nearby",
            name="item",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="nearby", to="bank.item"
            ),
        ),
        migrations.AddField(
            model_name="stake",
            name="item",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="stakes", to="bank.item"
            ),
        ),
        migrations.AddField(
            model_name="root",
            name="stake",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="roots", to="bank.stake"
            ),
        ),
        migrations.AddConstraint(
            model_name="tombstone",
            constraint=models.UniqueConstraint(
                fields=("installation", "token", "item"), name="tombstone_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="stake",
            constraint=models.UniqueConstraint(fields=("source", "name"), name="stake_once"),
        ),
        migrations.AddIndex(
            model_name="root",
            index=models.Index(fields=["installation", "token"], name="root_by_origin"),
        ),
        migrations.AddConstraint(
            model_name="root",
            constraint=models.UniqueConstraint(
                fields=("stake", "installation", "token"), name="root_once_a_stake"
            ),
        ),
    ]
