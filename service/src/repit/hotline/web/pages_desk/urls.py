"""Addresses of the pages' desk, under /staff/pages/. In: a path. Out: a view. Next: `repit.urls`."""

from django.urls import path

from repit.hotline.web.pages_desk import helplines_page, sections_page

urlpatterns = [
    path("", sections_page.overview, name="pages-overview"),
    path("helplines/", helplines_page.helplines, name="pages-helplines"),
    path("helplines/new/", helplines_page.helpline, name="pages-new-helpline"),
    path("helplines/change/", helplines_page.change, name="pages-change-helpline"),
    path("helplines/<slug:key>/", helplines_page.helpline, name="pages-helpline"),
    path("<slug:section>/", sections_page.section, name="pages-section"),
]
