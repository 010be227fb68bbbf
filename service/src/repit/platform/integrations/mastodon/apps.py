"""Django's name for this room.

In: nothing. Out: an app label. Next: Django.
"""

from django.apps import AppConfig


class MastodonConfig(AppConfig):
    name = "repit.platform.integrations.mastodon"
    label = "mastodon"
