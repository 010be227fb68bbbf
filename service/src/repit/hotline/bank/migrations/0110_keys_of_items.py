"""Keys for each item, and keys under which items are found again; room for what a case asks of the bank."""

import django.db.models.deletion
from django.db import migrations, models

import repit.foundation.fields


class Migration(migrations.Migration):
    dependencies = [("bank", "0022_match_reports_are_forgotten")]
    # Columns that may be empty and indexes with a condition: SQLite adds them in place.
    operations = [
        migrations.AddField("item", "slot", models.BigIntegerField(null=True)),
        migrations.AddField("item", "found_by", models.BigIntegerField(null=True)),
        migrations.AddField("item", "parts", models.SmallIntegerField(null=True)),
        migrations.AddField("item", "forget_on", models.DateField(null=True)),
        migrations.AddIndex(
            "item",
            models.Index(
                condition=models.Q(("found_by__isnull", False)),
                fields=["found_by"],
                name="item_by_its_lookup",
            ),
        ),
        migrations.AddIndex(
            "item",
            models.Index(
                condition=models.Q(("forget_on__isnull", False)),
                fields=["forget_on"],
                name="item_to_be_erased",
            ),
        ),
        migrations.AddConstraint(
            "item",
            models.UniqueConstraint(
                condition=models.Q(("slot__isnull", False)),
                fields=("slot",),
                name="item_has_keys_of_its_own",
            ),
        ),
        migrations.AlterField(
            "itemhash", "digest", models.BinaryField(db_index=True, max_length=32, null=True)
        ),
        migrations.CreateModel(
            name="LookupKey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("slot", models.BigIntegerField(unique=True)),
                ("begun_on", models.DateField()),
            ],
        ),
        migrations.CreateModel(
            name="Letter",
            fields=[
                ("id", repit.foundation.fields.RandomKey(serialize=False)),
                ("slot", models.BigIntegerField(unique=True)),
                ("sealed", models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name="Claim",
            fields=[
                ("id", repit.foundation.fields.RandomKey(serialize=False)),
                ("digest", models.BinaryField(max_length=32, unique=True)),
                ("back", models.BooleanField(default=False)),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="claims", to="bank.item"
                    ),
                ),
            ],
        ),
    ]
