"""Debian's Chromium, driven by Playwright, and what axe finds on a page: shared by every test of pages.

In: nothing. Out: a browser, its visits. Next: the tests. A browser lives for one module: Playwright keeps an
event loop in the thread that started it, which Django's database layer takes for asynchronous code, so it
must be gone before other tests run.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

if TYPE_CHECKING:
    from desk_process import Desk

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
TIMEOUT = 20_000
"""Milliseconds for whatever a busy machine does slowly."""
LANGUAGES = {"fr": "fr-FR", "en": "en-GB"}
WORDS = "main :is(#words, #words-1):visible"
"""Where the words of a code are typed: the first of eight boxes, or the one field without script."""


def program(names: tuple[str, ...]) -> str | None:
    """Where the first of these programs lies."""
    return next((path for name in names if (path := shutil.which(name))), None)


def leave_out(config: pytest.Config, items: list[pytest.Item], fixture: str) -> list[str]:
    """Take the tests that use a fixture out of a run; their names, which the report is to say."""
    driven = [item for item in items if fixture in getattr(item, "fixturenames", ())]
    items[:] = [item for item in items if item not in driven]
    config.hook.pytest_deselected(items=driven)
    return [item.nodeid for item in driven]


@contextmanager
def running() -> Iterator[Browser]:
    """A Chromium; a machine without one fails and says what to install."""
    found = program(NAMES)
    if found is None:
        pytest.fail("Chromium is missing (Debian: apt install chromium), or set REPIT_WITHOUT_BROWSER=1.")
    expect.set_options(timeout=TIMEOUT)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, headless=True, args=FLAGS)
        yield chromium
        chromium.close()


def violations(page: Page) -> list[str]:
    """What axe finds on the page as it stands; the page's own policy (no eval, trusted types) holds."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(Axe().axe_script)
    found = page.evaluate(
        "axe.run(document, {resultTypes: ['violations']}).then(({violations}) => violations)"
    )
    return [f"{each['id']}: {each['help']}: {[node['html'] for node in each['nodes']]}" for each in found]


@contextmanager
def staff_visit(
    browser: Browser, desk: Desk, cookie: str = "", language: str = "en", **options: Any
) -> Iterator[Page]:
    """A page of a context of its own, signed in where a session's cookie is given."""
    context = browser.new_context(locale=LANGUAGES[language], **options)
    context.set_default_timeout(TIMEOUT)
    if cookie:
        context.add_cookies(
            [{"name": "repit_staff", "value": cookie, "domain": "localhost", "path": "/staff/"}]
        )
    try:
        yield context.new_page()
    finally:
        context.close()
