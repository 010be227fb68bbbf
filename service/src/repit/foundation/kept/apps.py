"""Django's name for this room, and what it has to say about backups.

In: nothing. Out: an app label, a part of a backup. Next: Django, `foundation.backups`.
"""

from django.apps import AppConfig


class KeptConfig(AppConfig):
    name = "repit.foundation.kept"
    label = "kept"

    def ready(self) -> None:
        from repit.foundation.backups.parts import Part, register  # noqa: PLC0415 - only once Django starts

        register(Part(left_out=("kept.kept",)))
