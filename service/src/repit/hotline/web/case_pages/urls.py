"""Addresses of the pages, under /fr/ and /en/. In: a path. Out: a view. Next: `views`."""

from typing import Any

from django.urls import path
from django.utils.translation import gettext_lazy as _

from repit.hotline.web.case_pages import (
    codes,
    ending,
    figures,
    intake,
    lost,
    my_case,
    naming,
    offline_files,
    other_device,
    stopping,
)
from repit.hotline.web.case_pages.views import information

app_name = "case_pages"


def _page(address: Any, name: str) -> Any:
    return path(address, information, {"template": name.replace("-", "_")}, name=name)


urlpatterns = [
    _page("", "home"),
    _page(_("first-steps/"), "first-steps"),
    _page(_("helping-someone/"), "helping"),
    _page(_("threats/"), "threats"),
    _page(_("under-18/"), "under-18"),
    _page(_("trusted-person/"), "trusted"),
    _page(_("without-internet/"), "offline"),
    path("device/<str:name>", offline_files.file, name="offline-file"),
    _page(_("who-can-help/"), "helplines"),
    _page(_("who-we-are/"), "who-we-are"),
    _page(_("sites-that-take-part/"), "sites"),
    path(_("in-figures/"), figures.page, name="figures"),
    path("figures.json", figures.as_json, name="figures-json"),
    path("figures.csv", figures.as_csv, name="figures-csv"),
    _page(_("accessibility/"), "accessibility"),
    _page(_("professionals/"), "professionals"),
    _page(_("what-we-keep/"), "what-we-keep"),
    path(_("start/"), intake.start, name="start"),
    path(_("receipt/"), codes.receipt, name="receipt"),
    path(_("receipt/other-device/"), codes.elsewhere, name="receipt-elsewhere"),
    path("q/<str:ticket>/", other_device.take_up, name="take-up"),
    path(_("practise/"), codes.practise, name="practise"),
    path(_("come-back/"), codes.come_back, name="come-back"),
    path(_("lost/"), lost.ask, name="lost"),
    path(_("lost/asked/"), lost.asked, name="lost-asked"),
    path(_("lost/two-parts/"), lost.finish, name="lost-finish"),
    path("x/", codes.leave, name="leave"),
    path(_("mine/"), my_case.overview, name="my-case"),
    path(_("mine/first/"), my_case.overview, {"first": True}, name="my-case-first"),
    path(_("mine/messages/"), my_case.messages, name="my-messages"),
    path(_("mine/addresses/"), my_case.addresses, name="my-addresses"),
    path(_("mine/add/"), my_case.pictures, name="my-pictures"),
    path(_("mine/choices/"), my_case.wishes, name="my-wishes"),
    path(_("mine/nicknames/"), naming.nicknames, name="my-nicknames"),
    path(_("mine/stop-protecting/"), stopping.choose, name="my-withdrawals"),
    path(_("mine/stop-protecting/sure/"), stopping.confirm, name="my-stop"),
    path(_("mine/stop-protecting/undone/"), stopping.choose, {"kept": True}, name="my-stop-undone"),
    path(_("mine/code/"), codes.own_code, name="my-code"),
    path(_("mine/code/other-device/"), codes.own_code_elsewhere, name="my-code-elsewhere"),
    path(_("mine/part/"), my_case.part, name="my-part"),
    path(_("mine/helpers/"), my_case.helping, name="my-helpers"),
    path(_("mine/spare/"), my_case.spare_ways, name="my-recovery"),
    path(_("mine/log/"), my_case.access_log, name="my-log"),
    path(_("mine/end/"), ending.end, name="my-end"),
    path(_("mine/end/words/"), ending.destroy, {"what": "words"}, name="my-end-words"),
    path(_("mine/end/everything/"), ending.destroy, {"what": "everything"}, name="my-end-everything"),
    path(_("done/"), codes.erased, name="erased"),
    path(_("mine/out/"), codes.sign_out, name="sign-out"),
]
