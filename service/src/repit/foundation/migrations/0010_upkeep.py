"""When what is done each night was last done."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("foundation", "0002_begin_the_audit")]
    operations = [
        migrations.CreateModel(
            name="Upkeep",
            fields=[
                ("name", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("done_on", models.DateField(null=True)),
                ("reached", models.BigIntegerField(default=0)),
            ],
        ),
    ]
