"""Addresses of the desk, under /staff/cases/. In: a path. Out: a view. Next: `repit.urls`."""

from django.urls import path, register_converter
from django.urls.converters import IntConverter

from repit.hotline.web.desk import case_page, inbox, keys_page, members_page, oversight_page


class CaseKey(IntConverter):
    """A key that a database can hold; anything longer leads nowhere."""

    regex = "[0-9]{1,19}"

    def to_python(self, value: str) -> int:
        found = int(value)
        if found >= 1 << 63:
            raise ValueError
        return found


register_converter(CaseKey, "case")
urlpatterns = [
    path("", inbox.inbox, name="cases-inbox"),
    path("find/", inbox.find, name="cases-find"),
    path("unlock/", keys_page.unlock, name="cases-unlock"),
    path("begin/", keys_page.begin, name="cases-begin"),
    path("lock/", keys_page.lock, name="cases-lock"),
    path("keys/", keys_page.keys, name="cases-keys"),
    path("awake/", keys_page.awake, name="cases-awake"),
    path("desk/", members_page.members, name="cases-desk"),
    path("desk/change/", members_page.change, name="cases-desk-change"),
    path("oversight/", oversight_page.overview, name="cases-oversee"),
    path("oversight/check/", oversight_page.check, name="cases-check"),
    path("<case:case>/", case_page.case, name="cases-case"),
    path("<case:case>/log/", case_page.log, name="cases-log"),
    path("<case:case>/name/", case_page.name, name="cases-name"),
    path("<case:case>/answer/", case_page.answer, name="cases-answer"),
    path("<case:case>/take/", case_page.take, name="cases-take"),
    path("<case:case>/hand-on/", case_page.hand_on, name="cases-hand-on"),
    path("<case:case>/release/", case_page.release, name="cases-release"),
    path("<case:case>/close/", case_page.close, name="cases-close"),
    path("<case:case>/danger/", case_page.danger, name="cases-danger"),
    path("<case:case>/checklist/", case_page.tick, name="cases-tick"),
    path("<case:case>/tasks/", case_page.add_task, name="cases-add-task"),
    path("<case:case>/tasks/change/", case_page.change_task, name="cases-change-task"),
    path("<case:case>/addresses/", case_page.addresses, name="cases-addresses"),
]
