"""The pages' desk and what it writes, as people meet them: both languages, wide, narrow, light and dark."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Literal

import chromium
import pytest
from chromium import staff_visit, violations
from desk_process import Desk
from playwright.sync_api import Browser, Page, expect

SHOTS = Path(__file__).resolve().parents[4] / "artefacts" / "pages-desk"
SCHEMES: tuple[Literal["light"], Literal["dark"]] = ("light", "dark")
SIZES = ((1280, 900), (320, 640))
DESK = {
    "overview": "",
    "contact": "contact/",
    "hours": "hours/",
    "legal": "legal/",
    "data": "data/",
    "accessibility": "accessibility/",
    "first": "first/",
    "helplines": "helplines/",
    "helpline": "helplines/3018/",
}
PUBLIC = {
    "who-we-are": {"fr": "/fr/qui-nous-sommes/", "en": "/en/who-we-are/"},
    "who-can-help": {"fr": "/fr/qui-peut-aider/", "en": "/en/who-can-help/"},
}
STATED = {
    "sites": {"fr": "/fr/sites-participants/", "en": "/en/sites-that-take-part/"},
    "accessibility": {"fr": "/fr/accessibilite/", "en": "/en/accessibility/"},
    "figures": {"fr": "/fr/en-chiffres/", "en": "/en/in-figures/"},
}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    process = Desk(tmp_path_factory.mktemp("pages"), Path(__file__).with_name("pages_world.py"))
    yield process
    process.end()
    assert "Traceback" not in process.errors, process.errors


@pytest.fixture(scope="module")
def browser(desk: Desk) -> Iterator[Browser]:
    with chromium.running() as chromium_browser:
        yield chromium_browser


def whole(page: Page, name: str) -> None:
    """It has no violation and no sideways scrolling at any width or light."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    for (width, height), scheme in product(SIZES, SCHEMES):
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=scheme)
        page.screenshot(path=SHOTS / f"{name}-{width}-{scheme}.png", full_page=True)
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("name", DESK)
def test_a_page_of_the_desk_is_whole(browser: Browser, desk: Desk, name: str, language: str) -> None:
    with staff_visit(browser, desk, desk.world["cookies"]["Dominique"], language) as page:
        page.goto(f"{desk.base}/staff/pages/{DESK[name]}")
        whole(page, f"{name}-{language}")


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_page_that_says_who_it_is_is_whole(
    browser: Browser, desk: Desk, name: str, language: str
) -> None:
    with staff_visit(browser, desk, language=language) as page:
        page.goto(f"{desk.base}{PUBLIC[name][language]}")
        expect(
            page.get_by_role("heading", name="Horaires" if language == "fr" else "Opening hours")
        ).to_be_visible()
        whole(page, f"{name}-{language}")


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("name", STATED)
def test_a_public_page_of_statements_is_whole(browser: Browser, desk: Desk, name: str, language: str) -> None:
    with staff_visit(browser, desk, language=language) as page:
        page.goto(f"{desk.base}{STATED[name][language]}")
        for summary in page.locator("summary").all()[:2]:
            summary.click()
        whole(page, f"public-{name}-{language}")


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_page_of_mail_to_a_member_is_whole(browser: Browser, desk: Desk, language: str) -> None:
    with staff_visit(browser, desk, desk.world["cookies"]["Ana"], language) as page:
        page.goto(f"{desk.base}/staff/mail/")
        whole(page, f"mail-{language}")


def test_a_preview_and_a_complaint_are_whole_and_what_was_typed_stays(browser: Browser, desk: Desk) -> None:
    with staff_visit(browser, desk, desk.world["cookies"]["Dominique"]) as page:
        page.goto(f"{desk.base}/staff/pages/hours/")
        page.get_by_label("Saturday").fill("24-7")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("alert")).to_contain_text("Write hours like 09:00-12:00")
        expect(page.get_by_label("Saturday")).to_have_value("24-7")
        whole(page, "hours-refused")
        page.get_by_label("Saturday").fill("10-16")
        page.get_by_role("button", name="Look at it first").click()
        expect(page.get_by_role("region", name="English")).to_contain_text("10:00–16:00")
        expect(page.get_by_role("region", name="Français")).to_contain_text("Samedi")
        expect(page.get_by_label("Saturday")).to_have_value("10-16")
        whole(page, "hours-preview")
