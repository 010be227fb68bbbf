"""The gate's addresses over HTTP.

In: paths. Out: views. Next: `repit.platform.urls`; `/docs` shows them in this order.
"""

from django.urls import path

from repit.platform.integrations.http_api import docs, reviews, state, views

urlpatterns = [
    path("v1/check", views.check),
    path("v1/checks/<str:check>", views.later, name="gate-check"),
    path("v1/refuse", views.refuse),
    path("health", state.health),
    path("ready", state.ready),
    path("metrics", state.metrics),
    path("v1/reviews/<str:decision>", reviews.one_review),
    path("v1/reviews/<str:decision>/appeals", reviews.appeal),
    path("v1/openapi.json", docs.openapi),
    path("v1/health", state.health),
    path("v1/ready", state.ready),
    path("v1/metrics", state.metrics),
    path("docs", docs.docs, name="gate-docs"),
]
