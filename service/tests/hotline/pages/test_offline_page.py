"""The page for use without internet: one file, opened from a disk, gives the text that a case page takes."""

import hashlib
import json
import os
import re
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path

import installations
import pytest
from device_page import choose, sent
from device_pictures import made
from django.test import Client, override_settings
from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey
from playwright.sync_api import Browser, expect
from terminal import typed
from test_pages_in_a_browser import NARROW, SHOTS, WIDE, violations, visit

from repit.foundation.minisign import Key
from repit.hotline.web.case_pages import offline_page
from repit.hotline.web.case_pages.hashes import submissions


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """The two editions, written where a person would have saved them."""
    for edition in offline_page.editions():
        (tmp_path / edition.name).write_bytes(edition.page)
    return tmp_path


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_page_hashes_from_a_disk_and_its_text_is_taken_by_the_case_page(
    browser: Browser, site: str, folder: Path, language: str
) -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    film = {"name": "film.mp4", "mimeType": "video/mp4", "buffer": b"\0\0\0\x18ftypmp42" + bytes(5000)}
    address = f"file://{folder}/repit-device-{language}.html"
    with visit(browser) as seen:
        page = seen.page
        page.context.set_offline(True)
        page.goto(address)
        page.locator("input[name=level][value=family]").check()
        choose(page, [made(0).payload, made(1).payload, film], 3)
        text = page.locator("[data-device-carry]").input_value()
        with page.expect_download() as download:
            page.locator("[data-device-save]").click()
        saved = folder / "empreintes.json"
        download.value.save_as(saved)
        assert saved.read_text(encoding="utf-8") == text
        for details in page.locator(".device details").all():
            details.locator("summary").click()
        for width, height in (WIDE, NARROW):
            for scheme in ("light", "dark"):
                page.set_viewport_size({"width": width, "height": height})
                page.emulate_media(color_scheme=scheme)
                page.screenshot(path=SHOTS / f"offline-{language}-{width}-{scheme}.png", full_page=True)
                assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
                assert violations(page) == []
        assert [url for url in seen.requests if not url.startswith(("file:", "blob:"))] == []
        assert seen.complaints == []
    content = json.loads(text)
    assert [each["value"] for each in content["items"][0]["hashes"]] == made(0).hashes
    # Without script the same text is pasted and sent as it is.
    assert [[each.value.hex() for each in submission.hashes] for submission in submissions(text)] == [
        [each["value"] for each in item["hashes"]] for item in content["items"]
    ]
    for carried in ("pasted", "chosen"):
        with visit(browser) as seen:
            page = seen.page
            page.goto(f"{site}/{language}/device/")
            page.locator("input[name=level][value=family]").check()
            if carried == "pasted":
                page.locator(".device summary").first.click()
                page.locator("[data-device-paste]").fill("hello")
                expect(page.locator("[data-device-status]")).not_to_be_empty()
                page.locator("[data-device-paste]").fill(text)
            else:
                page.locator("[data-device-files]").set_input_files(saved)
            expect(page.locator(".device-list li[data-mood=ready]")).to_have_count(1)
            assert [{**item, "kind": "intimate"} for item in content["items"]] == [
                {**item, "kind": "intimate"} for item in sent(page)
            ]


def test_a_text_that_is_too_long_or_not_whole_is_never_taken_for_a_file(browser: Browser, site: str) -> None:
    """Longer than four MiB it may be; what no form can bring, or what broke off, is refused with a word."""
    hashes = [{"algorithm": "sha256", "role": "whole", "value": "0" * 64}]
    text = json.dumps({"repit": "hashes 1", "items": [{"media": "file", "hashes": hashes}]}).encode()
    long = text.ljust(5 << 20)
    with visit(browser) as seen:
        page = seen.page
        page.goto(f"{site}/en/device/")
        texts = (long, text.ljust((8 << 20) + 1), b'{\n "repit": "hashes 1", "items": [')
        payloads = [
            {"name": f"{number}.json", "mimeType": "application/json", "buffer": content}
            for number, content in enumerate(texts)
        ]
        choose(page, payloads, len(texts))
        rows = page.locator(".device-list li")
        assert rows.evaluate_all("rows => rows.map(row => row.dataset.mood)") == ["ready", "failed", "failed"]
        expect(rows.nth(1)).to_contain_text(
            "This is not a whole text from the page for use without internet."
        )
        assert [item["hashes"] for item in sent(page)] == [hashes]


def test_the_page_cannot_connect_even_where_a_script_tries(browser: Browser, site: str, folder: Path) -> None:
    with visit(browser) as seen:
        answered: list[str] = []
        seen.page.on("response", lambda answer: answered.append(answer.url))
        seen.page.goto(f"file://{folder}/repit-device-en.html")
        answered.clear()
        for attempt in (
            f"fetch('{site}/').catch(() => null)",
            f"new Image().src = '{site}/x'",
            f"navigator.sendBeacon('{site}/', 'x')",
        ):
            before = len(seen.complaints)
            seen.page.evaluate(f"() => {{ {attempt} }}")
            seen.page.wait_for_timeout(200)
            assert any("Content Security Policy" in text for text in seen.complaints[before:]), attempt
        # The worker, which the page makes of itself, may be told of late.
        assert [url for url in answered if not url.startswith("blob:")] == []


def test_the_page_is_the_same_whoever_builds_it_and_names_no_address() -> None:
    for language in offline_page.LANGUAGES:
        with override_settings(REPIT_OPERATOR_KEY=b"1" * 32):
            built = offline_page.page(language)
        with override_settings(REPIT_OPERATOR_KEY=b"2" * 32):
            assert offline_page.page(language) == built
        assert not re.search(rb"https?://", built)
        assert f'lang="{language}"'.encode() in built


