"""Addresses of this room, under /staff/. In: a path. Out: a view. Next: `repit.foundation.staff.urls`."""

from django.urls import path

from repit.foundation.notify import page

urlpatterns = [path("mail/", page.mail, name="staff-mail")]
