"""What the browser tests of the device share: choosing files, waiting, reading what would be sent."""

import json
from typing import Any

from playwright.sync_api import Page, Response, expect

TIMEOUT = 200_000


def arrived(page: Page, address: str) -> None:
    """The page, with the whole of both its workers: the network may then be cut."""
    with (
        page.expect_response("**/device/worker.*.js") as pictures,
        page.expect_response("**/device/video-worker.*.js") as videos,
    ):
        page.goto(address)
    for worker in (pictures, videos):
        worker.value.finished()


def policies(page: Page) -> dict[str, str]:
    """The Content-Security-Policy of each file that comes from now on, by its name without digits and end."""
    found: dict[str, str] = {}

    def note(answer: Response) -> None:
        name = answer.url.rsplit("/")[-1].split(".")[0]
        found[name] = answer.headers["content-security-policy"]

    page.on("response", note)
    return found


def choose(page: Page, files: Any, ready: int) -> None:
    """Choose files and wait until `ready` rows of the list are done, in whatever way."""
    page.locator("[data-device-files]").set_input_files(files)
    expect(page.locator(".device-list li[data-mood]")).to_have_count(ready, timeout=TIMEOUT)


def sent(page: Page) -> list[dict[str, Any]]:
    """The items that the form would send."""
    text = page.locator("textarea[name=hashes]").input_value()
    return json.loads(text) if text else []


def apart(hash_: str, other: str) -> int:
    """Bits between two hexadecimal hashes."""
    return (int(hash_, 16) ^ int(other, 16)).bit_count()
