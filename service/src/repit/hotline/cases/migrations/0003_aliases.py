"""Those who work on cases have an alias, by which the people whose cases they are know them. Accounts from
before are given one as the hotline starts (`aliases.make_ready`)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_desk_that_waits")]

    operations = [
        migrations.AddField(
            model_name="caseworker",
            name="alias",
            field=models.BinaryField(max_length=32, null=True, unique=True),
        ),
        migrations.AddField(
            model_name="caseworker", name="sealed_alias", field=models.BinaryField(default=bytes)
        ),
    ]
