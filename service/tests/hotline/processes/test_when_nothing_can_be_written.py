"""A full disk, a database that takes nothing, keys that are gone: nobody is lost, the operator is told."""

from __future__ import annotations

import html
import json
import re
import secrets
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urljoin

import psycopg
import pytest
from running import TIMEOUT, Hotline, case_body, environment, random_pdq
from small_disk import SmallDisk

START = {"en": "/en/start/", "fr": "/fr/commencer/"}
NOTHING_SENT = {"en": "Nothing was sent", "fr": "Rien n’a été envoyé"}


class _SendsOn(urllib.request.HTTPRedirectHandler):
    """As browsers do: 307 sends the form once more."""

    def http_error_307(self, asked, body, _code, _message, headers):
        with body:
            newurl = urljoin(asked.full_url, headers["Location"])
        return self.parent.open(urllib.request.Request(newurl, asked.data), timeout=TIMEOUT)  # noqa: S310


class Person:
    """At a browser without script."""

    def __init__(self, hotline: Hotline) -> None:
        self._base = hotline.base_url
        self._open = urllib.request.build_opener(
            _SendsOn, urllib.request.HTTPCookieProcessor(CookieJar())
        ).open

    def ask(self, path: str, **fields: str) -> tuple[int, str]:
        body = urlencode(fields).encode() if fields else None
        try:
            with self._open(self._base + path, body, timeout=TIMEOUT) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def to_the_last_question(self, language: str) -> dict[str, str]:
        """The form that opens a case, filled in."""
        _, page = self.ask(START[language])
        for fields in ({"happening": "shared"}, {"who": "adult"}):
            _, page = self.ask(START[language], state=hidden(page, "state"), **fields)
        value = {"algorithm": "pdq", "role": "whole", "value": secrets.token_hex(32), "quality": 90}
        hashes = json.dumps([{"media": "picture", "kind": "intimate", "hashes": [value]}])
        return {"state": hidden(page, "state"), "hashes": hashes}


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"\s+value="([^"]*)"', page)
    assert found, page
    return html.unescape(found[1])


def number_in(page: str) -> str:
    found = re.search(r'code-value" translate="no">([^<]+)<', page)
    assert found, page
    return found[1]


def sentence(page: str) -> str:
    return html.unescape(page).replace("'", "’")


def codes(hotline: Hotline) -> tuple[int, set[str]]:
    status, answer = hotline.call("GET", "/ready")
    return status, {problem["code"] for problem in answer["problems"]}


def refused_and_kept(hotline: Hotline, language: str) -> Callable[[], str]:
    """Someone's last form is answered with a page that has everything still in it; what sends that again."""
    person = Person(hotline)
    form = person.to_the_last_question(language)
    status, page = person.ask(START[language], **form)
    assert status == 503
    assert NOTHING_SENT[language] in sentence(page)
    assert "sqlite" not in page.lower() and str(hotline.env["REPIT_DATA"]) not in page
    kept = {"state": hidden(page, "state"), "hashes": form["hashes"]}
    assert form["hashes"] in html.unescape(page)

    def again() -> str:
        status, page = person.ask(START[language], **kept)
        assert status == 200, page
        return number_in(page)

    return again


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallDisk]:
    small = SmallDisk(tmp_path_factory.mktemp("small") / "disk")
    yield small
    small.close()


@pytest.fixture(scope="module")
def small(disk: SmallDisk) -> Iterator[Hotline]:
    """A new hotline, whose files of keys have not grown yet, on a disk of its own."""
    as_in_life = {"REPIT_SUBMISSIONS_PER_HOUR": "0", "REPIT_SPREAD_SECONDS": "1"}
    env = {**environment(disk.folder / "data"), **as_in_life}
    running = Hotline(env)
    yield running
    running.kill()
    log = b"".join(running.log).decode()
    assert "Traceback" not in log, log


def test_on_a_full_disk_a_person_is_told_what_to_do_and_the_same_form_opens_the_case_later(
    small: Hotline, disk: SmallDisk
) -> None:
    assert codes(small) == (200, set())
    for language in ("en", "fr"):  # the first has the files of keys grow, the second writes rows alone
        with disk.full(small.process.pid):
            again = refused_and_kept(small, language)
            status, answer = small.call("POST", "/api/v1/cases", case_body(random_pdq()))
            assert status == 503 and answer["next_step"]
            status, found = codes(small)
            assert status == 503
            assert {"database-unavailable", *(["disk-full"] if disk.mounted else [])} <= found
        assert codes(small) == (200, set())
        assert again() == again(), "one form, one case"


def test_a_message_that_cannot_be_kept_is_carried_until_it_can(small: Hotline, disk: SmallDisk) -> None:
    receipt = small.open_case(random_pdq())
    person = Person(small)
    words = " ".join(receipt["words"]["en"])
    person.ask("/en/come-back/", number=receipt["number"], words=words)
    form = hidden(person.ask("/en/mine/messages/")[1], "form")
    with disk.full(small.process.pid):
        status, page = person.ask("/en/mine/messages/", form=form, text="Please call on Monday.")
    assert status == 503 and NOTHING_SENT["en"] in page and "/en/who-can-help/" in page
    status, _ = person.ask("/en/mine/messages/", sent=hidden(page, "sent"))
    assert status == 200
    assert person.ask("/en/mine/messages/")[1].count("Please call on Monday.") == 1


@pytest.mark.parametrize("kept", ["bank-keys", "case-keys"])
def test_without_its_files_of_keys_nothing_is_taken_and_all_is_well_once_they_are_back(
    kept: str, small: Hotline
) -> None:
    small.open_case(random_pdq())
    there = Path(small.env["REPIT_DATA"]) / kept
    away = there.with_name("moved away")
    there.rename(away)
    try:
        again = refused_and_kept(small, "fr")
        status, answer = small.call("POST", "/api/v1/cases", case_body(random_pdq()))
        assert (status, answer["code"]) == (503, "unavailable") and "key" not in answer["title"]
        status, found = codes(small)
        assert status == 503 and found == {kept}
    finally:
        away.rename(there)
    assert again() and codes(small) == (200, set())


def test_what_strangers_read_of_it_is_yes_or_no(small: Hotline) -> None:
    through_a_proxy = urllib.request.Request(  # noqa: S310 - ours
        f"{small.base_url}/ready", headers={"X-Forwarded-For": "192.0.2.7"}
    )
    with urllib.request.urlopen(through_a_proxy, timeout=TIMEOUT) as answer:  # noqa: S310 - ours
        assert set(json.loads(answer.read())) == {"ready", "role"}


@contextmanager
def altered(env: dict[str, str], turned_on: str, turned_off: str) -> Iterator[None]:
    """The database as somebody else left it, for those who connect from then on; all others are cut off."""
    address = env["REPIT_DATABASE_URL"]
    name = address.partition("?")[0].rpartition("/")[2]
    with psycopg.connect(address.replace(f"/{name}?", "/postgres?"), autocommit=True) as server:

        def alter(how: str) -> None:
            server.execute(f'ALTER DATABASE "{name}" {how}')
            server.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,)
            )

        alter(turned_on)
        try:
            yield
        finally:
            alter(turned_off)


@pytest.mark.parametrize("own_database", ["postgresql"], indirect=True)
@pytest.mark.parametrize(
    ("on", "off"),
    [
        ("SET default_transaction_read_only = on", "RESET default_transaction_read_only"),
        ("ALLOW_CONNECTIONS false", "ALLOW_CONNECTIONS true"),
    ],
    ids=["that takes no writes", "that lets nobody in"],
)
def test_with_a_postgresql(
    on: str, off: str, own_database: dict[str, str], start_hotline: Callable[[dict[str, str]], Any]
) -> None:
    hotline: Hotline = start_hotline(own_database)
    with altered(own_database, on, off):
        again = refused_and_kept(hotline, "en")
        status, found = codes(hotline)
        assert status == 503 and found == {"database-unavailable"}
        assert hotline.call("POST", "/api/v1/cases", case_body(random_pdq()))[0] == 503
    assert again()
    assert codes(hotline) == (200, set())
