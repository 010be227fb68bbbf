"""Django's name for this room, whether its keys fit, what it has to say about backups.

In: nothing. Out: an app label, a check, a part of a backup. Next: Django, `foundation.health`,
`foundation.backups`.
"""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "repit.hotline.cases"
    label = "cases"

    def ready(self) -> None:
        from repit.foundation import audit  # noqa: PLC0415 - only once Django has its models
        from repit.foundation.backups.parts import register  # noqa: PLC0415
        from repit.foundation.health.findings import wing  # noqa: PLC0415
        from repit.hotline.cases import access_log, desk, key_file  # noqa: PLC0415
        from repit.hotline.cases.safekeeping import PART  # noqa: PLC0415

        wing("hotline").register("case-keys", key_file.look)
        wing("hotline").register("desk", desk.look, grave=False)
        register(PART)
        audit.further(access_log.verify_all)
