"""Django's name for this room.

In: nothing. Out: an app label. Next: Django.
"""

from django.apps import AppConfig


class StorageConfig(AppConfig):
    name = "repit.platform.integrations.s3"
    label = "s3"
