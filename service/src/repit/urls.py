"""Which doors are open, by the installation's role.

In: `REPIT_ROLE`. Out: Django's routes. Next: the views of `interfaces`.
"""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [path("staff/", include("repit.foundation.staff.urls"))]

if settings.REPIT_ROLE in ("hotline", "both"):
    from repit.interfaces.case_pages import api as case_api
    from repit.interfaces.exchange_api import health

    urlpatterns += [
        path("health", health.health),
        path("ready", health.ready),
        path("exchange/", include("repit.interfaces.exchange_api.urls")),
        path("staff/cases/", include("repit.interfaces.desk.urls")),
        path("staff/bank/", include("repit.interfaces.bank_desk.urls")),
        path("api/v1/", case_api.api.urls),
        path("", include("repit.interfaces.case_pages.root_urls")),
        *i18n_patterns(
            path("", include("repit.interfaces.case_pages.urls")),
            path("", include("repit.interfaces.exchange_api.page_urls")),
        ),
    ]

if settings.REPIT_ROLE in ("gate", "both"):
    urlpatterns += [
        path("", include("repit.interfaces.gate_api.urls")),
        path("", include("repit.interfaces.storage_hook.mastodon.urls")),
        path("v1/storage/", include("repit.interfaces.storage_hook.urls")),
        path("staff/review/", include("repit.interfaces.review_desk.urls")),
    ]
