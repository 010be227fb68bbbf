"""Addresses of the pages, under /fr/ and /en/. In: a path. Out: a view. Next: `views`."""

from typing import Any

from django.urls import path
from django.utils.translation import gettext_lazy as _

from repit.interfaces.case_pages.views import information

app_name = "case_pages"


def _page(address: Any, name: str) -> Any:
    return path(address, information, {"template": name.replace("-", "_")}, name=name)


urlpatterns = [
    _page("", "home"),
    _page(_("first-steps/"), "first-steps"),
    _page(_("helping-someone/"), "helping"),
    _page(_("who-can-help/"), "helplines"),
    _page(_("professionals/"), "professionals"),
    _page(_("what-we-keep/"), "what-we-keep"),
]
