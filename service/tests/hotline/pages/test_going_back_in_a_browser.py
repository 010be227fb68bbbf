"""Reload, Back, a tab thrown away, a double press, a session that ended, an answer that never came: in a real
Chromium on a real hotline, in French and English, narrow, with script and without."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from chromium import WORDS as THE_WORDS
from cutting import cutting
from playwright.sync_api import Browser, Page, expect
from running import Hotline, environment
from test_case_story_in_a_browser import Story
from test_pages_in_a_browser import NARROW, visit

SHOTS = Path(__file__).resolve().parents[4] / "artefacts" / "back"
BOTH_WAYS = pytest.mark.parametrize("how", ["scripted", "plain"])
LANGUAGES = pytest.mark.parametrize("language", ["fr", "en"])
START = {"en": "start", "fr": "commencer"}
RECEIPT = {"en": "receipt", "fr": "recepisse"}
MINE = {"en": "mine", "fr": "suivi"}
ELSEWHERE = "https://www.wikipedia.org/"
WORDS = "Il m'a écrit hier soir.\nQue puis-je faire ?"


@pytest.fixture(scope="module")
def hotline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hotline]:
    """A hotline of this file's own, behind one proxy, where each address may open two cases in an hour."""
    env = environment(tmp_path_factory.mktemp("back"))
    process = Hotline({**env, "REPIT_PROXIES": "1", "REPIT_SUBMISSIONS_PER_HOUR": "2"})
    yield process
    process.kill()


