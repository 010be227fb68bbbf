"""A subscriber meets itself: signs in with its key, sees what it forgot and what not, leaves."""

from __future__ import annotations

import time
from itertools import product
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from running import TIMEOUT, Hotline, random_pdq
from test_pages_in_a_browser import NARROW, SCHEMES, SHOTS, WIDE, violations, visit

ADDRESS = {"fr": "/fr/abonnes/", "en": "/en/subscribers/"}
OPEN = {"fr": "Voir mon abonnement", "en": "See my subscription"}
CLOSE = {"fr": "Fermer cette page", "en": "Close this page"}
OBEYED = {"fr": ("confirmé comme oublié", "récupéré, non confirmé"), "en": ("acknowledged", "fetched, not")}


@pytest.fixture(scope="module")
def lived(hotline: Hotline) -> dict[str, Any]:
    """A subscriber with a life: fetched, acknowledged one withdrawal of two, confirmed, disputed."""
    hotline.withdraw(hotline.open_case(random_pdq()))
    key = hotline.add_subscriber("forum.example", "--agreed", "2026-01-31")
    receipts = [hotline.open_case(random_pdq()) for _ in range(4)]
    feed = "/exchange/repit/v1/"
    changes = hotline.call("GET", f"{feed}changes?after=2", key=key)[1]["changes"]
    names = [change["entry"]["item"] for change in changes]
    for name, opinion in ((names[2], "blocked"), (names[3], "not_blocked")):
        body = {"item": name, "opinion": opinion, "tags": ["news"]}
        assert hotline.call("POST", f"{feed}opinions", body, key)[0] == 200
    hotline.withdraw(receipts[0])
    hotline.withdraw(receipts[1])
    hotline.call("GET", f"{feed}changes?after=0", key=key)
    body = {"sequence": 7, "withdrawn_items": [names[0]]}
    assert hotline.call("POST", f"{feed}acknowledgements", body, key)[0] == 204
    until = time.monotonic() + TIMEOUT
    while OBEYED["en"][1] not in hotline.operate("subscriber", "show", "forum.example"):
        assert time.monotonic() < until  # the access log is written every second
    return {"key": key, "names": names}


def sign_in(page: Page, site: str, language: str, key: str) -> None:
    page.goto(site + ADDRESS[language])
    page.locator("#key").fill(key)
    page.get_by_role("button", name=OPEN[language]).click()
    page.get_by_role("button", name=CLOSE[language]).wait_for()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_subscriber_sees_what_it_forgot_and_what_not_at_any_width_or_light(
    browser: Browser, hotline: Hotline, lived: dict[str, Any], language: str
) -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    with visit(browser) as seen:
        page = seen.page
        for name in ("sign-in", "subscriber"):
            if name == "sign-in":
                page.goto(hotline.base_url + ADDRESS[language])
                assert page.context.cookies() == []
            else:
                sign_in(page, hotline.base_url, language, lived["key"])
            assert page.locator("html").get_attribute("lang") == language
            for (width, height), scheme in product((WIDE, NARROW), SCHEMES):
                page.set_viewport_size({"width": width, "height": height})
                page.emulate_media(color_scheme=scheme)
                page.screenshot(path=SHOTS / f"{name}-{language}-{width}-{scheme}.png", full_page=True)
                assert violations(page) == []
                assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        rows = page.locator("table").first.locator("tbody tr").all_inner_texts()
        by_item = {row.split()[0]: row for row in rows}
        acknowledged, sent = OBEYED[language]
        assert acknowledged in by_item[lived["names"][0]] and sent in by_item[lived["names"][1]]
        assert len(rows) == 2  # what was withdrawn before it subscribed is none of its business
        text = page.locator("main").inner_text()
        assert "2026-01-31" in text and lived["names"][2] in text and lived["names"][3] in text
        assert lived["key"].rsplit("_", 1)[1] not in page.content()
        assert all(url.startswith(hotline.base_url) for url in seen.requests) and seen.complaints == []


