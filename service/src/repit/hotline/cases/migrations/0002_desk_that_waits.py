"""Cases may be granted to a desk before anybody takes cases in."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="desk", name="slot", field=models.BigIntegerField(null=True, unique=True)
        ),
        migrations.AddField(model_name="desk", name="put_by", field=models.BinaryField(default=bytes)),
    ]
