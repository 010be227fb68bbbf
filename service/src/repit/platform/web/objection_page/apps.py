"""Django's name for this room.

In: nothing. Out: an app label. Next: Django, which finds the room's templates and static files.
"""

from django.apps import AppConfig


class ObjectionPageConfig(AppConfig):
    name = "repit.platform.web.objection_page"
    label = "objection_page"
