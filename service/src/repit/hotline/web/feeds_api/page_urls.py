"""Addresses of the subscriber's page, under /fr/ and /en/. In: a path. Out: a view. Next:
`subscriber_page`."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from repit.hotline.web.feeds_api.subscriber_page import name_me, page, sign_out

urlpatterns = [
    path(_("subscribers/"), page, name="subscriber-page"),
    path(_("subscribers/name/"), name_me, name="subscriber-name"),
    path(_("subscribers/leave/"), sign_out, name="subscriber-leave"),
]
