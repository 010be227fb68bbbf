"""Eight boxes for eight words in a real Chromium: each is checked on the device, before anything is sent."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from chromium import WORDS, violations
from playwright.sync_api import Browser, Page, expect
from running import Hotline, case_body, environment
from test_entering_a_code import EIGHT
from test_pages_in_a_browser import NARROW, SHOTS, WIDE, visit

from repit.hotline.cases import misspelt, words

BACK = {"fr": "revenir/", "en": "come-back/"}


@pytest.fixture(scope="module")
def hotline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hotline]:
    """A hotline of this file's own."""
    process = Hotline(environment(tmp_path_factory.mktemp("entering")))
    yield process
    process.kill()


@pytest.fixture(scope="module")
def receipt(hotline: Hotline) -> tuple[str, list[str]]:
    """A case's number and its French words."""
    status, answer = hotline.call("POST", "/api/v1/cases", case_body("ab" * 32))
    assert status == 201, answer
    return answer["number"], answer["words"]["fr"]


def boxes(page: Page) -> list[str]:
    return [page.locator(f"#words-{at}").input_value() for at in range(1, 9)]


def look(page: Page, name: str) -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    for (width, height), scheme in ((WIDE, "light"), (NARROW, "dark")):
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=scheme)
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        page.screenshot(path=SHOTS / f"{name}-{width}.png", full_page=True)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_words_are_typed_pasted_and_mended_in_eight_boxes(browser: Browser, site: str, language: str) -> None:
    with visit(browser) as seen:
        page = seen.page
        page.goto(f"{site}/{language}/{BACK[language]}")
        first = page.locator(WORDS)
        first.focus()
        page.keyboard.type("abord abri ")
        assert boxes(page)[:3] == ["abord", "abri", ""]
        expect(page.locator("#words-3")).to_be_focused()
        page.keyboard.type("abzolu")
        expect(page.locator(".boxes-status")).to_contain_text("absolu")
        page.keyboard.press("Tab")
        page.keyboard.press("Shift+Tab")
        look(page, f"entering-{language}")
        page.get_by_role("button", name="absolu").click()
        expect(page.locator("#words-3-error")).to_be_hidden()
        expect(page.locator("#words-4")).to_be_focused()
        page.locator("#words-5").fill(EIGHT.upper().replace(" ", "\n"))
        assert boxes(page) == EIGHT.split()
        expect(page.locator("#words-8")).to_be_focused()
        page.keyboard.press("Control+A")
        page.keyboard.press("Delete")
        page.keyboard.press("Backspace")
        expect(page.locator("#words-7")).to_be_focused()
        # Sixteen characters are seen for what they are.
        first.fill("ABCD-EF6H-JKMN-PQRS")
        expect(page.locator("#words")).to_have_value("ABCD-EF6H-JKMN-PQRS")
        look(page, f"entering-characters-{language}")
        # The page, its files and, whenever the browser gets to it, its icon.
        assert len([url for url in seen.requests if not url.endswith(".svg")]) == 6, seen.requests
        assert seen.complaints == []


def test_a_missing_and_an_unknown_word_are_held_up_before_anything_is_sent(
    browser: Browser, site: str
) -> None:
    with visit(browser) as seen:
        page = seen.page
        page.goto(f"{site}/fr/revenir/")
        page.locator("#number").fill("00000-00000")
        page.locator(WORDS).fill(EIGHT)
        page.locator("#words-3").fill("")
        sent = len(seen.requests)
        page.locator("main button[type=submit]").first.click()
        expect(page.locator(".boxes-status")).to_contain_text("Mots notés : 7")
        expect(page.locator(".boxes-status")).to_contain_text("Le mot 3 manque.")
        expect(page.locator("#words-3")).to_be_focused()
        look(page, "entering-missing-fr")
        assert len(seen.requests) == sent


