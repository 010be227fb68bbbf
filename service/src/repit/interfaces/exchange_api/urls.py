"""Addresses of the exchanges. In: a path. Out: a view. Next: `views`, `stopncii`, `ncmec`."""

from django.urls import path

from repit.interfaces.exchange_api import stopncii, views

urlpatterns = [
    path("repit/v1/snapshot", views.snapshot),
    path("repit/v1/changes", views.changes),
    path("repit/v1/acknowledgements", views.acknowledgements),
    path("stopncii/v1/FetchHashes", stopncii.fetch_hashes),
    path("stopncii/v1/SubmitFeedback", stopncii.submit_feedback),
    path("stopncii/v1/SubmitHashes", stopncii.submit_hashes),
]
