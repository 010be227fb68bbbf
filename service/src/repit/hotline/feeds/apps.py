"""Django's name for this room.

In: nothing. Out: an app label. Next: Django.
"""

from django.apps import AppConfig


class FeedsConfig(AppConfig):
    name = "repit.hotline.feeds"
    label = "feeds"
