"""Addresses of the exchanges. In: a path. Out: a view. Next: `views`."""

from django.urls import path

from repit.interfaces.exchange_api import views

urlpatterns = [
    path("repit/v1/snapshot", views.snapshot),
    path("repit/v1/changes", views.changes),
    path("repit/v1/acknowledgements", views.acknowledgements),
]