@contextmanager
def at(browser: Browser, hotline: Hotline, language: str, how: str, label: str, **options: Any):
    """A person at a narrow screen, about to open a case."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    scripted = how == "scripted"
    with visit(browser, NARROW, java_script_enabled=scripted, **options) as seen:
        story = Story(seen, hotline, language, label, scripted=scripted)
        story.checks = False
        seen.page.route(ELSEWHERE, lambda route: route.fulfill(body="elsewhere"))
        yield story


def database(hotline: Hotline, statement: str) -> list[tuple[Any, ...]]:
    with (
        closing(sqlite3.connect(Path(hotline.env["REPIT_DATA"]) / "hotline.sqlite3", timeout=60)) as base,
        base,
    ):
        return base.execute(statement).fetchall()


def end_sessions(hotline: Hotline) -> None:
    """Half an hour passes."""
    database(hotline, "UPDATE cases_session SET until = '2020-01-01 00:00:00'")


def cases(hotline: Hotline) -> int:
    return database(hotline, "SELECT count(*) FROM cases_case")[0][0]


def code_on(page: Page) -> tuple[str, str]:
    number = page.locator(".code-value").first.inner_text()
    return number, " ".join(page.locator(".words li").all_inner_texts())


def shot(page: Page, name: str) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.screenshot(path=SHOTS / f"{name}.png", full_page=True)


def restored(browser: Browser, page: Page, how: str) -> Any:
    """The same address in a new tab of the same browser: nothing but the address and the cookies is left."""
    state = {"cookies": page.context.cookies(), "origins": []}
    return visit(browser, NARROW, java_script_enabled=how == "scripted", storage_state=state)


@LANGUAGES
@BOTH_WAYS
def test_the_receipt_survives_a_reload_and_a_tab_thrown_away(
    browser: Browser, hotline: Hotline, how: str, language: str
) -> None:
    with at(browser, hotline, language, how, "receipt") as story:
        code, page = story.open(), story.page
        shot(page, f"receipt-{language}-{how}")
        address = f"{hotline.base_url}/{language}/{RECEIPT[language]}/"
        assert page.url == address
        for _ in range(2):
            answer = page.reload()
            assert answer is not None and answer.request.method == "GET" and code_on(page) == code
        with restored(browser, page, how) as tab:
            tab.page.goto(address)
            assert code_on(tab.page) == code
            tab.page.get_by_role("button", name=story.labels["try"]).click()
            tab.page.locator(THE_WORDS).wait_for()  # a page that is still on its way cannot be loaded again
            tab.page.reload()
            assert tab.page.locator(THE_WORDS).is_visible()
            tab.page.go_back()
            assert code_on(tab.page) == code
        story.practise(*code)
        assert page.goto(address).status == 410
        shot(page, f"over-{language}-{how}")


@LANGUAGES
def test_back_from_the_receipt_leads_to_the_receipt_and_never_to_a_question_of_the_browser(
    browser: Browser, hotline: Hotline, language: str
) -> None:
    with at(browser, hotline, language, "scripted", "back") as story:
        code, page, before = story.open(), story.page, cases(hotline)
        for _question in ("device", "who"):
            page.go_back()
            page.wait_for_url(f"**/{RECEIPT[language]}/")
            assert code_on(page) == code
        page.go_forward()
        assert code_on(page) == code and cases(hotline) == before


@LANGUAGES
def test_back_and_reload_among_the_questions_keep_every_answer(
    browser: Browser, hotline: Hotline, language: str
) -> None:
    with at(browser, hotline, language, "scripted", "steps") as story:
        page, labels = story.page, story.labels
        page.goto(f"{hotline.base_url}/{language}/{START[language]}/")
        with page.expect_navigation():
            page.locator("button[value=threatened]").click()
        story.controls.button(labels["adult"])
        expect(page.locator("form[data-step=device]")).to_be_visible()
        for step, kept in (("who", ".steps.short"), ("happening", ".doors")):
            page.go_back()
            expect(page.locator(f"form[data-step={step}]")).to_be_visible()
            page.reload()
            expect(page.locator(f"form[data-step={step}]")).to_be_visible()
            expect(page.locator(kept)).to_be_visible()
        for step in ("who", "device"):
            page.go_forward()
            expect(page.locator(f"form[data-step={step}]")).to_be_visible()
        # The first answer is kept: it left open whether the picture is real.
        expect(page.locator("input[name=kind]:visible")).to_have_count(2)
        assert page.context.cookies() == [] and page.evaluate("localStorage.length") == 0
        kept = page.evaluate("JSON.stringify({...sessionStorage}) + JSON.stringify(history.state)")
        assert "threatened" not in kept and "adult" not in kept


def test_leaving_quickly_ends_what_back_would_show(browser: Browser, hotline: Hotline) -> None:
    with at(browser, hotline, "en", "scripted", "exit") as story:
        page, labels = story.page, story.labels
        page.goto(f"{hotline.base_url}/en/start/")
        with page.expect_navigation():
            page.locator("button[value=threatened]").click()
        expect(page.locator(".steps.short")).to_be_visible()
        page.get_by_role("link", name=labels["leave"]).last.click()
        page.wait_for_url(ELSEWHERE)
        page.go_back()
        expect(page.locator("form[data-step=happening]")).to_be_visible()
        assert page.locator(".steps.short").count() == 0


def test_a_question_kept_in_the_browser_s_memory_of_pages_is_shown_no_more_after_leaving(
    browser: Browser, hotline: Hotline
) -> None:
    with at(browser, hotline, "en", "scripted", "memory") as story:
        page, labels = story.page, story.labels
        page.goto(f"{hotline.base_url}/en/start/")
        story.controls.button(labels["shared"])
        shown_again = "window.dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))"
        page.evaluate(shown_again)
        expect(page.locator("form[data-step=who]")).to_be_visible()
        page.evaluate("sessionStorage.clear()")
        page.evaluate(shown_again)
        expect(page.locator("form[data-step=happening]")).to_be_visible()


@BOTH_WAYS
def test_leaving_quickly_from_the_receipt_or_any_page_after_it_ends_the_receipt(
    browser: Browser, hotline: Hotline, how: str
) -> None:
    for page_after in ("", "en/first-steps/", "en/practise/"):
        with at(browser, hotline, "en", how, "exit") as story:
            code, page = story.open(), story.page
            cookies = page.context.cookies()
            if page_after:
                page.goto(f"{hotline.base_url}/{page_after}")
            page.get_by_role("link", name=story.labels["leave"]).last.click()
            page.wait_for_url(ELSEWHERE)
            assert page.context.cookies() == []
            page.context.add_cookies(cookies)  # whatever a browser may have kept of it
            assert page.goto(f"{hotline.base_url}/en/receipt/").status == 410
            assert code[1].split()[0] not in page.locator("main").inner_text().split()


@pytest.mark.parametrize("lost", ["POST /{0}/{1}/", "POST /{0}/{1}/?again", "GET /{0}/{2}/"])
@BOTH_WAYS
def test_an_answer_that_never_came_is_asked_for_again_and_is_the_same_receipt(
    browser: Browser, hotline: Hotline, how: str, lost: str
) -> None:
    language = "fr" if how == "plain" else "en"
    cut = lost.format(language, START[language], RECEIPT[language])
    with cutting(hotline.base_url) as site, at(browser, hotline, language, how, "cut") as story:
        page, before = story.page, cases(hotline)
        story.hotline = site  # type: ignore[assignment]
        story.answer_all()
        site.cut = cut
        with page.expect_event("requestfailed"):
            page.get_by_role("button", name=story.last).click(no_wait_after=True)
        page.wait_for_url("chrome-error://**")
        assert site.done.is_set()
        assert cases(hotline) == before + 1
        site.cut = ""
        page.reload()
        page.wait_for_url(f"**/{RECEIPT[language]}/")
        code = code_on(page)
        assert cases(hotline) == before + 1
        page.reload()
        story.practise(*code)


@BOTH_WAYS
def test_a_double_press_opens_one_case_and_writes_one_message(
    browser: Browser, hotline: Hotline, how: str
) -> None:
    with at(browser, hotline, "en", how, "double") as story:
        page, labels, before = story.page, story.labels, cases(hotline)
        story.answer_all()
        twice(page, story.last, "**/receipt/")
        assert cases(hotline) == before + 1
        code = code_on(page)
        story.controls.button(labels["try"])
        page.locator("#number").fill(code[0])
        page.locator(THE_WORDS).fill(code[1])
        twice(page, labels["check"], "**/mine/**")
        page.goto(f"{hotline.base_url}/en/mine/messages/")
        page.locator("#text").fill("once")
        twice(page, labels["send"], "**/mine/messages/")
        page.reload()
        assert page.locator(".thread li.from-person").count() == 1
        page.goto(f"{hotline.base_url}/en/mine/helpers/")
        page.get_by_label(labels["may"]).check()
        twice(page, labels["make"], "**/mine/code/")
        page.goto(f"{hotline.base_url}/en/mine/helpers/")
        assert page.locator(".items > li").count() == 1
        page.goto(f"{hotline.base_url}/en/mine/spare/")
        twice(page, "Make a new receipt", "**/receipt/")
        new = code_on(page)
        assert new[0] != code[0]
        page.reload()
        story.practise(*new)


def twice(page: Page, name: str, then: str) -> None:
    """Two presses so close that the second comes before the first one's answer."""
    page.evaluate("document.documentElement.dataset.old = 1")
    page.get_by_role("button", name=name, exact=True).dblclick(no_wait_after=True)
    expect(page.locator("html[data-old]")).to_have_count(0)
    page.wait_for_url(then)


