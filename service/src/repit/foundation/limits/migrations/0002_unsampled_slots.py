from django.db import migrations

from repit.foundation.unsampled import unsampled


class Migration(migrations.Migration):
    """What was counted is found by a salted value: no statistics, and so no log, keeps a sample of it."""

    dependencies = [
        ('limits', '0001_initial'),
    ]

    operations = [
        unsampled('limits_count', 'slot', kind='varchar(64)'),
    ]
