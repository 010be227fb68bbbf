"""Django's name for this room, and its entry in the staff menu.

In: nothing. Out: an app label, a menu entry. Next: Django, `repit.foundation.staff.menu`.
"""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PagesDeskConfig(AppConfig):
    name = "repit.hotline.web.pages_desk"
    label = "pages_desk"

    def ready(self) -> None:
        from repit.foundation.staff.menu import MenuEntry, register  # noqa: PLC0415 - once apps are loaded

        register(
            MenuEntry(
                "pages-overview",
                _("Public pages"),
                _("Name, opening hours, contact, legal notice, and the helplines that are named."),
                frozenset({"pages.edit"}),
            )
        )
