"""A real Chromium on the real pages.

`site` serves the project's WSGI application on loopback from a thread; `browser` is Debian's Chromium, driven
by Playwright. Both live for one module: Playwright keeps an event loop in the thread that started it, which
Django's database layer takes for asynchronous code, so it must be gone before other tests run.
"""

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

import chromium
import pytest
from chromium import leave_out, program
from django.core.wsgi import get_wsgi_application
from django.test import override_settings
from playwright.sync_api import Browser
from quiet_requests import quiet_requests

WITHOUT_BROWSER = os.environ.get("REPIT_WITHOUT_BROWSER") == "1"
SHOTS = Path(__file__).resolve().parents[4] / "artefacts" / "pages"
FIREFOX_NAMES = ("firefox-esr", "firefox")
left_out: list[str] = []


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the browser tests out when asked to, Firefox's where there is none; the report says so."""
    if WITHOUT_BROWSER:
        left_out.extend(leave_out(config, items, "browser"))
    if WITHOUT_BROWSER or program(FIREFOX_NAMES) is None:
        left_out.extend(leave_out(config, items, "firefox"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if left_out:
        terminalreporter.section("left out")
        terminalreporter.line(
            f"{len(left_out)} page tests were left out (REPIT_WITHOUT_BROWSER=1, or no Firefox):"
        )
        for name in left_out:
            terminalreporter.line(f"  {name}")


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_arguments: object) -> None:
        pass


class _Server(ThreadingMixIn, WSGIServer):
    """One thread a connection, each joined when the server closes (the browser is gone by then)."""

    request_queue_size = 64


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """The address of the running site."""
    with quiet_requests(), override_settings(ROOT_URLCONF="pages_urls", ALLOWED_HOSTS=["127.0.0.1"]):
        # WhiteNoise serves the static files, under the site's own headers, as in service.
        application = get_wsgi_application()
        server = _Server(("127.0.0.1", 0), _Quiet)
        server.set_app(application)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


@pytest.fixture(scope="module")
def browser(site: str) -> Iterator[Browser]:
    """Chromium. It stands on `site`: it is gone, with its connections, before the server closes."""
    with chromium.running() as chromium_browser:
        yield chromium_browser


@pytest.fixture
def firefox() -> str:
    """The path of Debian's Firefox; a test that wants it is left out where there is none."""
    found = program(FIREFOX_NAMES)
    if found is None:
        pytest.fail("Firefox is missing (Debian: apt install firefox-esr).")
    return found
