"""Odd files on the person's page and in the browser's own window: what is shown, and what is protected."""

import base64
import hashlib
import io

import numpy as np
import pytest
from device_page import apart, choose, sent
from odd_files.catalogue import SCENE, Odd, odd
from PIL import Image
from playwright.sync_api import Browser, Page
from test_device_in_a_browser import ready
from test_pages_in_a_browser import visit

from repit_engine.hash import hash_of
from repit_engine.pdq import hash_rgb
from repit_engine.picture import open_picture
from repit_engine.views import open_views

SHOWN_NOWHERE = ("tiff", "heic")
"""Of these Chromium shows nothing."""
PIXELS, _ = hash_rgb(np.asarray(SCENE))
ACROSS, CELL = 5, (660, 260)
BATCH = 40
"""Files chosen at once; there is room for so many."""
ALREADY = "in the list already"
WANTED = PIXELS.tobytes().hex()
TYPES = {"svg": "image/svg+xml", "jpg": "image/jpeg", "cur": "image/x-icon", "ico": "image/x-icon"}


def a_few_of_each_kind() -> list[Odd]:
    kinds: dict[str, list[Odd]] = {}
    for odd_file in odd():
        kinds.setdefault(odd_file.kind, []).append(odd_file)
    return [odd_file for few in kinds.values() for odd_file in (*few[:2], *few[2::4])]


def type_of(odd_file: Odd) -> str:
    return TYPES.get(odd_file.suffix, f"image/{odd_file.suffix}")


def browsers_own(page: Page, files: list[Odd], ground: str) -> list[Image.Image | None]:
    """What the window shows of each file; None where that is nothing. One picture is taken of all."""
    page.set_content(f'<body style="margin:0;background:{ground};position:relative"></body>')
    sizes = page.evaluate(
        """async ([files, across, width, height]) => Promise.all(files.map(async ([data, type], place) => {
          const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
          const image = document.body.appendChild(new Image());
          image.style.position = "absolute";
          image.style.left = `${(place % across) * width}px`;
          image.style.top = `${Math.floor(place / across) * height}px`;
          await new Promise((done) => {
            image.onload = image.onerror = done;
            image.src = URL.createObjectURL(new Blob([bytes], { type }));
          });
          await image.decode().catch(() => undefined);
          return [image.naturalWidth, image.naturalHeight];
        }))""",
        [
            [[base64.b64encode(odd_file.content).decode(), type_of(odd_file)] for odd_file in files],
            ACROSS,
            *CELL,
        ],
    )
    page.set_viewport_size({"width": ACROSS * CELL[0], "height": -(-len(files) // ACROSS) * CELL[1]})
    whole = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    shown = []
    for place, (width, height) in enumerate(sizes):
        left, top = place % ACROSS * CELL[0], place // ACROSS * CELL[1]
        shown.append(whole.crop((left, top, left + width, top + height)) if width and height else None)
    return shown


def nearest(shown: Image.Image, hashes: list[str]) -> int:
    bits, quality = hash_rgb(np.ascontiguousarray(np.asarray(shown)))
    # A blank ground has no hash that means anything.
    return 0 if quality < 20 else min(apart(bits.tobytes().hex(), hash_) for hash_ in hashes)


def test_what_a_real_browser_shows_of_a_file_at_rest_is_among_its_views(browser: Browser, site: str) -> None:
    """On white and on black; the first view is the one on white."""
    files = [
        odd_file
        for odd_file in odd()
        if not odd_file.unread
        and odd_file.suffix not in SHOWN_NOWHERE
        and odd_file.kind not in ("animation", "another brand")
    ]
    page = browser.new_page()
    on_white, on_black = (browsers_own(page, files, ground) for ground in ("white", "black"))
    page.close()
    wrong = []
    for odd_file, white, black in zip(files, on_white, on_black, strict=True):
        views = open_views(odd_file.content, closely=True)
        first = hash_of(views.shown).hash.hex
        hashes = [first, *(view.hashes[0].tobytes().hex() for view in views.others)]
        for shown, among in ((white, [first]), (black, hashes)):
            if shown is None or (bits := nearest(shown, among)) > odd_file.apart:
                wrong.append((str(odd_file), "on white" if shown is white else "on black", shown and bits))
    # Of one Chromium shows nothing, only Firefox does.
    assert [each for each in wrong if "not-essential" not in each[0]] == []


def payload(odd_file: Odd, number: int) -> dict[str, object]:
    return {
        "name": f"{number:03}.{odd_file.suffix}",
        "mimeType": type_of(odd_file),
        "buffer": odd_file.content,
    }


@pytest.fixture(scope="module")
def protected(browser: Browser, site: str) -> list[tuple[Odd, dict]]:
    """What the page would send for each odd file; of two with the same hashes it takes one."""
    found = []
    chosen = a_few_of_each_kind()
    for at in range(0, len(chosen), BATCH):
        batch = chosen[at : at + BATCH]
        with visit(browser) as seen:
            ready(seen.page, f"{site}/en/device/")
            choose(
                seen.page,
                [payload(odd_file, at + number) for number, odd_file in enumerate(batch)],
                len(batch),
            )
            row_texts = seen.page.locator(".device-list li").all_inner_texts()
            items = iter(sent(seen.page))
            assert seen.complaints == []
        found += [
            (odd_file, next(items))
            for odd_file, row in zip(batch, row_texts, strict=True)
            if ALREADY not in row
        ]
        assert next(items, None) is None
    return found


def test_the_page_hashes_what_its_browser_shows_first_of_every_odd_file_that_it_can_open(
    protected: list[tuple[Odd, dict]],
) -> None:
    wrong, opened = [], 0
    for odd_file, item in protected:
        pdq = [each["value"] for each in item["hashes"] if each["algorithm"] == "pdq"]
        opened += bool(pdq)
        if pdq and odd_file.first and apart(pdq[0], WANTED) > odd_file.apart:
            wrong.append((str(odd_file), apart(pdq[0], WANTED)))
    assert wrong == []
    assert opened > 40


def test_the_very_file_is_met_whatever_the_device_showed(protected: list[tuple[Odd, dict]]) -> None:
    """Either the page's hash is the engine's, or the file's own digests go along."""
    wrong = []
    for odd_file, item in protected:
        digests = {each["algorithm"]: each["value"] for each in item["hashes"] if each["algorithm"] != "pdq"}
        pdq = [each["value"] for each in item["hashes"] if each["algorithm"] == "pdq"]
        if digests:
            same = digests["sha256"] == hashlib.sha256(odd_file.content).hexdigest()
            md5 = hashlib.md5(odd_file.content, usedforsecurity=False).hexdigest()
            if not same or digests["md5"] != md5:
                wrong.append((str(odd_file), "other digests"))
        elif (
            odd_file.unread or apart(pdq[0], hash_of(open_picture(odd_file.content, full=True)).hash.hex) > 10
        ):
            wrong.append((str(odd_file), "no digests"))
    assert wrong == []
