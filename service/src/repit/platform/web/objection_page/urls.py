"""Addresses of the objection page, before and behind a language.

In: a path. Out: a view. Next: `repit.platform.urls`.
"""

from django.urls import path

from repit.platform.web.objection_page import views

before_language = [
    path("objection/", views.to_language),
    path("objection/<str:number>/", views.to_language),
]
urlpatterns = [
    path("objection/", views.ask_number, name="objection-number"),
    path("objection/<str:number>/", views.decision, name="objection"),
]
