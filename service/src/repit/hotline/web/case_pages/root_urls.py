"""Addresses that stand before any language. In: a path. Out: a view. Next: `views`."""

from django.urls import path

from repit.hotline.web.case_pages.views import front_door, robots

urlpatterns = [
    path("", front_door),
    path("fr", front_door),
    path("en", front_door),
    path("robots.txt", robots),
]
