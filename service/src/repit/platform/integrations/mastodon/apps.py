"""Django's name for this room, and what it has to say about backups.

In: nothing. Out: an app label, a part of a backup. Next: Django, `foundation.backups`.
"""

from django.apps import AppConfig


class MastodonConfig(AppConfig):
    name = "repit.platform.integrations.mastodon"
    label = "mastodon"

    def ready(self) -> None:
        from repit.foundation.backups.parts import Part, register  # noqa: PLC0415 - only once Django starts

        register(Part(catch_up=_catch_up))


def _catch_up() -> None:
    from repit.platform.integrations.mastodon import queue  # noqa: PLC0415 - it loads what few starts need

    queue.delete_expired()
