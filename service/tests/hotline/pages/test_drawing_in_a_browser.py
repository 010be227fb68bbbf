"""The drawing of how it works: ten seconds that nobody has to watch, and whole without them."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from test_pages_in_a_browser import NARROW, WIDE, visit

SHOTS = Path(__file__).resolve().parents[4] / "artefacts" / "pages"
ADDRESSES = {"fr": "/fr/", "en": "/en/"}
RUNNING = "() => document.getAnimations().filter(each => each.effect.target.closest('.drawing')).length"
ENDS = """() => Math.max(...document.getAnimations().map(each => each.effect.getComputedTiming().endTime))"""
HIDDEN = """() => [...document.querySelectorAll(".drawing svg :is(path, rect, circle, g)")]
    .filter(each => !each.matches(".scan") && Number(getComputedStyle(each).opacity) < 0.5)
    .length"""


def still(page: Page) -> bool:
    return page.evaluate(RUNNING) == 0 and page.evaluate(HIDDEN) == 0


@pytest.mark.parametrize("scripted", [True, False])
def test_it_lasts_ten_seconds_once_and_can_be_held_still_without_script(
    browser: Browser, site: str, scripted: bool
) -> None:
    with visit(browser, NARROW, java_script_enabled=scripted, reduced_motion="no-preference") as seen:
        page = seen.page
        page.goto(f"{site}/en/")
        assert page.evaluate(RUNNING) > 5 and page.evaluate(ENDS) == 10_000
        page.get_by_label("Hold the drawing still").check()
        assert still(page)
        page.get_by_label("Hold the drawing still").uncheck()
        assert page.evaluate(RUNNING) > 5


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("how", ["reduced", "print"])
def test_where_nothing_may_move_it_is_whole(browser: Browser, site: str, how: str, language: str) -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    motion = "reduce" if how == "reduced" else "no-preference"
    with visit(browser, WIDE, reduced_motion=motion) as seen:
        page = seen.page
        page.goto(site + ADDRESSES[language])
        if how == "print":
            page.emulate_media(media="print")
        assert still(page) and not page.locator(".still").is_visible()
        page.locator(".drawing").screenshot(path=SHOTS / f"drawing-{language}-{how}.png")


@pytest.mark.parametrize("language", ["fr", "en"])
def test_each_part_is_told_in_words_too(browser: Browser, site: str, language: str) -> None:
    with visit(browser) as seen:
        page = seen.page
        page.goto(site + ADDRESSES[language])
        pictures = page.locator(".drawing").get_by_role("img")
        assert pictures.count() == 3 == page.locator(".drawing li p").count()
        labels = [each.get_attribute("aria-label") or "" for each in pictures.all()]
        assert all("chat" in each or "cat" in each for each in labels) and len(set(labels)) == 3
        assert page.locator(".drawing [style], .drawing script").count() == 0
