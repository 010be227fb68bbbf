"""Django's name for this room, what it tells an operator, what it has to say about backups.

In: nothing. Out: an app label, checks, a part of a backup. Next: Django, `foundation.health`,
`foundation.backups`.
"""

from django.apps import AppConfig


class ReviewConfig(AppConfig):
    name = "repit.platform.review"
    label = "review"

    def ready(self) -> None:
        from repit.foundation.backups.parts import Part, register  # noqa: PLC0415 - only once Django starts
        from repit.platform.review import health, retention  # noqa: PLC0415

        health.register()
        register(Part(catch_up=retention.sweep_all))
