"""Receipt, slip and card in a real Chromium: on paper, kept as text, and carried to a second device."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
import zxingcpp
from chromium import WORDS, violations
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from running import Hotline, environment
from test_case_story_in_a_browser import Story
from test_pages_in_a_browser import NARROW, WIDE, visit

SHOTS = Path(__file__).resolve().parents[4] / "artefacts" / "codes"
MINE = {"fr": "suivi", "en": "mine"}
ELSEWHERE = {
    "fr": ("L’ouvrir sur un autre appareil", "Montrer le QR code", "Ouvrir"),
    "en": ("Open it on another device", "Show the QR code", "Open"),
}


@pytest.fixture(scope="module")
def hotline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hotline]:
    """A hotline of this file's own."""
    process = Hotline(environment(tmp_path_factory.mktemp("codes")))
    yield process
    process.kill()


def look(page: Page, name: str, *, scripted: bool = True) -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    for (width, height), scheme in ((WIDE, "light"), (NARROW, "dark")):
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=scheme)
        page.screenshot(path=SHOTS / f"{name}-{width}.png", full_page=True)
        if scripted:
            assert violations(page) == []
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def printed(page: Page, name: str) -> str:
    """One sheet, A4 and A5; what stands on it."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.emulate_media(color_scheme="light", media="print")
    text = page.locator("body").inner_text()
    for paper in ("A4", "A5"):
        content = page.pdf(path=SHOTS / f"{name}-{paper}.pdf", format=paper)
        sheets = len(re.findall(rb"/Type\s*/Page\b(?!s)", content))
        assert sheets == 1, f"{name} on {paper}: {sheets} sheets"
    page.emulate_media(media="screen")
    return text


def handed_over(first: Page, second: Page, digits_wrong: str = "") -> None:
    """What the camera of the second device sees, and the six digits."""
    address = str(first.locator(".code-address").text_content()).strip()
    for scheme in ("dark", "light"):
        first.emulate_media(color_scheme=scheme)
        (code,) = zxingcpp.read_barcodes(Image.open(BytesIO(first.locator(".qr").screenshot())))
        assert code.text == address
    digits = first.locator(".digits").inner_text()
    second.goto(code.text)
    for typed in (digits_wrong, digits):
        if typed:
            second.locator("#digits").fill(typed)
            second.locator("main button[type=submit]").click()


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("how", ["scripted", "plain"])
def test_a_receipt_is_printed_kept_and_opened_on_a_second_device(
    browser: Browser, hotline: Hotline, how: str, language: str
) -> None:
    scripted = how == "scripted"
    options = {"java_script_enabled": scripted}
    with visit(browser, **options) as seen, visit(browser, NARROW, **options) as other:
        page = seen.page
        story = Story(seen, hotline, language, how, scripted=scripted)
        story.checks = False
        number, words = story.open()
        look(page, f"receipt-{language}-{how}", scripted=scripted)
        text = printed(page, f"receipt-{language}-{how}")
        assert number in text and all(word in text for word in words.split())
        assert f"127.0.0.1:{hotline.port}/{language}/" in text and ELSEWHERE[language][0] not in text
        if scripted:
            with page.expect_download() as download:
                page.locator("[data-keep-save]").click()
            saved = Path(download.value.path()).read_text(encoding="utf-8")
            assert number in saved and all(word in saved for word in words.split())
            page.locator("[data-keep-copy]").click()
            expect(page.locator("[data-keep-status]")).not_to_be_empty()
        else:
            assert not page.locator("[data-keep]").is_visible()
        page.get_by_role("button", name=ELSEWHERE[language][0]).click()
        look(page, f"elsewhere-{language}-{how}", scripted=scripted)
        handed_over(page, other.page, "123")
        assert other.page.locator(".code-value").first.inner_text() == number
        other.page.goto(f"{hotline.base_url}/{language}/{MINE[language]}/")
        assert other.page.url.endswith(f"/{MINE[language]}/")
        assert seen.complaints == [] and [c for c in other.complaints if "400" not in c] == []


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("how", ["scripted", "plain"])
def test_a_slip_and_a_card_are_printed_and_a_helper_comes_in_by_phone(
    browser: Browser, hotline: Hotline, how: str, language: str
) -> None:
    scripted = how == "scripted"
    options = {"java_script_enabled": scripted}
    with visit(browser, **options) as seen, visit(browser, NARROW, **options) as other:
        page = seen.page
        story = Story(seen, hotline, language, how, scripted=scripted)
        story.checks = False
        number, words = story.open()
        page.goto(f"{hotline.base_url}/{language}/" + {"fr": "revenir/", "en": "come-back/"}[language])
        page.locator("#number").fill(number)
        page.locator(WORDS).fill(words)
        page.locator("main button[type=submit]").first.click()
        root = f"{hotline.base_url}/{language}/{MINE[language]}"
        page.goto(f"{root}/" + {"fr": "secours/", "en": "spare/"}[language])
        page.locator("button[name=slip]").click()
        look(page, f"slip-{language}-{how}", scripted=scripted)
        assert page.locator(".code-value").first.inner_text() in printed(page, f"slip-{language}-{how}")
        page.goto(f"{root}/" + {"fr": "aides/", "en": "helpers/"}[language])
        page.locator("input[value=status]").check()
        page.locator("main form button.button").last.click()
        look(page, f"card-{language}-{how}", scripted=scripted)
        text = printed(page, f"card-{language}-{how}")
        assert page.locator(".card-sheet .code-value").first.inner_text() in text
        page.get_by_role("button", name=ELSEWHERE[language][1]).click()
        look(page, f"card-elsewhere-{language}-{how}", scripted=scripted)
        handed_over(page, other.page)
        look(other.page, f"part-{language}-{how}", scripted=scripted)
        assert other.page.locator("main").inner_text().count("\n") > 8
        assert other.page.url.endswith({"fr": "/suivi/ma-part/", "en": "/mine/part/"}[language])
        other.page.locator("main .inset a").click()
        look(other.page, f"own-code-{language}-{how}", scripted=scripted)
        own = printed(other.page, f"own-code-{language}-{how}")
        assert other.page.locator(".code.card .code-value").first.inner_text() in own
        trusted = {"fr": "personne-de-confiance/", "en": "trusted-person/"}[language]
        other.page.goto(f"{hotline.base_url}/{language}/{trusted}")
        look(other.page, f"trusted-{language}-{how}", scripted=scripted)
