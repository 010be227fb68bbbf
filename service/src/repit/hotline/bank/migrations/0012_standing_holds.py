"""Near duplicates are not told of; what is withdrawn stands on nothing."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("bank", "0011_submissions_made_here")]
    operations = [
        migrations.AddConstraint(
            model_name="item",
            constraint=models.CheckConstraint(
                condition=models.Q(("lead__isnull", True), ("state", "received"), _connector="OR"),
                name="item_joined_is_not_told",
            ),
        ),
        migrations.AddConstraint(
            model_name="item",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("own__gte", 0),
                    models.Q(("own", 0), ("state__in", ("received", "active", "disputed")), _connector="OR"),
                ),
                name="item_own_stand_while_it_lives",
            ),
        ),
    ]
