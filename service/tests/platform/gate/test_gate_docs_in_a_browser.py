"""The page of the gate's channels in a real browser: both languages, wide and narrow, light and dark."""

import threading
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Literal
from wsgiref.simple_server import WSGIRequestHandler, make_server

import chromium
import pytest
from chromium import violations
from django.core.wsgi import get_wsgi_application
from django.test import override_settings
from playwright.sync_api import Browser
from quiet_requests import quiet_requests

from repit.platform.integrations.icap.replies import refused
from repit.platform.integrations.sockets.examiner import Refused

SHOTS = Path(__file__).resolve().parents[4] / "artefacts" / "pages"
WIDE, NARROW = (1280, 900), (320, 640)
SCHEMES: tuple[Literal["light"], Literal["dark"]] = ("light", "dark")
TITLES = {"fr": "Les canaux de ce filtre", "en": "The channels of this gate"}


class Quiet(WSGIRequestHandler):
    def log_message(self, *_arguments: object) -> None:
        pass


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """The project's application on loopback; `browser` stands on it and is gone before it closes."""
    with quiet_requests(), override_settings(ALLOWED_HOSTS=["127.0.0.1"]):
        application = get_wsgi_application()
        with make_server("127.0.0.1", 0, application, handler_class=Quiet) as server:
            thread = threading.Thread(
                target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
            )
            thread.start()
            yield f"http://127.0.0.1:{server.server_port}"
            server.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def browser(site: str) -> Iterator[Browser]:
    with chromium.running() as started:
        yield started


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_page_of_channels_has_no_violation_at_any_width_or_light(
    browser: Browser, site: str, language: str
) -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    context = browser.new_context(viewport={"width": WIDE[0], "height": WIDE[1]}, locale=language)
    try:
        page = context.new_page()
        requests: list[str] = []
        complaints: list[str] = []
        page.on("request", lambda request: requests.append(request.url))
        page.on("console", lambda message: message.type == "error" and complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        answer = page.goto(f"{site}/docs")
        assert answer is not None
        assert answer.status == 200
        assert page.locator("html").get_attribute("lang") == language
        assert page.get_by_role("heading", level=1).inner_text() == TITLES[language]
        assert any("/http_api/docs." in url for url in requests)
        for (width, height), scheme in product((WIDE, NARROW), SCHEMES):
            page.set_viewport_size({"width": width, "height": height})
            page.emulate_media(color_scheme=scheme)
            page.screenshot(path=SHOTS / f"gate-docs-{language}-{width}-{scheme}.png", full_page=True)
            assert violations(page) == []
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert all(url.startswith(f"{site}/") for url in requests)
        assert complaints == []
        assert context.cookies() == []
    finally:
        context.close()


def test_the_keyboard_reaches_the_link_and_every_example(browser: Browser, site: str) -> None:
    context = browser.new_context(viewport={"width": NARROW[0], "height": NARROW[1]}, locale="en")
    try:
        page = context.new_page()
        page.goto(f"{site}/docs")
        met = []
        for _ in range(1 + page.locator("pre").count()):
            page.keyboard.press("Tab")
            met.append(page.evaluate("document.activeElement.tagName"))
        assert met == ["A", *["PRE"] * (len(met) - 1)]
    finally:
        context.close()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_page_of_refusal_has_no_violation_at_any_width_or_light(browser: Browser, language: str) -> None:
    message = refused('ISTag: "a"', Refused("Repit.known", "a-number"), language=language, closes=True)
    html = message.split(b"\r\n\r\n", 2)[2].partition(b"\r\n")[2].removesuffix(b"\r\n0\r\n\r\n").decode()
    context = browser.new_context(locale=language)
    try:
        page = context.new_page()
        page.set_content(html)
        assert page.locator("html").get_attribute("lang") == language
        for (width, height), scheme in product((WIDE, NARROW), SCHEMES):
            page.set_viewport_size({"width": width, "height": height})
            page.emulate_media(color_scheme=scheme)
            page.screenshot(path=SHOTS / f"gate-refused-{language}-{width}-{scheme}.png")
            assert violations(page) == []
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    finally:
        context.close()
