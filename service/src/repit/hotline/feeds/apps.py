"""Django's name for this room, and what it tells an operator.

In: nothing. Out: an app label, checks. Next: Django, `foundation.health`.
"""

from django.apps import AppConfig


class FeedsConfig(AppConfig):
    name = "repit.hotline.feeds"
    label = "feeds"

    def ready(self) -> None:
        from repit.hotline.feeds import health  # noqa: PLC0415 - only once Django has its models

        health.register()
