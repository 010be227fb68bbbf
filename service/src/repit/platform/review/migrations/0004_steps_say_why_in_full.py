"""SQLite writes an altered table anew, without what guards it; PostgreSQL alters no column that a guard names."""

from django.db import migrations, models

from repit.foundation.append_only import append_only, deletable_once_marked

FIXED = ("id", "review_id", "at", "before", "after", "member_id", "outcome", "why")
GUARDS = (append_only("review_step"), deletable_once_marked("review_step", FIXED, "forget_at"))


class Migration(migrations.Migration):
    dependencies = (("review", "0003_time_to_undo"),)
    operations = (
        *(guard.undone() for guard in reversed(GUARDS)),
        migrations.AlterField("step", "why", models.TextField(blank=True)),
        *GUARDS,
    )
