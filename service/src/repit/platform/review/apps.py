"""Django's name for this room.

In: nothing. Out: an app label. Next: Django.
"""

from django.apps import AppConfig


class ReviewConfig(AppConfig):
    name = "repit.platform.review"
    label = "review"
