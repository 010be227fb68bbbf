"""Django's name for this room, and its door in the staff area.

In: nothing. Out: an app label, a door. Next: Django, `repit.foundation.staff.menu`.
"""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BankDeskConfig(AppConfig):
    name = "repit.hotline.web.bank_desk"
    label = "bank_desk"

    def ready(self) -> None:
        from repit.foundation.staff.menu import Door, register  # noqa: PLC0415 - once apps are loaded

        register(
            Door(
                "bank-questions",
                _("Bank"),
                _("Pictures that may be no private ones, and platforms that behave oddly: on counts alone."),
                frozenset({"bank.decide"}),
            )
        )
