"""Django's name for this room, and what it tells an operator.

In: nothing. Out: an app label, checks. Next: Django, `foundation.health`.
"""

from django.apps import AppConfig


class ReviewConfig(AppConfig):
    name = "repit.platform.review"
    label = "review"

    def ready(self) -> None:
        from repit.platform.review import health  # noqa: PLC0415 - only once Django has its models

        health.register()
