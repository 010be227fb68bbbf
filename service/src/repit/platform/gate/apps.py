"""Django's name for this room, what it tells an operator, what it has to say about backups.

In: nothing. Out: an app label, checks, a part of a backup. Next: Django, `foundation.health`,
`foundation.backups`.
"""

from django.apps import AppConfig


class GateConfig(AppConfig):
    name = "repit.platform.gate"
    label = "gate"

    def ready(self) -> None:
        from repit.foundation.backups.parts import Part, register  # noqa: PLC0415 - only once Django starts
        from repit.platform.gate import health  # noqa: PLC0415
        from repit.platform.gate.after_restore import begin_anew  # noqa: PLC0415

        health.register()
        # Counts of matches that the hotline was told of since would be told once more.
        register(Part(left_out=("gate.matchtally",), catch_up=begin_anew))
