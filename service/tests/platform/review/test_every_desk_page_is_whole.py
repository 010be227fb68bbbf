"""Every page of a gate's staff area: at any width, in light and dark, with text twice as large.

PAGE_SHOTS=1 keeps a picture of each variant in artefacts/pages/walk.
"""

import pytest
from chromium import LANGUAGES, staff_visit
from desk_process import Desk
from page_measures import whole
from page_walk import walked
from playwright.sync_api import Browser


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("who", ["moderator", "supervisor"])
def test_every_page_of_the_desk_is_whole(browser: Browser, desk: Desk, who: str, language: str) -> None:
    found: list[str] = []
    met = set()
    with staff_visit(browser, desk, desk.world["cookies"][who], language) as page:
        for name in walked(page, desk.base, language, "/staff/"):
            met.add(name)
            found += whole(page, f"gate-{who}-{language}-{name}", person=False)
    assert found == []
    assert {"review-queue", "staff-home"} <= met
