"""Addresses of the review desk, under /staff/review/. In: a path. Out: a view. Next: `repit.urls`."""

from django.urls import path

from repit.platform.web.review_desk import oversight, pending, views

urlpatterns = [
    path("", views.queue_page, name="review-queue"),
    path("next/", views.take_next, name="review-next"),
    path("back/", views.give_back, name="review-give-back"),
    path("rest/", views.rest, name="review-rest"),
    path("keys/", views.keys, name="review-keys"),
    path("oversight/", oversight.overview, name="review-oversee"),
    path("oversight/free/", oversight.free, name="review-free"),
    path("oversight/refuse-again/", oversight.refuse_again, name="review-refuse-again"),
    path("oversight/budget/", oversight.budget, name="review-budget"),
    path("oversight/<str:name>/", oversight.record, name="review-record"),
    path("<str:name>/", views.item, name="review-item"),
    path("<str:name>/decide/", views.decide, name="review-decide"),
    path("<str:name>/undo/", pending.undo, name="review-undo"),
    path("<str:name>/open/", views.open_media, name="review-open"),
    path("<str:name>/media/<str:ticket>/", views.media_bytes, name="review-media"),
]
