"""One form, sent many times in the same moment to a running hotline, acts once; on both databases."""

from __future__ import annotations

import html
import json
import re
import secrets
import urllib.error
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.cookiejar import CookieJar
from urllib.parse import urlencode, urljoin

from running import TIMEOUT, Hotline

AT_ONCE = 8


class _SendsOn(urllib.request.HTTPRedirectHandler):
    """As browsers do: 307 sends the form once more."""

    def http_error_307(self, asked, body, _code, _message, headers):
        with body:
            newurl = urljoin(asked.full_url, headers["Location"])
        return self.parent.open(urllib.request.Request(newurl, asked.data), timeout=TIMEOUT)  # noqa: S310


class Browser:
    def __init__(self, hotline: Hotline, cookies: CookieJar | None = None) -> None:
        self.base, self.jar = hotline.base_url, cookies if cookies is not None else CookieJar()
        self._open = urllib.request.build_opener(_SendsOn, urllib.request.HTTPCookieProcessor(self.jar)).open

    def get(self, path: str) -> str:
        with self._open(self.base + path, timeout=TIMEOUT) as answer:
            return answer.read().decode()

    def post(self, path: str, **fields: str) -> str:
        try:
            with self._open(self.base + path, urlencode(fields).encode(), timeout=TIMEOUT) as answer:
                return answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                raise AssertionError(f"{error.code}: {error.read().decode()}") from None


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"\s+value="([^"]*)"', page)
    assert found, page
    return html.unescape(found[1])


def code_in(page: str) -> tuple[str, str]:
    number = re.search(r'code-value" translate="no">([^<]+)<', page)
    words = re.findall(r"<li>([a-z]+)</li>", page.partition('class="words"')[2].partition("</ol>")[0])
    assert number
    return number[1], " ".join(words)


def many(act: Callable[[], str]) -> set[str]:
    """What it says to those who do it in the same moment."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return {future.result() for future in [pool.submit(act) for _ in range(AT_ONCE)]}


def test_the_last_form_and_every_form_of_a_session(
    own_database: dict[str, str], start_hotline: Callable[[dict[str, str]], Hotline]
) -> None:
    hotline = start_hotline(own_database)
    person = Browser(hotline)
    page = person.get("/en/start/")
    for fields in ({"happening": "shared"}, {"who": "adult"}):
        page = person.post("/en/start/", state=hidden(page, "state"), **fields)
    value = {"algorithm": "pdq", "role": "whole", "value": secrets.token_hex(32), "quality": 90}
    last = {
        "state": hidden(page, "state"),
        "hashes": json.dumps([{"media": "picture", "kind": "intimate", "hashes": [value]}]),
    }
    [receipt] = many(lambda: "|".join(code_in(Browser(hotline).post("/en/start/", **last))))
    number, words = receipt.split("|")

    def by(browser: Browser, path: str, **fields: str) -> set[str]:
        form = hidden(browser.get(path), "form")
        return many(lambda: browser.post(path, form=form, **fields))

    person.post("/en/come-back/", number=number, words=words)
    by(person, "/en/mine/messages/", text="only once")
    assert person.get("/en/mine/messages/").count("only once") == 1
    by(person, "/en/mine/addresses/", where="https://only.example")
    assert person.get("/en/mine/addresses/").count("https://only.example") == 1
    codes = {code_in(page) for page in by(person, "/en/mine/helpers/", label="Lou", rights="status")}
    assert len(codes) == 1 and person.get("/en/mine/helpers/").count("End this code") == 1
    sure = "/en/mine/stop-protecting/sure/"
    person.post(sure, form=hidden(person.get("/en/mine/stop-protecting/"), "form"), item="1")
    assert all("about to stop" in page for page in by(person, sure, item="1", how="in-an-hour"))
    assert all("Undone." in page for page in by(person, "/en/mine/stop-protecting/"))
    assert "about to stop" not in person.get("/en/mine/")
    codes = {code_in(page) for page in by(person, "/en/mine/spare/", **{"new-words": "1"})}
    [(number, words)] = codes
    fresh = Browser(hotline)
    assert "Who looked" in fresh.post("/en/come-back/", number=number, words=words)
    gone = by(fresh, "/en/mine/end/everything/")
    assert all("Everything is erased" in page for page in gone)
    assert b"Traceback" not in b"".join(hotline.log)
