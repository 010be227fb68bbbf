"""The addresses of a platform's gate.

In: nothing. Out: Django's routes. Next: the views of `platform.integrations` and `platform.web`.
"""

from django.urls import URLPattern, URLResolver, include, path

OWN: list[URLPattern | URLResolver] = [
    path("", include("repit.platform.integrations.http_api.urls")),
    path("", include("repit.platform.integrations.mastodon.urls")),
    path("v1/storage/", include("repit.platform.integrations.s3.urls")),
    path("staff/review/", include("repit.platform.web.review_desk.urls")),
]
urlpatterns = [
    path("staff/", include("repit.foundation.staff.urls")),
    path("staff/", include("repit.foundation.notify.urls")),
    *OWN,
]
