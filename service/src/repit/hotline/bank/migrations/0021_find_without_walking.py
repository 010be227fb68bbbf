"""Find an item by its fingerprint, and where in the feed a moment lies, without walking the whole bank."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("bank", "0020_transition_sequence")]
    # Added, not altered: SQLite would copy the table anew, and drop what guards the log against changes.
    operations = [
        migrations.AddIndex("item", models.Index(fields=["fingerprint"], name="item_by_fingerprint")),
        migrations.AddIndex("change", models.Index(fields=["at"], name="change_by_moment")),
    ]
