from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("review", "0001_initial"), ("gate", "0002_decision_file"))
    operations = (
        migrations.AddField("letgo", "file", models.CharField(blank=True, default="", max_length=40)),
        migrations.AddField("appeal", "against", models.CharField(default="refuse", max_length=10)),
    )
