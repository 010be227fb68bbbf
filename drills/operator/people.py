"""People at their browsers, outside the machines: someone who needs help, and those who work at the hotline.

In: Chromium, to which the hotline's name leads where the drill says. Out: what they saw. Next: `walk`.
"""

import base64
import hashlib
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from playwright.sync_api import Browser, Page, StorageState, expect, sync_playwright

PASSWORD = "four words that nobody guesses"  # noqa: S105 - of people who live for half an hour
PASSPHRASE = "five other words for the keys alone"  # noqa: S105 - the same
WAIT = 60_000
LAST_SEEN = Path(__file__).resolve().parents[2] / "artefacts" / "operator-last-seen.png"


@dataclass(frozen=True)
class Receipt:
    """How someone comes back to a case."""

    number: str
    words: str


@contextmanager
def browser(names: Mapping[str, str], program: str, authority: bytes) -> Iterator[Browser]:
    """Chromium, for which these names lead to these addresses, and which trusts one authority more."""
    rules = ",".join(f"MAP {name} {address}" for name, address in names.items())
    trusted = base64.b64encode(hashlib.sha256(authority).digest()).decode()
    options = [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        f"--host-resolver-rules={rules}",
        f"--ignore-certificate-errors-spki-list={trusted}",
    ]
    expect.set_options(timeout=WAIT)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=options)
        yield chromium
        chromium.close()


@contextmanager
def visit(chromium: Browser, signed_in: StorageState | None = None) -> Iterator[Page]:
    """A page of somebody's own; of someone who signed in before, with what their browser kept. What they saw
    when something went wrong is kept as a picture."""
    context = chromium.new_context(locale="en-GB", storage_state=signed_in)
    context.set_default_timeout(WAIT)
    page = context.new_page()
    try:
        yield page
    except Exception:
        page.screenshot(path=LAST_SEEN, full_page=True)
        raise
    context.close()


def enrolled(page: Page, link: str) -> None:
    """Follow the link that the operator handed over: a password, an app that shows codes."""
    page.goto(link)
    page.fill("#password", PASSWORD)
    page.fill("#again", PASSWORD)
    _press(page, "Go on")
    page.get_by_role("link", name="Set up an app").click()
    secret = page.locator("main code").first.inner_text()
    page.fill("#id_code", _code(secret))
    _press(page, "Go on")
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()


def desk_set_up(page: Page, base: str) -> None:
    """A caseworker, signed in, makes keys and takes cases in."""
    page.goto(f"{base}/staff/cases/")
    page.fill("#new", PASSPHRASE)
    page.fill("#again", PASSPHRASE)
    _press(page, "Make my keys")
    page.goto(f"{base}/staff/cases/")
    page.get_by_role("link", name="Who takes cases in").first.click()
    _press(page, "Set up the desk")
    expect(page.get_by_role("heading", name="Who takes cases in")).to_be_visible()


def case_opened(page: Page, base: str, picture: bytes) -> Receipt:
    """Someone has a picture hashed on their own device, opens a case and writes a message."""
    page.goto(f"{base}/en/")
    page.locator("main").get_by_role("link", name="Protect my pictures").first.click()
    for value in ("shared", "adult"):
        page.locator(f"main button[value={value}]").click()
    named = {"name": "me.jpg", "mimeType": "image/jpeg", "buffer": picture}
    page.locator("[data-device-files]").set_input_files(named)  # type: ignore[arg-type]
    expect(page.locator(".device-list li[data-mood]")).to_have_count(1)
    _press(page, "Protect 1 file")
    number = page.locator(".code-value").first.inner_text()
    receipt = Receipt(number, " ".join(page.locator(".words li").all_inner_texts()))
    come_back(page, base, receipt)
    page.get_by_role("link", name="Addresses").first.click()
    page.fill("#where", "https://forum.example/thread/1")
    _press(page, "Add")
    page.get_by_role("link", name="Messages").first.click()
    page.fill("#text", "Is anybody there?")
    _press(page, "Send")
    return receipt


def come_back(page: Page, base: str, receipt: Receipt) -> None:
    """Someone types the receipt."""
    page.goto(f"{base}/en/come-back/")
    page.locator("main [name=number]").fill(receipt.number)
    page.locator("main [name=words]").fill(receipt.words)
    page.locator("main button[type=submit]").first.click()
    expect(page.get_by_role("link", name="Messages").first).to_be_visible()


def case_answered(page: Page, base: str, words: str) -> None:
    """A caseworker takes the case that waits, reads it and answers."""
    page.goto(f"{base}/staff/cases/")
    page.locator("form[action$='/take/'] button").first.click()
    expect(page.locator("ol.thread")).to_contain_text("Is anybody there?")
    page.fill("#text", words)
    _press(page, "Send")
    expect(page.locator("ol.thread li.from-caseworker")).to_contain_text(words)


def messages(page: Page, base: str, receipt: Receipt) -> str:
    """What someone reads who comes back."""
    come_back(page, base, receipt)
    page.get_by_role("link", name="Messages").first.click()
    return page.locator("ol.thread").inner_text()


def _press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def _code(secret: str) -> str:
    """What an app shows now (RFC 6238)."""
    raw = base64.b32decode(secret + "=" * (-len(secret) % 8))
    shown = TOTP(raw, 6, SHA1(), 30, enforce_key_length=False).generate(int(time.time()))  # noqa: S303 - the apps'
    return shown.decode()
