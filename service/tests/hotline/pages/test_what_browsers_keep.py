"""What a browser keeps of the person's pages: the heavy files of the device, until a way out is taken."""

from contextlib import suppress
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, Error, Page
from test_pages_in_a_browser import visit
from visitors import hidden, post, signed_in

from repit.foundation.web.static_files import StaticFiles
from repit.hotline.web.case_pages import codes

HEAVY = {"device.css", "device.js", "worker.js"}


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
    browser: Browser, site: str, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(codes, "end_session", lambda _request: None)  # none began, and no database is here
    with visit(browser) as seen:
        device = f"{site}/en/device/"
        assert opened(seen.page, device, asked) > HEAVY
        seen.page.goto(f"{site}/en/")
        again = opened(seen.page, device, asked)
        assert "page.css" in again and not again & HEAVY
        with suppress(Error):  # it leads to another site, which cannot be reached from here
            seen.page.goto(f"{site}/en/x/")
        seen.page.wait_for_url("chrome-error://**")
        assert opened(seen.page, device, asked) > HEAVY


@pytest.mark.django_db
def test_every_way_out_has_the_browser_forget_its_copies() -> None:
    person, _code = signed_in()
    form = hidden(person.client.get("/en/mine/"), "form")
    out = post(person.client, "/en/mine/out/", {"form": form})
    for answer in (out, Client().get("/en/x/"), Client().get("/en/done/")):
        assert '"cache"' in answer.headers["Clear-Site-Data"]
