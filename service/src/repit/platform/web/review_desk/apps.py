"""Django's name for this room, and its entries in the staff menu.

In: nothing. Out: an app label, menu entries. Next: Django, `repit.foundation.staff.menu`.
"""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReviewDeskConfig(AppConfig):
    name = "repit.platform.web.review_desk"
    label = "review_desk"

    def ready(self) -> None:
        from repit.foundation.staff.menu import MenuEntry, register  # noqa: PLC0415 - once apps are loaded

        register(
            MenuEntry(
                "review-queue",
                _("Review desk"),
                _("Uploads that wait for a person to decide."),
                frozenset({"review.work", "review.second", "review.oversee"}),
            )
        )
        register(
            MenuEntry(
                "review-oversee",
                _("Oversight"),
                _("The whole queue, who holds what, breaks and budgets, the record of looks."),
                frozenset({"review.oversee"}),
            )
        )
