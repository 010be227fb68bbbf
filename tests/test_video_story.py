"""A video from a person's browser to a platform's doors: copies refused, and let through once withdrawn."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import chromium
import pytest
from gate_films import cut_and_mirrored, known_film, other_film
from playwright.sync_api import Browser, Page

import wordpress_site
from installation import GateWithChannels, eventually, request
from test_gate_clients import Clients
from wordpress_site import NUMBER, Site


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium.running() as started:
        yield started


def press(page: Page, *names: str) -> None:
    for name in names:
        with page.expect_navigation():
            page.get_by_role("button", name=name, exact=True).click()


def protect(page: Page, hotline: str, video: bytes) -> None:
    """By the person, on their device."""
    page.goto(f"{hotline}/en/start/")
    press(page, "Someone shared an intimate picture of me")
    press(page, "Me. I am 18 or older, and I was when it was made")
    page.locator("[data-device-files]").set_input_files(
        {"name": "film.mp4", "mimeType": "video/mp4", "buffer": video}
    )
    page.get_by_text("Ready. This video and parts of it can be recognised.").wait_for()
    press(page, "Protect 1 file")
    page.get_by_role("heading", name="1 file is protected").wait_for()


def withdraw(page: Page) -> None:
    """With the receipt, by whoever has it."""
    number = page.locator(".code-value").first.inner_text()
    words = " ".join(page.locator(".words li").all_inner_texts())
    press(page, "I have it. Let me try it once")
    page.get_by_label("Number").fill(number)
    page.locator(chromium.WORDS).fill(words)
    press(page, "Check it")
    page.get_by_role("link", name="Stop protecting", exact=True).first.click()
    press(page, "Stop everything…", "Stop now, without the hour")
    page.get_by_text("Protection stopped.").first.wait_for()


def checked(gate: GateWithChannels, content: bytes) -> dict[str, Any]:
    # Half a second of a free processor; beside all other tests it may be a twentieth of one.
    status, answer = request(f"{gate.base}/v1/check", content, "video/mp4", seconds=120)
    assert status == 200
    return answer


def test_a_cut_and_mirrored_copy_is_refused_with_its_segments_until_the_video_is_withdrawn(
    browser: Browser,
    gate_with_channels: GateWithChannels,
    guarded: Site,
    ada: wordpress_site.Browser,
    tmp_path: Path,
) -> None:
    gate = gate_with_channels
    clients = Clients(gate, tmp_path)
    copy, other = tmp_path / "copy.mp4", tmp_path / "other.mp4"
    copy.write_bytes(cut_and_mirrored())
    other.write_bytes(other_film())
    page = browser.new_page()
    page.set_default_timeout(chromium.TIMEOUT)
    protect(page, gate.hotline.base, known_film())
    assert eventually(lambda: gate.report()["videos"]["items"] == 1)
    assert checked(gate, known_film())["evidence"][0]["tier"] == "exact"
    answer = checked(gate, copy.read_bytes())
    assert answer["verdict"] == "block"
    (segment,) = answer["evidence"][0]["segments"]
    assert abs(segment["known"]["from"] - 2) <= 0.5 and abs(segment["upload"]["to"] - 8) <= 0.5
    assert clients.clamdscan(copy) and not clients.clamdscan(other)
    taken, message = ada.form(copy.read_bytes(), "copy.mp4")
    assert not taken and NUMBER.search(message), message
    assert ada.form(other.read_bytes(), "other.mp4")[0]
    withdraw(page)
    assert eventually(lambda: gate.report()["videos"]["items"] == 0)
    assert checked(gate, copy.read_bytes())["verdict"] == "allow"
    assert not clients.clamdscan(copy)
    assert ada.form(copy.read_bytes(), "copy.mp4")[0]
    assert guarded.php("answer(get_option('repit_gate_trouble'));") is False
