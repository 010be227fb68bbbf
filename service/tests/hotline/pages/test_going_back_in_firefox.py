"""Reload, Back, a double press, a session that ended: in Debian's Firefox as in Chromium, nothing is lost,
nothing is done twice, and the browser itself asks nothing. Among the questions: `test_intake_in_firefox`."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from firefox_pages import Firefox, firefox_at_work
from running import Hotline, environment
from test_case_story_in_a_browser import items
from test_going_back_in_a_browser import MINE, RECEIPT, START, WORDS

COME_BACK = {"en": "come-back", "fr": "revenir"}
OPEN = "main form[data-step=device] button.button"


@pytest.fixture(scope="module")
def hotline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hotline]:
    """A hotline of this file's own."""
    process = Hotline(environment(tmp_path_factory.mktemp("firefox")))
    yield process
    process.kill()


@pytest.fixture(params=["fr", "en"])
def person(request: pytest.FixtureRequest, firefox: str, hotline: Hotline) -> Iterator[Person]:
    with firefox_at_work(firefox) as browser:
        yield Person(browser, hotline, request.param)
        assert browser.questions == []


def sign_in(browser: Firefox, code: tuple[str, str]) -> None:
    browser.write("#number", code[0])
    browser.write("#words-1", code[1])
    browser.go("main form:has(#number) button.button")


class Person:
    def __init__(self, browser: Firefox, hotline: Hotline, language: str) -> None:
        self.browser, self.hotline, self.language = browser, hotline, language
        self.root = f"{hotline.base_url}/{language}/"

    def database(self, statement: str) -> list[tuple[int, ...]]:
        path = Path(self.hotline.env["REPIT_DATA"]) / "hotline.sqlite3"
        with closing(sqlite3.connect(path, timeout=60)) as base, base:
            return base.execute(statement).fetchall()

    def cases(self) -> int:
        return self.database("SELECT count(*) FROM cases_case")[0][0]

    def answer(self) -> None:
        """Both questions: the device's page stands there."""
        self.browser.goto(self.root + START[self.language] + "/")
        self.browser.go("button[name=happening][value=unsure]")
        self.browser.go("button[name=who][value=adult]")

    def open(self) -> tuple[str, str]:
        self.answer()
        self.browser.see("document.querySelector('[data-device-paste]').closest('details').open = true")
        self.browser.write("[data-device-paste]", items())
        self.browser.go(OPEN)
        return self.code()

    def code(self) -> tuple[str, str]:
        number = self.browser.see("document.querySelector('.code-value').innerText")
        words = self.browser.see("[...document.querySelectorAll('.words li')].map((each) => each.innerText)")
        return number, " ".join(words)

    def at(self, page: str) -> None:
        self.browser.until(f"location.href === {self.root + page!r} && document.readyState === 'complete'")


def test_a_receipt_is_there_after_reload_back_and_a_new_tab(person: Person) -> None:
    before = person.cases()
    code = person.open()
    browser, page = person.browser, RECEIPT[person.language] + "/"
    person.at(page)
    browser.reload()
    assert person.code() == code
    for _ in range(2):  # both questions that were answered; before them there is the first one, unanswered
        browser.back()
        person.at(page)
        assert person.code() == code
    browser.back(by=1)
    browser.goto("about:blank")
    browser.goto(person.root + page)
    assert person.code() == code and person.cases() == before + 1


def test_two_presses_at_once_open_one_case(person: Person) -> None:
    before = person.cases()
    person.answer()
    browser = person.browser
    browser.see("document.querySelector('[data-device-paste]').closest('details').open = true")
    browser.write("[data-device-paste]", items())
    browser.see(f"(document.querySelector('{OPEN}').click(), document.querySelector('{OPEN}').click())")
    person.at(RECEIPT[person.language] + "/")
    assert person.cases() == before + 1


def test_a_message_that_came_too_late_is_there_after_signing_in(person: Person) -> None:
    code = person.open()
    browser = person.browser
    browser.goto(person.root + COME_BACK[person.language] + "/")
    sign_in(browser, code)
    browser.goto(person.root + MINE[person.language] + "/messages/")
    browser.write("#text", WORDS)
    person.database("UPDATE cases_session SET until = '2020-01-01 00:00:00'")
    browser.go("main form:has(#text) button.button")
    browser.reload()
    sign_in(browser, code)
    assert browser.see("document.querySelector('#text').value") == WORDS
    browser.go("main form:has(#text) button.button")
    for _ in range(2):
        assert browser.see("document.querySelectorAll('.thread li.from-person').length") == 1
        browser.reload()
    browser.back()
    browser.until("document.querySelector('h1') !== null")
