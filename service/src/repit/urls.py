"""Which doors are open, by the installation's role.

In: `REPIT_ROLE`. Out: Django's routes. Next: the views of `interfaces`.
"""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [path("staff/", include("repit.foundation.staff.urls"))]

if settings.REPIT_ROLE in ("hotline", "both"):
    from repit.hotline.web.case_pages import api as case_api
    from repit.hotline.web.feeds_api import health

    urlpatterns += [
        path("health", health.health),
        path("ready", health.ready),
        path("exchange/", include("repit.hotline.web.feeds_api.urls")),
        path("staff/cases/", include("repit.hotline.web.desk.urls")),
        path("staff/bank/", include("repit.hotline.web.bank_desk.urls")),
        path("api/v1/", case_api.api.urls),
        path("", include("repit.hotline.web.case_pages.root_urls")),
        *i18n_patterns(
            path("", include("repit.hotline.web.case_pages.urls")),
            path("", include("repit.hotline.web.feeds_api.page_urls")),
        ),
    ]

if settings.REPIT_ROLE in ("gate", "both"):
    urlpatterns += [
        path("", include("repit.platform.integrations.http_api.urls")),
        path("", include("repit.platform.integrations.mastodon.urls")),
        path("v1/storage/", include("repit.platform.integrations.s3.urls")),
        path("staff/review/", include("repit.platform.web.review_desk.urls")),
    ]
