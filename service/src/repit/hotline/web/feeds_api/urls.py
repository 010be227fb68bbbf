"""Addresses of the exchanges. In: a path. Out: a view. Next: `views`, `opinions`, `floods`,
`stopncii`, `ncmec`."""

from django.urls import path

from repit.hotline.web.feeds_api import floods, ncmec, opinions, stopncii, views

urlpatterns = [
    path("repit/v1/snapshot", views.snapshot),
    path("repit/v1/changes", views.changes),
    path("repit/v1/acknowledgements", views.acknowledgements),
    path("repit/v1/opinions", opinions.opinion),
    path("repit/v1/matches", floods.matches),
    path("stopncii/v1/FetchHashes", stopncii.fetch_hashes),
    path("stopncii/v1/SubmitFeedback", stopncii.submit_feedback),
    path("stopncii/v1/SubmitHashes", stopncii.submit_hashes),
    path("ncmec/v2/status", ncmec.status),
    path("ncmec/v2/members", ncmec.members),
    path("ncmec/v2/entries", ncmec.entries),
    path("ncmec/v2/feedback/<str:fingerprint>/reasons", ncmec.reasons),
    path("ncmec/v2/entries/<int:member>/<str:entry>/<str:fingerprint>/feedback", ncmec.feedback),
]
