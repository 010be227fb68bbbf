from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("gate", "0001_initial"),)
    operations = (
        migrations.AddField("decision", "file", models.CharField(blank=True, default="", max_length=40)),
    )
