"""Django's name for this room.

In: nothing. Out: an app label. Next: Django.
"""

from django.apps import AppConfig


class LimitsConfig(AppConfig):
    name = "repit.foundation.limits"
    label = "limits"
