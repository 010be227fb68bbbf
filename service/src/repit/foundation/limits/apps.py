"""Django's name for this room, and what it has to say about backups.

In: nothing. Out: an app label, a part of a backup. Next: Django, `foundation.backups`.
"""

from django.apps import AppConfig


class LimitsConfig(AppConfig):
    name = "repit.foundation.limits"
    label = "limits"

    def ready(self) -> None:
        from repit.foundation.backups.parts import Part, register  # noqa: PLC0415 - only once Django starts

        register(Part(left_out=("limits.count", "limits.salt", "limits.spent")))
