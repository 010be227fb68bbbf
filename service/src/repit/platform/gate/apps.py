"""Django's name for this room.

In: nothing. Out: an app label. Next: Django.
"""

from django.apps import AppConfig


class GateConfig(AppConfig):
    name = "repit.platform.gate"
    label = "gate"
