"""Addresses of cases as JSON. In: a path. Out: a view. Next: `api`."""

from django.urls import path

from repit.hotline.web.case_pages import api

urlpatterns = [
    path("cases", api.open_case),
    path("cases/status", api.status),
    path("cases/withdraw", api.withdraw),
]
