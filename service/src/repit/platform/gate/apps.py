"""Django's name for this room, and what must be so while it serves.

In: nothing. Out: an app label, checks. Next: Django, `foundation.health`.
"""

from django.apps import AppConfig


class GateConfig(AppConfig):
    name = "repit.platform.gate"
    label = "gate"

    def ready(self) -> None:
        from repit.platform.gate import health  # noqa: PLC0415 - only once Django has its models

        health.register()