@LANGUAGES
@BOTH_WAYS
def test_a_message_written_when_the_session_had_ended_is_there_after_signing_in(
    browser: Browser, hotline: Hotline, how: str, language: str
) -> None:
    with at(browser, hotline, language, how, "late") as story:
        page, labels = story.page, story.labels
        code = story.open()
        story.practise(*code)
        page.goto(f"{hotline.base_url}/{language}/{MINE[language]}/messages/")
        page.locator("#text").fill(WORDS)
        end_sessions(hotline)
        story.controls.button(labels["send"])
        shot(page, f"signed-out-{language}-{how}")
        assert page.reload().request.method == "GET"
        with restored(browser, page, how) as tab:
            tab.page.goto(page.url)
            sign_in(tab.page, (code[0], "able accent acorn actor adobe acre advice aerial"))
            sign_in(tab.page, code)
            assert tab.page.locator("#text").input_value() == WORDS
            shot(tab.page, f"words-{language}-{how}")
            tab.page.reload()
            assert tab.page.locator("#text").input_value() == WORDS
            assert tab.page.locator(".thread li.from-person").count() == 0
            tab.page.get_by_role("button", name=labels["send"], exact=True).click()
            expect(tab.page.locator(".thread li.from-person")).to_have_count(1)
            assert tab.page.locator("#text").input_value() == ""
            tab.page.go_back()
            assert tab.page.locator("h1").is_visible()


def sign_in(page: Page, code: tuple[str, str]) -> None:
    page.locator("#number").fill(code[0])
    page.locator(THE_WORDS).fill(code[1])
    with page.expect_navigation():
        page.locator("main button.button").click()


@BOTH_WAYS
def test_the_page_for_one_case_too_many_keeps_its_answers_and_goes_on_from_elsewhere(
    browser: Browser, hotline: Hotline, how: str
) -> None:
    language = "en" if how == "plain" else "fr"
    address = {"X-Forwarded-For": "203.0.113.7" if how == "plain" else "203.0.113.8"}
    for _ in range(2):
        with at(browser, hotline, language, how, "limit", extra_http_headers=address) as story:
            story.open()
    with at(browser, hotline, language, how, "limit", extra_http_headers=address) as story:
        page, before = story.page, cases(hotline)
        hashes = story.answer_all()
        story.send()
        assert page.locator("#error-summary").is_visible() and cases(hotline) == before
        shot(page, f"limit-{language}-{how}")
        held = page.locator("textarea[name=hashes]")
        assert json.loads(hashes)["items"][0]["hashes"] == (
            json.loads(held.input_value())[0]["hashes"]
            if how == "scripted"
            else json.loads(held.input_value())["items"][0]["hashes"]
        )
        page.set_extra_http_headers({"X-Forwarded-For": "198.51.100.20"})
        story.send()
        page.wait_for_url(f"**/{RECEIPT[language]}/")
        assert cases(hotline) == before + 1
