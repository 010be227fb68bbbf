"""PostgreSQL's statistics keep no sealed value."""

from django.db import migrations

from repit.foundation.unsampled import unsampled


class Migration(migrations.Migration):
    dependencies = [("bank", "0112_moments_are_forgotten")]
    operations = [
        unsampled("bank_itemhash", "sealed"),
        unsampled("bank_stake", "sealed_name", "mark"),
        unsampled("bank_letter", "sealed"),
    ]
