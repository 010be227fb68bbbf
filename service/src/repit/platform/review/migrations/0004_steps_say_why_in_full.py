from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("review", "0003_time_to_undo"),)
    operations = (migrations.AlterField("step", "why", models.TextField(blank=True)),)
