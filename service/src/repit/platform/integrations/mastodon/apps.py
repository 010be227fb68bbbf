"""Django's name for this room, and what it has to say about backups.

In: nothing. Out: an app label, a part of a backup. Next: Django, `foundation.backups`.
"""

from django.apps import AppConfig


class MastodonConfig(AppConfig):
    name = "repit.platform.integrations.mastodon"
    label = "mastodon"

    def ready(self) -> None:
        from repit.foundation.backups.parts import Part, register  # noqa: PLC0415 - only once Django starts
        from repit.platform.integrations.mastodon import queue  # noqa: PLC0415

        register(Part(catch_up=queue.delete_expired))
