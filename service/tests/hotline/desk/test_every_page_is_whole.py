"""Every page of a hotline that someone can come to: at any width, in light and dark, with text twice as
large, nothing is cut off, too small to touch or hard to read.

PAGE_SHOTS=1 keeps a picture of each variant in artefacts/pages/walk.
"""

from __future__ import annotations

import pytest
from chromium import LANGUAGES, WORDS, staff_visit
from desk_process import Desk
from page_measures import opened, text_at, too_small, too_wide, whole
from page_walk import kind, walked
from playwright.sync_api import Browser, Page

START = {"fr": "/fr/commencer/", "en": "/en/start/"}
BACK = {"fr": ("/fr/revenir/", "**/suivi/**"), "en": ("/en/come-back/", "**/mine/**")}
STAFF = {
    "bea": {"staff-home", "cases-inbox", "cases-case", "cases-log", "cases-keys", "bank-item", "mfa_index"},
    "supervisor": {"staff-home", "cases-oversee", "pages-overview", "pages-section", "bank-questions"},
}
"""Pages that each must have come to: a cookie that opens nothing walks to the sign-in alone."""


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("who", STAFF)
def test_every_page_of_the_staff_is_whole(browser: Browser, desk: Desk, who: str, language: str) -> None:
    with staff_visit(browser, desk, desk.world["cookies"][who], language) as page:
        met = _all_whole(page, desk, f"{who}-{language}", language, "/staff/", person=False)
    assert STAFF[who] <= met


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_before_the_staff_signs_in_is_whole(browser: Browser, desk: Desk, language: str) -> None:
    with staff_visit(browser, desk, language=language) as page:
        met = _all_whole(page, desk, f"a-stranger-{language}", language, "/staff/", person=False)
    assert met == {"account_login"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("show", ["new", "others", "closed"])
def test_every_list_of_cases_is_whole(browser: Browser, desk: Desk, show: str, language: str) -> None:
    with staff_visit(browser, desk, desk.world["cookies"]["cleo"], language) as page:
        page.goto(f"{desk.base}/staff/cases/?show={show}")
        assert page.locator("table.cases tbody tr").count() > 0
        assert whole(page, f"cleo-{language}-{show}", person=False) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_for_everyone_is_whole(browser: Browser, desk: Desk, language: str) -> None:
    with staff_visit(browser, desk, language=language) as page:
        met = _all_whole(page, desk, f"visitor-{language}", language, f"/{language}/", person=True)
    assert {"case_pages:home", "case_pages:start", "case_pages:helplines"} <= met


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_of_a_case_is_whole(browser: Browser, desk: Desk, language: str) -> None:
    number, french, english = desk.world["codes"]["old"]
    address, arrived = BACK[language]
    with staff_visit(browser, desk, language=language) as page:
        page.goto(desk.base + address)
        page.locator("main input[name=number]").fill(number)
        page.locator(WORDS).fill(french if language == "fr" else english)
        page.locator("main button[type=submit]").first.click()
        page.wait_for_url(arrived)
        met = _all_whole(page, desk, f"person-{language}", language, f"/{language}/", person=True)
    assert {"case_pages:my-case", "case_pages:my-messages", "case_pages:my-log"} <= met


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_question_on_the_way_to_a_receipt_is_whole(browser: Browser, desk: Desk, language: str) -> None:
    found: list[str] = []
    with staff_visit(browser, desk, language=language) as page:
        page.goto(desk.base + START[language])
        for number in range(12):
            found += whole(page, f"question-{language}-{number}", person=True)
            if kind(page.url.removeprefix(desk.base)) != "case_pages:start":
                break
            _answer(page)
        else:
            pytest.fail("the questions do not end")
    assert found == []


def test_the_measures_see_what_is_amiss(browser: Browser, desk: Desk) -> None:
    with staff_visit(browser, desk) as page:
        page.goto(f"{desk.base}/en/")
        page.set_viewport_size({"width": 320, "height": 640})
        assert too_wide(page) == [] and too_small(page) == []
        page.evaluate("document.querySelector('h1').style.whiteSpace = 'nowrap'")
        text_at(page, 200)
        assert too_wide(page)
        page.evaluate("document.querySelector('footer a').style.minHeight = '1rem'")
        page.evaluate("document.querySelector('footer a').style.lineHeight = '1'")
        text_at(page, 100)
        opened(page)
        assert too_small(page)


def _all_whole(page: Page, desk: Desk, who: str, language: str, prefix: str, *, person: bool) -> set[str]:
    found: list[str] = []
    met = set()
    for name in walked(page, desk.base, language, prefix):
        met.add(name)
        found += whole(page, f"{who}-{name.replace(':', '-')}", person=person)
    assert found == []
    return met


def _answer(page: Page) -> None:
    """The first of each answer, and on without a file."""
    main = page.locator("main")
    presses = main.locator(".doors button, button[name=without]")
    with page.expect_navigation():
        presses.first.click()