@pytest.mark.parametrize("scripted", [True, False])
def test_the_page_is_left_quickly_without_internet_too(
    browser: Browser, folder: Path, scripted: bool
) -> None:
    with visit(browser, java_script_enabled=scripted) as seen:
        page = seen.page
        page.context.set_offline(True)
        page.goto(f"file://{folder}/repit-device-fr.html")
        if scripted:
            page.locator("input[value=family]").check()
            for _ in range(3):
                page.keyboard.press("Shift")
        else:
            page.locator(".exit-link").click()
        page.wait_for_url("about:blank")
        assert page.locator("body").inner_text() == ""


@pytest.mark.django_db
def test_the_site_hands_out_the_page_its_signature_and_the_key(client: Client) -> None:
    handed = client.get(f"/fr/device/{offline_page.PUBLIC_KEY}")
    assert handed.status_code == 200
    public = handed.content.decode()
    assert public == offline_page.public_key()
    for language in offline_page.LANGUAGES:
        name = f"repit-device-{language}.html"
        answer, signature = client.get(f"/fr/device/{name}"), client.get(f"/en/device/{name}.minisig")
        checked(public, answer.content, signature.content.decode())
        assert answer.content == offline_page.page(language)
        # From this site it never runs: its own policy, not the site's, is what binds it.
        assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
        assert answer["Cache-Control"] == "no-store" and not answer.cookies
        assert public.splitlines()[1] in client.get(f"/{language}/" + EXPLAINED[language]).content.decode()
    assert client.get("/fr/device/other.html").status_code == 404


EXPLAINED = {"fr": "sans-internet/", "en": "without-internet/"}


@pytest.mark.parametrize("language", ["fr", "en"])
def test_someone_without_script_saves_the_page_and_brings_its_text(
    browser: Browser, site: str, tmp_path: Path, language: str
) -> None:
    """As with Tor Browser at its safest level: no script here, and a file opened in another browser."""
    with visit(browser, NARROW, java_script_enabled=False) as seen, visit(browser) as elsewhere:
        page = seen.page
        page.goto(f"{site}/{language}/device/")
        page.locator("noscript a, .device > .inset a").first.click()
        page.wait_for_url(f"**/{language}/{EXPLAINED[language]}")
        with page.expect_download() as download:
            page.locator("main a.button").click()
        saved = tmp_path / download.value.suggested_filename
        assert saved.name == f"repit-device-{language}.html"
        download.value.save_as(saved)
        elsewhere.page.context.set_offline(True)
        elsewhere.page.goto(f"file://{saved}")
        choose(elsewhere.page, [made(0).payload], 1)
        text = elsewhere.page.locator("[data-device-carry]").input_value()
        page.goto(f"{site}/{language}/device/")
        page.locator(".device summary").first.click()
        page.locator("[data-device-paste]").fill(text)
        assert [each.kind for each in submissions(page.locator("[name=hashes]").input_value())]
        assert page.context.cookies() == []


def checked(public: str, page: bytes, signature: str) -> str:
    """The trusted comment, once both signatures hold: minisign's own steps, written apart from ours."""
    key = b64decode(public.splitlines()[1])
    _, first, comment, second = signature.splitlines()
    raw = b64decode(first)
    assert key[:2] == b"Ed" and raw[:2] == b"ED" and raw[2:10] == key[2:10]
    verify = VerifyKey(key[10:])
    verify.verify(hashlib.blake2b(page, digest_size=64).digest(), raw[10:])
    trusted = comment.removeprefix("trusted comment: ")
    verify.verify(raw[10:] + trusted.encode(), b64decode(second))
    return trusted


def test_the_command_writes_the_pages_their_signatures_and_the_key(tmp_path: Path) -> None:
    environment = {**os.environ, "REPIT_DATA": str(tmp_path / "data"), "REPIT_LANGUAGE": "en"}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    environment.pop("REPIT_OPERATOR_KEY", None)
    installations.made(environment, "hotline")
    done = typed(environment, "device-page", "--out", str(tmp_path / "out"), check=True)
    public = (tmp_path / "out" / "repit-device-page.pub").read_text(encoding="utf-8")
    assert public.splitlines()[1] in done.stdout
    for language in offline_page.LANGUAGES:
        page = (tmp_path / "out" / f"repit-device-{language}.html").read_bytes()
        signature = (tmp_path / "out" / f"repit-device-{language}.html.minisig").read_text(encoding="utf-8")
        checked(public, page, signature)
        assert page == offline_page.page(language)


def test_the_signature_holds_for_the_page_and_for_nothing_else() -> None:
    with override_settings(REPIT_OPERATOR_KEY=b"3" * 32):
        public, editions = offline_page.public_key(), offline_page.editions()
    for edition in editions:
        assert checked(public, edition.page, edition.signature).startswith(f"file:{edition.name} version:")
        with pytest.raises(BadSignatureError):
            checked(public, edition.page + b" ", edition.signature)
        with pytest.raises(BadSignatureError):
            checked(public, edition.page, edition.signature.replace("version:", "version:9"))
    assert "…" in repr(Key(b"4" * 32))


def test_minisigns_own_example_of_a_form_is_ours() -> None:
    """Sizes and first letters as minisign writes them: keys begin with RW, prehashed signatures with RU."""
    key = Key(bytes(32))
    assert re.fullmatch(r"untrusted comment: .+\nRW[A-Za-z0-9+/]{54}\n", key.public())
    signature = key.sign(b"x", "c")
    assert re.fullmatch(
        r"untrusted comment: .+\nRU[A-Za-z0-9+/]{97}=\ntrusted comment: c\n[A-Za-z0-9+/]{86}==\n", signature
    )
