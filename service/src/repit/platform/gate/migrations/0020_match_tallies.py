"""How often each item was met, until the hotline has been told."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("gate", "0001_initial")]
    operations = [
        migrations.CreateModel(
            name="MatchTally",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("item", models.CharField(max_length=64)),
                ("count", models.BigIntegerField()),
                ("begins", models.DateTimeField()),
                ("ends", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ends__isnull", True)),
                        fields=("item",),
                        name="gate_tally_open_once",
                    )
                ],
            },
        ),
    ]
