"""Django's name for this room, and its entry in the staff menu.

In: nothing. Out: an app label, a menu entry. Next: Django, `menu`.
"""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class StaffConfig(AppConfig):
    name = "repit.foundation.staff"
    label = "staff"

    def ready(self) -> None:
        from repit.foundation.staff.menu import MenuEntry, register  # noqa: PLC0415 - once apps are loaded

        # Who may do what is said by our roles; of Django's permissions, four for each table, nobody has any.
        post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")

        register(
            MenuEntry(
                "staff-people",
                _("Colleagues"),
                _("Who is held up at the sign-in by strangers, and a link that lets them in."),
                frozenset({"staff.let-in"}),
            )
        )
