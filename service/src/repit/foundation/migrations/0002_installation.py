from django.db import migrations, models


class Migration(migrations.Migration):
    """A database knows its key, its role, its version. The row comes from `repit init` or `repit migrate`, which
    have the key."""

    dependencies = [("foundation", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Installation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("identity", models.CharField(max_length=32)),
                ("role", models.CharField(max_length=8)),
                ("key_check", models.BinaryField()),
                ("fingerprint", models.CharField(max_length=9)),
                ("version", models.CharField(max_length=40)),
                ("made_on", models.DateField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("pk", 1)), name="database_has_one_installation")
                ],
            },
        ),
    ]
