"""Addresses that stand before any language. In: a path. Out: a view. Next: `views`."""

from django.urls import path

from repit.hotline.web.case_pages.views import robots, to_language

urlpatterns = [
    path("", to_language),
    path("fr", to_language),
    path("en", to_language),
    path("robots.txt", robots),
]
