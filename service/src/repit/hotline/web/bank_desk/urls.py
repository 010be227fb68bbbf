"""Addresses of the bank desk, under /staff/bank/. In: a path. Out: a view. Next: `repit.urls`."""

from django.urls import path

from repit.hotline.web.bank_desk import pages

urlpatterns = [
    path("", pages.questions, name="bank-questions"),
    path("alarms/", pages.alarm, name="bank-alarm"),
    path("<str:item>/", pages.item, name="bank-item"),
    path("<str:item>/decide/", pages.decide, name="bank-decide"),
]
