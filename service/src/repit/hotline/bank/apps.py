"""Django's name for this room, and what must hold before it is served.

In: nothing. Out: an app label, a check. Next: Django, `foundation.process.holding`.
"""

from django.apps import AppConfig


class BankConfig(AppConfig):
    name = "repit.hotline.bank"
    label = "bank"

    def ready(self) -> None:
        from repit.foundation.process import holding  # noqa: PLC0415 - only once Django has its models
        from repit.hotline.bank.proving import prove  # noqa: PLC0415

        holding.require(prove)