def test_the_page_works_by_keyboard_in_both_languages_and_ends_when_told(
    browser: Browser, hotline: Hotline, lived: dict[str, Any]
) -> None:
    with visit(browser, java_script_enabled=False) as seen:
        page = seen.page
        page.goto(hotline.base_url + ADDRESS["en"])
        page.locator("#key").focus()
        page.keyboard.type("repit_wrong")
        page.keyboard.press("Enter")
        page.get_by_role("alert").wait_for()
        assert page.context.cookies() == []
        page.locator("#key").focus()
        page.keyboard.type(lived["key"])
        page.keyboard.press("Enter")
        page.get_by_role("button", name=CLOSE["en"]).wait_for()
        cookies = page.context.cookies()
        assert all(cookie["httpOnly"] and cookie["sameSite"] == "Strict" for cookie in cookies)
        assert sorted(cookie["path"] for cookie in cookies) == sorted(ADDRESS.values())
        page.get_by_role("link", name="Français").click()
        page.get_by_role("button", name=CLOSE["fr"]).click()
        page.locator("#key").wait_for()
        assert page.context.cookies() == []


def test_a_closed_subscriber_is_out_at_once_and_another_site_cannot_post(
    browser: Browser, hotline: Hotline, lived: dict[str, Any]
) -> None:
    with visit(browser) as seen:
        page = seen.page
        sign_in(page, hotline.base_url, "en", hotline.add_subscriber("closing.example"))
        hotline.operate("subscriber", "close", "closing.example")
        page.reload()
        page.locator("#key").wait_for()
        answer = page.context.request.post(
            hotline.base_url + ADDRESS["en"],
            form={"key": lived["key"]},
            headers={"Origin": "https://elsewhere.example"},
        )
        assert answer.status == 403
        page.reload()
        page.locator("#key").wait_for()


def test_the_operator_sees_the_same_on_the_terminal(hotline: Hotline, lived: dict[str, Any]) -> None:
    shown = hotline.operate("subscriber", "show", "forum.example")
    withdrawals = shown.partition("Withdrawals:")[2].splitlines()
    assert any(lived["names"][0] in line and "acknowledged" in line for line in withdrawals)
    assert any(lived["names"][1] in line and "fetched, not" in line for line in withdrawals)
    assert "Agreement signed: 2026-01-31" in shown
    assert lived["key"].rsplit("_", 1)[1] not in shown
    listed = hotline.operate("subscriber", "list")
    assert "2026-01-31" in listed and "forum.examp" in listed  # folded at 80 signs


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_site_is_named_once_it_allows_it_and_the_hotline_has_read_the_name_until_it_takes_it_back(
    browser: Browser, hotline: Hotline, lived: dict[str, Any], language: str
) -> None:
    public = f"Le Forum d’{language}"
    address = {"fr": "/fr/sites-participants/", "en": "/en/sites-that-take-part/"}[language]
    allow = {"fr": "Accepter d’être nommés", "en": "Yes, name us"}[language]
    stop = {"fr": "Ne plus nous nommer", "en": "Do not name us"}[language]
    with visit(browser, java_script_enabled=False) as seen, visit(browser) as reader:

        def read() -> str:
            reader.page.goto(hotline.base_url + address)
            return reader.page.locator("main").inner_text()

        page = seen.page
        sign_in(page, hotline.base_url, language, lived["key"])
        page.locator("#public_name").fill("<b>")
        page.get_by_role("button", name=allow).click()
        page.get_by_role("alert").wait_for()
        assert page.locator("#public_name").input_value() == "<b>"
        page.locator("#public_name").fill(public)
        page.get_by_role("button", name=allow).click()
        page.get_by_role("button", name=stop).wait_for()
        page.reload()  # nothing is sent again
        assert public in page.locator("main").inner_text() and public not in read()
        hotline.operate("subscriber", "named", "forum.example", "--as", public)
        assert public in read() and "forum.example" not in read()
        page.get_by_role("button", name=stop).click()
        page.get_by_role("button", name=allow).wait_for()
        assert public not in read()
