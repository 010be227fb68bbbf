"""The addresses of a platform's gate.

In: nothing. Out: Django's routes. Next: the views of `platform.integrations` and `platform.web`.
"""

from django.conf.urls.i18n import i18n_patterns
from django.urls import URLPattern, URLResolver, include, path

from repit.platform.web.objection_page import urls as objection_page

OWN: list[URLPattern | URLResolver] = [
    path("", include("repit.platform.integrations.http_api.urls")),
    path("", include("repit.platform.integrations.mastodon.urls")),
    path("v1/storage/", include("repit.platform.integrations.s3.urls")),
    path("staff/review/", include("repit.platform.web.review_desk.urls")),
    path("", include(objection_page.before_language)),
    *i18n_patterns(path("", include("repit.platform.web.objection_page.urls"))),
]
urlpatterns = [
    path("staff/", include("repit.foundation.staff.urls")),
    path("staff/", include("repit.foundation.notify.urls")),
    *OWN,
]
