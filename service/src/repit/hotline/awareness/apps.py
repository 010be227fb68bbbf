"""Django's name for this room.

In: nothing. Out: an app label. Next: Django.
"""

from django.apps import AppConfig


class AwarenessConfig(AppConfig):
    name = "repit.hotline.awareness"
    label = "awareness"
