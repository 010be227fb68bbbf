"""From the first question to being protected: three screens, three hundred words, eight taps at most.

Counted in a real Chromium at the size of a phone, in both languages and for each answer to the first
question. A screen is a page after the first question; words are those in sight in `main`, up to the heading
that says that it is done, with everything closed that can be opened; choosing a file in the phone's own
dialogue counts as two taps (the picture, done).
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from device_page import choose
from device_pictures import made
from playwright.sync_api import Browser, Page, expect
from running import Hotline, environment
from test_case_story_in_a_browser import LABELS
from test_pages_in_a_browser import visit

PHONE = (390, 844)
MOST_SCREENS, MOST_WORDS, MOST_TAPS = 3, 300, 8
PICKING = 2
UNTIL_DONE = """() => {
    const main = document.querySelector("main"), done = document.querySelector("#protected");
    if (done) return done.innerText;
    return main.innerText;
}"""


@pytest.fixture(scope="module")
def hotline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hotline]:
    """A hotline of this file's own."""
    process = Hotline(environment(tmp_path_factory.mktemp("screens")))
    yield process
    process.kill()


class Counted:
    """What one person had to see and do."""

    def __init__(self, page: Page) -> None:
        self.page, self.screens, self.taps = page, 0, 0
        self.words: list[int] = []

    def read(self) -> None:
        """Everything in sight."""
        assert self.page.locator("main details[open]").count() == 0
        text: str = self.page.evaluate(UNTIL_DONE)
        # A sign by itself, such as the ":" that French sets apart, is no word.
        self.words.append(sum(any(sign.isalnum() for sign in word) for word in text.split()))

    def press(self, what: str) -> None:
        """One press that leads to the next screen."""
        self.taps += 1
        with self.page.expect_navigation():
            self.page.locator(what).click()


@pytest.mark.parametrize("happening", ["shared", "threatened", "fake", "unsure"])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_being_protected_takes_three_screens_three_hundred_words_and_eight_taps(
    browser: Browser, hotline: Hotline, language: str, happening: str
) -> None:
    with visit(browser, PHONE) as seen:
        page, count = seen.page, Counted(seen.page)
        page.goto(f"{hotline.base_url}/{language}/")
        count.press("main a.button")
        count.read()
        count.press(f"button[value={happening}]")
        count.screens += 1
        count.read()
        count.press("button[value=adult]")
        count.screens += 1
        count.read()
        count.taps += 1 + PICKING
        choose(page, [made(0).payload], 1)
        expect(page.locator("[data-protect]")).to_have_text(LABELS[language]["open-one"])
        count.press("[data-protect]")
        count.screens += 1
        count.read()
        assert page.locator("#protected").inner_text() == LABELS[language]["protected"]
    total = sum(count.words)
    figures = f"{count.screens} screens, {total} words {count.words}, {count.taps} taps"
    print(f"{language}, {happening}: {figures}")  # noqa: T201 - what was counted
    assert count.screens <= MOST_SCREENS and total <= MOST_WORDS and count.taps <= MOST_TAPS
