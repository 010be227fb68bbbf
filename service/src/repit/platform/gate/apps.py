"""Django's name for this room, and what it has to say about backups.

In: nothing. Out: an app label, a part of a backup. Next: Django, `foundation.backups`.
"""

from django.apps import AppConfig


class GateConfig(AppConfig):
    name = "repit.platform.gate"
    label = "gate"

    def ready(self) -> None:
        from repit.foundation.backups.parts import Part, register  # noqa: PLC0415 - only once Django starts
        from repit.platform.gate.after_restore import begin_anew  # noqa: PLC0415

        # Counts of matches that the hotline was told of since would be told once more.
        register(Part(left_out=("gate.matchtally",), catch_up=begin_anew))
