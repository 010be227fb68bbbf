"""What a browser keeps of the person's pages: the heavy files of the device, until a way out is taken."""

import logging
from contextlib import suppress
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, Error, Page
from test_pages_in_a_browser import visit
from visitors import hidden, post, signed_in

from repit.foundation.kept.models import Kept
from repit.foundation.web.static_files import StaticFiles
from repit.hotline.cases.models import Session

HEAVY = {"device.css", "device.js", "worker.js", "video-worker.js"}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that were asked of the server, which runs in this process."""
    paths: list[str] = []
    plain = StaticFiles.serve

    def serve(file: Any, request: Any) -> Any:
        first, *_digits, last = request.path.rsplit("/", 1)[-1].split(".")
        paths.append(f"{first}.{last}")
        return plain(file, request)

    monkeypatch.setattr(StaticFiles, "serve", staticmethod(serve))
    return paths


def opened(page: Page, address: str, asked: list[str]) -> set[str]:
    """The page, and which of its files the browser had to ask for."""
    asked.clear()
    with page.expect_request("**/device/worker.*.js"):
        page.goto(address)
    page.wait_for_load_state("networkidle")
    return set(asked)


def test_the_heavy_files_come_once_and_leaving_quickly_empties_the_browser_of_them(
    browser: Browser, site: str, asked: list[str]
) -> None:
    with visit(browser) as seen:
        device = f"{site}/en/device/"
        assert opened(seen.page, device, asked) > HEAVY
        # The device's question, as whoever never signed in meets it: no cookie is there.
        seen.page.goto(f"{site}/en/start/")
        for name in ("threatened", "adult"):
            seen.page.locator(f"button[value={name}]").click()
        seen.page.locator("form[data-step=device]").wait_for()
        seen.page.wait_for_load_state("networkidle")
        again = opened(seen.page, device, asked)
        assert "page.css" in again and not again & HEAVY
        assert seen.page.context.cookies() == []
        with suppress(Error):  # it leads to another site, which cannot be reached from here
            seen.page.locator("a.exit-link").click()
        seen.page.wait_for_url("chrome-error://**")
        assert opened(seen.page, device, asked) > HEAVY


@pytest.mark.django_db
def test_every_way_out_has_the_browser_forget_its_copies() -> None:
    person, _code = signed_in()
    form = hidden(person.client.get("/en/mine/"), "form")
    out = post(person.client, "/en/mine/out/", {"form": form})
    for answer in (out, Client().get("/en/x/"), Client().get("/en/done/")):
        assert '"cache"' in answer.headers["Clear-Site-Data"]


@pytest.mark.django_db
def test_whoever_leaves_without_a_cookie_is_neither_looked_for_nor_noted(
    caplog: pytest.LogCaptureFixture, django_assert_num_queries: Any
) -> None:
    with caplog.at_level(logging.DEBUG), django_assert_num_queries(0):
        answer = Client().get("/en/x/")
    assert not Kept.objects.exists() and not Session.objects.exists() and not caplog.records
    assert answer.cookies["v"]["max-age"] == 0
