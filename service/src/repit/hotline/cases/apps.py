"""Django's name for this room, and whether its keys fit.

In: nothing. Out: an app label, a check. Next: Django, `foundation.health`.
"""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "repit.hotline.cases"
    label = "cases"

    def ready(self) -> None:
        from repit.foundation.health.findings import wing  # noqa: PLC0415 - only once Django has its models
        from repit.hotline.cases import key_file  # noqa: PLC0415

        wing("hotline").register("case-keys", key_file.look)
