"""When an item ends by itself, and the pictures that everyone has seen."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("bank", "0003_match_reports")]
    operations = [
        migrations.CreateModel(
            name="WidelyPublished",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.BinaryField(max_length=32, unique=True)),
                ("sealed", models.BinaryField()),
                ("added_at", models.DateTimeField()),
            ],
        ),
        migrations.AddField(model_name="item", name="expires_at", field=models.DateTimeField(null=True)),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(
                condition=models.Q(("expires_at__isnull", False)),
                fields=["expires_at"],
                name="item_expiry_is_due",
            ),
        ),
    ]
