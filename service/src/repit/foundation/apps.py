"""Django's name for this room, and what it has to say about backups.

In: nothing. Out: an app label, a part of a backup. Next: Django, `foundation.backups`.
"""

from django.apps import AppConfig


class FoundationConfig(AppConfig):
    name = "repit.foundation"
    label = "foundation"

    def ready(self) -> None:
        from repit.foundation import installation  # noqa: PLC0415
        from repit.foundation.backups.parts import Part, register  # noqa: PLC0415 - only once Django starts

        # What Django's own tables have, which nobody of ours speaks for.
        register(
            Part(
                left_out=("sessions.session",),
                there_at_once=(
                    "auth.permission",
                    "contenttypes.contenttype",
                    "foundation.audithead",
                    "foundation.installation",
                    "foundation.upkeep",
                ),
                settle=installation.stamp,
            )
        )
