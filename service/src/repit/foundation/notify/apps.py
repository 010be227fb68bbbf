"""Django's name for this room, and its entry in the staff menu.

In: nothing. Out: an app label, a menu entry. Next: Django, `repit.foundation.staff.menu`.
"""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotifyConfig(AppConfig):
    name = "repit.foundation.notify"
    label = "notify"

    def ready(self) -> None:
        from repit.foundation.staff.menu import MenuEntry, register  # noqa: PLC0415 - once apps are loaded

        register(
            MenuEntry(
                "staff-mail",
                _("Mail to you"),
                _("A mail that says that something new waits for you, and nothing more."),
                frozenset({"cases.work", "review.work"}),
                last=True,
            )
        )
