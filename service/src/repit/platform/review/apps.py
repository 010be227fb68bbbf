"""Django's name for this room, and what it has to say about backups.

In: nothing. Out: an app label, a part of a backup. Next: Django, `foundation.backups`.
"""

from django.apps import AppConfig


class ReviewConfig(AppConfig):
    name = "repit.platform.review"
    label = "review"

    def ready(self) -> None:
        from repit.foundation.backups.parts import Part, register  # noqa: PLC0415 - only once Django starts
        from repit.platform.review import retention  # noqa: PLC0415

        register(Part(catch_up=retention.sweep_all))
