"""Django's name for this room.

In: nothing. Out: an app label. Next: Django.
"""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "repit.hotline.reports"
    label = "reports"
