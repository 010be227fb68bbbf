"""Django's name for this room, what must hold before and while it is served, its part of a backup.

In: nothing. Out: an app label, checks, a part of a backup. Next: Django, `foundation.process.holding`,
`foundation.health`, `foundation.backups`.
"""

from django.apps import AppConfig


class BankConfig(AppConfig):
    name = "repit.hotline.bank"
    label = "bank"

    def ready(self) -> None:
        from repit.foundation.backups.parts import register  # noqa: PLC0415 - only once Django has its models
        from repit.foundation.process import holding  # noqa: PLC0415
        from repit.hotline.bank import health  # noqa: PLC0415
        from repit.hotline.bank.proving import prove  # noqa: PLC0415
        from repit.hotline.bank.safekeeping import PART  # noqa: PLC0415

        holding.require(prove)
        health.register()
        register(PART)
