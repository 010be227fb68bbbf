"""Django's name for this room, what it tells an operator, what it has to say about backups.

In: nothing. Out: an app label, checks, a part of a backup. Next: Django, `foundation.health`,
`foundation.backups`.
"""

from django.apps import AppConfig


class FeedsConfig(AppConfig):
    name = "repit.hotline.feeds"
    label = "feeds"

    def ready(self) -> None:
        from repit.foundation.backups.parts import Part, register  # noqa: PLC0415 - only once Django starts
        from repit.hotline.feeds import erasure, health  # noqa: PLC0415

        health.register()
        register(Part(catch_up=erasure.begin_all))
