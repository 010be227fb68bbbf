"""Django's name for this room, and its door in the staff area.

In: nothing. Out: an app label, a door. Next: Django, `repit.foundation.staff.doors`.
"""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BankDeskConfig(AppConfig):
    name = "repit.interfaces.bank_desk"
    label = "bank_desk"

    def ready(self) -> None:
        from repit.foundation.staff.doors import Door, register  # noqa: PLC0415 - once apps are loaded

        register(
            Door(
                "bank-questions",
                _("Bank"),
                _("Pictures that may be no private ones, and platforms that behave oddly: on counts alone."),
                frozenset({"bank.decide"}),
            )
        )
