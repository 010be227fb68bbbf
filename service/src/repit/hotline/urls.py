"""The addresses of a hotline.

In: nothing. Out: Django's routes. Next: the views of `hotline.web`.
"""

from django.conf.urls.i18n import i18n_patterns
from django.urls import URLPattern, URLResolver, include, path

from repit.hotline.web import openapi
from repit.hotline.web.feeds_api import health

OWN: list[URLPattern | URLResolver] = [
    path("health", health.health),
    path("ready", health.ready),
    path("metrics", health.metrics),
    path("exchange/", include("repit.hotline.web.feeds_api.urls")),
    path("staff/cases/", include("repit.hotline.web.desk.urls")),
    path("staff/bank/", include("repit.hotline.web.bank_desk.urls")),
    path("api/v1/openapi.json", openapi.openapi),
    path("api/v1/", include("repit.hotline.web.case_pages.api_urls")),
    path("", include("repit.hotline.web.case_pages.root_urls")),
    *i18n_patterns(
        path("", include("repit.hotline.web.case_pages.urls")),
        path("", include("repit.hotline.web.feeds_api.page_urls")),
    ),
]
urlpatterns = [path("staff/", include("repit.foundation.staff.urls")), *OWN]
