"""The gate's doors over HTTP.

In: paths. Out: views. Next: `repit.urls` takes them in for the roles gate and both.
"""

from django.urls import path

from repit.platform.integrations.http_api import reviews, views

urlpatterns = [
    path("health", views.health),
    path("ready", views.ready),
    path("v1/health", views.health),
    path("v1/ready", views.ready),
    path("v1/check", views.check),
    path("v1/refuse", views.refuse),
    path("v1/reviews/<str:decision>", reviews.review),
    path("v1/reviews/<str:decision>/appeals", reviews.appeal),
    path("metrics", views.metrics),
    path("v1/openapi.json", views.openapi),
    path("docs", views.docs, name="gate-docs"),
]
