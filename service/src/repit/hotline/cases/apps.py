"""Django's name for this room, and what it has to say about backups.

In: nothing. Out: an app label, a part of a backup. Next: Django, `foundation.backups`.
"""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "repit.hotline.cases"
    label = "cases"

    def ready(self) -> None:
        from repit.foundation import audit  # noqa: PLC0415
        from repit.foundation.backups.parts import register  # noqa: PLC0415 - only once Django starts
        from repit.hotline.cases import access_log  # noqa: PLC0415
        from repit.hotline.cases.safekeeping import PART  # noqa: PLC0415

        register(PART)
        audit.further(access_log.verify_all)
