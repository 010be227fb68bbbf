"""Sessions from before they were sealed go: nobody can use them, and some held the secret of an app in clear."""

from django.db import migrations


def end(apps, _editor):
    apps.get_model("sessions", "Session").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [
        ("staff", "0003_seal_second_factors_for_their_member"),
        ("sessions", "0001_initial"),
    ]
    operations = [migrations.RunPython(end, migrations.RunPython.noop)]
