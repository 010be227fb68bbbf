"""Django's name for this room, and its entries in the staff menu.

In: nothing. Out: an app label, menu entries. Next: Django, `repit.foundation.staff.menu`.
"""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeskConfig(AppConfig):
    name = "repit.hotline.web.desk"
    label = "desk"

    def ready(self) -> None:
        from repit.foundation.staff.menu import MenuEntry, register  # noqa: PLC0415 - once apps are loaded

        register(
            MenuEntry(
                "cases-inbox",
                _("Cases"),
                _("The cases in your hands, and the new ones for those who take cases in."),
                frozenset({"cases.work"}),
            )
        )
        register(
            MenuEntry(
                "cases-oversee",
                _("Load and times"),
                _("How many cases there are, how long people wait, who has how much. Nothing in them."),
                frozenset({"cases.oversee"}),
            )
        )
