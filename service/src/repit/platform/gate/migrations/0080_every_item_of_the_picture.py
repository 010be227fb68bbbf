"""Every item whose very picture an upload is."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("gate", "0070_forgetting")]
    operations = [migrations.AddField("decision", "also", models.JSONField(default=list))]