def test_the_script_and_the_service_read_and_hint_alike(browser: Browser, site: str) -> None:
    shown, retired = words.listed("fr")[::40], list(words.retired("fr"))[::20]
    tried = [*shown, *(word[:4] for word in shown), *(word + "s" for word in shown), *retired]
    tried += [word[:2] + "x" + word[3:] for word in shown] + [word[1] + word[0] + word[2:] for word in shown]
    with visit(browser) as seen:
        page = seen.page
        page.goto(f"{site}/fr/revenir/")
        page.locator(WORDS).fill(" ".join(EIGHT.split()[1:]))
        found = {}
        for word in tried:
            page.evaluate(
                """word => { const box = document.getElementById('words-8');
                box.value = word; box.dispatchEvent(new FocusEvent('blur')); }""",
                word,
            )
            found[word] = page.evaluate(
                """() => { const error = document.getElementById('words-8-error');
                return error.hidden ? null : error.nextElementSibling.value; }"""
            )
    known = {word: any(words.is_word(word, language) for language in words.LANGUAGES) for word in tried}
    assert json.loads(json.dumps(found)) == {
        word: None if known[word] else misspelt.nearest(word, "fr") for word in tried
    }


@pytest.mark.parametrize("scripted", [True, False])
def test_one_wrong_word_one_missing_word_and_then_the_case(
    browser: Browser, hotline: Hotline, receipt: tuple[str, list[str]], scripted: bool
) -> None:
    number, right = receipt
    wrong = [*right[:2], "zzzz", *right[3:]]
    with visit(browser, NARROW, java_script_enabled=scripted) as seen:
        page = seen.page
        page.goto(f"{hotline.base_url}/fr/suivi/messages/")
        page.locator("#number").fill(number.lower())
        open_it = page.locator("main button[type=submit]").first
        for typed, text in (
            (" ".join(wrong), "Le mot 3 n’est pas dans la liste"),
            (" ".join(right[:7]), "mots"),
        ):
            page.locator(WORDS).fill("")
            if scripted:
                for at in range(2, 9):
                    page.locator(f"#words-{at}").fill("")
            page.locator(WORDS).fill(typed)
            open_it.click()
            expect(page.locator("main")).to_contain_text(text)
            assert page.url.endswith("/fr/revenir/")
        assert page.locator("#number").input_value() == number.lower()
        if scripted:
            page.locator("#words-8").fill(right[7])
        else:
            page.screenshot(path=SHOTS / "entering-plain-fr.png", full_page=True)
            assert page.locator("#words").input_value() == " ".join(right[:7])
            page.locator("#words").fill(" ".join(right))
        open_it.click()
        page.wait_for_url("**/fr/suivi/")


def test_listed_words_that_open_nothing_are_marked_in_sight_and_the_summary_leads_to_the_first_box(
    browser: Browser, hotline: Hotline, receipt: tuple[str, list[str]]
) -> None:
    with visit(browser, NARROW) as seen:
        page = seen.page
        page.goto(f"{hotline.base_url}/fr/revenir/")
        page.locator("#number").fill(receipt[0])
        page.locator(WORDS).fill(EIGHT)
        page.locator("main button[type=submit]").first.click()
        summary = page.get_by_role("alert")
        expect(summary).to_be_focused()
        message = page.locator(".amiss")
        assert message.inner_text() == summary.get_by_role("link").inner_text()
        group = page.get_by_role("group", name="Les huit mots")
        expect(group).to_have_accessible_description(message.inner_text())
        summary.get_by_role("link").click()
        expect(page.locator(WORDS)).to_be_focused()
        expect(message).to_be_in_viewport(ratio=1)
        assert boxes(page) == EIGHT.split()
        look(page, "entering-opens-nothing-fr")
        # Whoever goes on with the sixteen characters finds it there, and is led there.
        page.get_by_role("button", name="seize caractères").click()
        expect(page.locator("#words")).to_be_focused()
        expect(message).to_be_in_viewport()
        expect(page.locator("#words")).to_have_accessible_description(
            re.compile(re.escape(message.inner_text()))
        )
        page.locator("#number").focus()
        summary.get_by_role("link").click()
        expect(page.locator("#words")).to_be_focused()
