"""A person whose case nobody can open yet is told so, and whom they can talk with now."""

from __future__ import annotations

import pytest
from visitors import Visitor, arrived

from repit.hotline.cases import caseworkers, desk

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("language", "says", "who_can_help"),
    [
        ("en", "still being set up", "/en/who-can-help/"),
        ("fr", "en cours de mise en place", "/fr/qui-peut-aider/"),
    ],
)
def test_the_person_is_told_that_nobody_can_read_yet_and_who_listens_now(
    language: str, says: str, who_can_help: str
) -> None:
    person = Visitor(language)
    page = arrived(person.sign_in(*Visitor().receipt())).content.decode()
    assert says in page and page.count(who_can_help) > 1, "in the text, not only among the links of all pages"
    desk.found(caseworkers.enrol("ana", "four words and a comma,"))
    mine = {"en": "/en/mine/", "fr": "/fr/suivi/"}[language]
    shown = person.client.get(mine)
    assert shown.status_code == 200 and says not in shown.content.decode()
