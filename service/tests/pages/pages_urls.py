"""The site's own addresses, and beside them pages that fail on purpose."""

from django.conf.urls.i18n import i18n_patterns
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import path

from repit.urls import *  # noqa: F403
from repit.urls import urlpatterns as real


def fails(_request: HttpRequest) -> HttpResponse:
    raise RuntimeError


def forbids(_request: HttpRequest) -> HttpResponse:
    raise PermissionDenied


def broken(_request: HttpRequest) -> HttpResponse:
    """A page that axe must refuse: no language, no title, a picture and a field without names."""
    return HttpResponse(
        '<!DOCTYPE html><html><body><img src="/static/case_pages/icon.svg"><input type="text"></body></html>'
    )


urlpatterns = [
    path("broken", broken),
    *real,
    *i18n_patterns(path("fails/", fails), path("forbids/", forbids)),
]
