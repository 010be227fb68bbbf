"""Django's name for this room, what must hold before it is served, and what it has to say about backups.

In: nothing. Out: an app label, a check, a part of a backup. Next: Django, `foundation.process.starting`,
`foundation.backups`.
"""

from django.apps import AppConfig


class BankConfig(AppConfig):
    name = "repit.hotline.bank"
    label = "bank"

    def ready(self) -> None:
        from repit.foundation.backups.parts import register  # noqa: PLC0415
        from repit.foundation.process import starting  # noqa: PLC0415 - only once Django has its models
        from repit.hotline.bank.proving import prove  # noqa: PLC0415
        from repit.hotline.bank.safekeeping import PART  # noqa: PLC0415

        starting.require(prove)
        register(PART)
