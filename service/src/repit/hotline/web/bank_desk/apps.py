"""Django's name for this room, and its entry in the staff menu.

In: nothing. Out: an app label, a menu entry. Next: Django, `repit.foundation.staff.menu`.
"""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BankDeskConfig(AppConfig):
    name = "repit.hotline.web.bank_desk"
    label = "bank_desk"

    def ready(self) -> None:
        from repit.foundation.staff.menu import MenuEntry, register  # noqa: PLC0415 - once apps are loaded

        register(
            MenuEntry(
                "bank-questions",
                _("Bank"),
                _("Pictures that may be no private ones, and platforms that behave oddly: on counts alone."),
                frozenset({"bank.decide"}),
            )
        )
