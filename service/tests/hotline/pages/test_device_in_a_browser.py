"""Files hashed in a real Chromium: the engine's hashes, nothing asked of the network, nothing else sent."""

import hashlib
import json
from pathlib import Path
from typing import Any

import device_videos as videos
import pytest
from device_page import apart, arrived, choose, policies, sent
from device_pictures import made
from django.templatetags.static import static
from playwright.sync_api import Browser, Page, expect
from test_pages_in_a_browser import NARROW, SHOTS, WIDE, violations, visit

from repit.foundation.hashes import Hash
from repit.hotline.web.case_pages.api import CaseIn

ALL = range(100)


def ready(page: Page, address: str) -> None:
    """The page, with its worker: on a busy machine that is asked for after the page has gone quiet."""
    with page.expect_request("**/device/worker.*.js"):
        page.goto(address)
    expect(page.locator(".device-files")).to_be_visible()


def test_a_hundred_pictures_hash_as_the_engine_hashes_them_with_the_network_off(
    browser: Browser, site: str
) -> None:
    with visit(browser) as seen:
        page = seen.page
        arrived(page, f"{site}/en/device/")
        asked = len(seen.requests)
        assert site + static("case_pages/device/worker.js") in seen.requests
        page.context.set_offline(True)
        page.get_by_label("Family").check()
        choose(page, [made(number).payload for number in ALL], len(ALL))
        assert len(seen.requests) == asked
        assert seen.complaints == []
        assert page.context.cookies() == []
        ways = page.locator(".device-list li").evaluate_all("rows => rows.map(row => row.dataset.way)")
        assert set(ways) == {"frame"}
        items = sent(page)
    assert len(items) == len(ALL)
    for number, item in zip(ALL, items, strict=True):
        picture = made(number)
        hashes = [each for each in item["hashes"] if each["algorithm"] == "pdq"]
        values = [each["value"] for each in hashes]
        if picture.lossy:
            assert apart(values[0], picture.hashes[0]) <= 12, picture.name
        else:
            assert values == picture.hashes, picture.name
            assert [each["quality"] for each in hashes] == picture.qualities, picture.name
        assert [each["role"] for each in hashes] == ["whole"] + ["anchored"] * (len(values) - 1)


def test_the_case_api_takes_what_the_page_writes_and_the_level_is_obeyed(browser: Browser, site: str) -> None:
    with visit(browser) as seen:
        page = seen.page
        ready(page, f"{site}/en/device/")
        film = {
            "name": "film.mp4",
            "mimeType": "video/mp4",
            "buffer": b"\0\0\0\x18ftypmp42" + b"frames" * 1000,
        }
        choose(page, [made(0).payload, film], 2)
        picture, video = sent(page)
        assert picture == {
            "media": "picture",
            "kind": "intimate",
            "hashes": [
                {
                    "algorithm": "pdq",
                    "role": "whole",
                    "value": made(0).hashes[0],
                    "quality": made(0).qualities[0],
                }
            ],
        }
        assert video["media"] == "video"
        assert [(each["algorithm"], each["value"]) for each in video["hashes"]] == [
            ("md5", hashlib.md5(film["buffer"], usedforsecurity=False).hexdigest()),
            ("sha256", hashlib.sha256(film["buffer"]).hexdigest()),
        ]
        page.get_by_label("Family").check()
        page.get_by_label("Deepfake").check()
        picture, video = sent(page)
        assert [each["value"] for each in picture["hashes"]] == made(0).hashes
        assert picture["kind"] == video["kind"] == "deepfake"
        case = CaseIn.model_validate({"items": sent(page)})
        for item in case.items:
            for each in item.hashes:
                Hash(each.algorithm, each.role, bytes.fromhex(each.value), each.quality)
        wanted = sent(page)
        page.get_by_role("button", name="Send").click()
        page.wait_for_load_state()
        assert json.loads(page.locator("body").inner_text()) == wanted


def test_nothing_derived_from_a_picture_but_its_hashes_is_sent(browser: Browser, site: str) -> None:
    with visit(browser) as seen:
        page = seen.page
        posts: list[str] = []
        page.on(
            "request",
            lambda request: posts.append(request.post_data or "") if request.method == "POST" else None,
        )
        ready(page, f"{site}/en/device/")
        choose(page, [{**made(3).payload, "name": "her name, the beach.jpg"}], 1)
        page.get_by_role("button", name="Send").click()
        page.wait_for_load_state()
        (body,) = posts
        assert "beach" not in body
        assert "filename" not in body
        assert len(body) < 1000


def test_files_can_be_taken_back_at_any_moment_and_sending_waits_for_the_rest(
    browser: Browser, site: str, tmp_path: Path
) -> None:
    long = tmp_path / "long.mp4"
    with long.open("wb") as file:
        file.truncate(3 << 30)
    with visit(browser) as seen:
        page = seen.page
        ready(page, f"{site}/en/device/")
        page.locator("[data-device-files]").set_input_files([long])
        page.get_by_role("button", name="Send").click()
        expect(page.locator("[data-device-status]")).to_have_text(
            "Some files are not ready yet. Please wait a moment, then send."
        )
        page.locator("[data-device-files]").set_input_files([made(0).payload, made(1).payload])
        page.get_by_role("button", name="Remove long.mp4").click()
        expect(page.locator(".device-list li[data-mood=ready]")).to_have_count(2, timeout=20_000)
        assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Remove 000.png"
        assert len(sent(page)) == 2
        choose(page, [made(0).payload], 3)
        expect(page.get_by_text("This file is in the list already.")).to_be_visible()
        assert len(sent(page)) == 2
        for name in ("Remove 000.png", "Remove 001.jpg"):
            page.get_by_role("button", name=name).first.click()
        assert len(sent(page)) == 0
        page.get_by_role("button", name="Remove 000.png").click()
        assert page.evaluate("document.activeElement.id") == "device-files"


PRELUDE = {
    # What privacy browsers do to canvases, and what one might do to frames: a few lowest bits change.
    "canvas": """{ const plain = OffscreenCanvasRenderingContext2D.prototype.getImageData;
      OffscreenCanvasRenderingContext2D.prototype.getImageData = function (...given) {
        const got = plain.apply(this, given);
        for (let at = 0; at < got.data.length; at += 97) got.data[at] ^= 1;
        return got; }; }""",
    "frame": """{ const plain = VideoFrame.prototype.copyTo;
      VideoFrame.prototype.copyTo = async function (target, options) {
        const layout = await plain.call(this, target, options);
        for (let at = 0; at < target.length; at += 97) target[at] ^= 1;
        return layout; }; }""",
    "no frame": "delete globalThis.VideoFrame;",
    "no WebAssembly": "delete globalThis.WebAssembly;",
}


def altered(page: Page, *names: str) -> None:
    """Have the worker run in a browser that behaves like this."""

    def serve(route: Any) -> None:
        answer = route.fetch()
        prelude = "".join(PRELUDE[name] for name in names)
        route.fulfill(response=answer, body=prelude + answer.text())

    page.route("**/worker.*.js", serve)


@pytest.mark.parametrize(
    ("alterations", "way"),
    [
        (("no frame",), "canvas"),
        (("frame",), "canvas"),
        (("frame", "canvas"), "script"),
        (("no frame", "canvas"), "script"),
    ],
)
def test_a_browser_that_alters_pixels_is_noticed_and_gone_round(
    browser: Browser, site: str, alterations: tuple[str, ...], way: str
) -> None:
    chosen = [made(number) for number in (0, 3, 13, 2, 5, 10, 14, 7)]
    with visit(browser) as seen:
        altered(seen.page, *alterations)
        ready(seen.page, f"{site}/en/device/")
        choose(seen.page, [each.payload for each in chosen], len(chosen))
        ways = seen.page.locator(".device-list li").evaluate_all("rows => rows.map(row => row.dataset.way)")
        items = sent(seen.page)
        row_text = seen.page.locator(".device-list li").last.inner_text()
    for picture, used, item in zip(chosen, ways, items, strict=True):
        if way == "script" and picture.name.endswith("gif"):
            assert used == "none"
            assert [each["algorithm"] for each in item["hashes"]] == ["md5", "sha256"]
            assert "this browser changes pictures" in row_text
            continue
        assert used == way
        distance = apart(item["hashes"][0]["value"], picture.hashes[0])
        # A canvas keeps colours multiplied by their alpha, and rounds them.
        assert distance <= (12 if picture.lossy else 2 if picture.name.startswith("002") else 0), picture.name


def test_exact_digests_need_no_webassembly(browser: Browser, site: str, tmp_path: Path) -> None:
    content = b"\0\0\0\x18ftypmp42" + bytes(range(256)) * 40_000
    film = tmp_path / "a.mp4"
    film.write_bytes(content)
    digests = []
    for alterations in ((), ("no WebAssembly",)):
        with visit(browser) as seen:
            altered(seen.page, *alterations)
            ready(seen.page, f"{site}/en/device/")
            choose(seen.page, [film], 1)
            digests.append([each["value"] for each in sent(seen.page)[0]["hashes"]])
            assert seen.complaints == []
    assert digests[0] == digests[1]
    assert digests[0][1] == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_device_has_no_violation_at_any_width_or_light(
    browser: Browser, site: str, language: str
) -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    files = [
        made(1).payload,
        {"name": "film.mp4", "mimeType": "video/mp4", "buffer": b"\0\0\0\x18ftypmp42" + bytes(1000)},
        videos.given("VID_20251102_184455.mp4", videos.hand_held(4)),
        {"name": "IMG_4421.HEIC", "mimeType": "image/heic", "buffer": b"\0\0\0\x18ftypheic" + bytes(1000)},
        {
            "name": "a-name-that-goes-on-and-on-without-any-place-to-break-it-at-all.png",
            "mimeType": "image/png",
            "buffer": b"",
        },
    ]
    with visit(browser) as seen:
        page = seen.page
        ready(page, f"{site}/{language}/device/")
        choose(page, files, len(files))
        for details in page.locator(".device details").all():
            details.locator("summary").click()
        for width, height in (WIDE, NARROW):
            for scheme in ("light", "dark"):
                page.set_viewport_size({"width": width, "height": height})
                page.emulate_media(color_scheme=scheme)
                page.screenshot(path=SHOTS / f"device-{language}-{width}-{scheme}.png", full_page=True)
                assert violations(page) == []
                assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert seen.complaints == []


def test_the_keyboard_alone_chooses_removes_and_sends(browser: Browser, site: str) -> None:
    with visit(browser, NARROW) as seen:
        page = seen.page
        ready(page, f"{site}/en/device/")
        choose(page, [made(0).payload, made(4).payload], 2)
        page.get_by_label("One").focus()
        met = []
        for _step in range(9):
            page.keyboard.press("Tab")
            met.append(
                page.evaluate(
                    "(e => e.getAttribute('aria-label') || e.id || e.textContent)(document.activeElement)"
                )
            )
        assert met[1:4] == ["device-files", "Remove 000.png", "Remove 004.webp"]
        assert met[-3:-1] != met[1:3]
        assert "Send" in met
        page.get_by_role("button", name="Remove 000.png").focus()
        page.keyboard.press("Enter")
        assert len(sent(page)) == 1


def test_without_script_the_pasted_text_is_sent(browser: Browser, site: str) -> None:
    with visit(browser, java_script_enabled=False) as seen:
        page = seen.page
        page.goto(f"{site}/en/device/")
        assert page.locator(".device noscript p").is_visible()
        assert not page.locator(".device-files").is_visible()
        page.get_by_text("I have a text from the page").click()
        page.get_by_label("Paste the whole text here").fill('{"repit": "hashes 1"}')
        page.get_by_role("button", name="Send").click()
        assert page.locator("body").inner_text() == '{"repit": "hashes 1"}'


def test_the_worker_alone_may_compile_and_may_connect_to_nothing(browser: Browser, site: str) -> None:
    with visit(browser) as seen:
        found = policies(seen.page)
        arrived(seen.page, f"{site}/en/device/")
        assert "'wasm-unsafe-eval'" in found["worker"]
        assert "'wasm-unsafe-eval'" not in found[""] + found["device"]
        for policy in found.values():
            assert "default-src 'none'" in policy
            assert "connect-src" not in policy.replace("connect-src 'none'", "")


def test_a_list_that_comes_late_is_waited_for_and_asked(browser: Browser, site: str) -> None:
    """The rest of a picture's work is done meanwhile, and a film does not wait."""
    held: list[Any] = []
    film = {"name": "film.mp4", "mimeType": "video/mp4", "buffer": b"\0\0\0\x18ftypmp42" + bytes(1000)}
    with visit(browser) as seen:
        page = seen.page
        page.route("**/stop-list.*.js", lambda route: held.append(route))  # noqa: PLW0108
        with page.expect_request("**/device/worker.*.js"):
            page.goto(f"{site}/en/device/", wait_until="commit")
        page.get_by_label("Family").check()
        choose(page, [film], 1)
        page.locator("[data-device-files]").set_input_files([made(0).payload])
        expect(page.locator(".device-list progress")).to_have_js_property("value", 0.8)
        assert len(sent(page)) == 1
        held[0].continue_()
        expect(page.locator(".device-list li[data-mood]")).to_have_count(2)
        assert [each["value"] for each in sent(page)[1]["hashes"]] == made(0).hashes


def test_no_picture_is_called_ready_where_the_list_was_changed_on_its_way(
    browser: Browser, site: str
) -> None:
    with visit(browser) as seen:
        page = seen.page
        page.route("**/stop-list.*.js", lambda route: route.fulfill(content_type="text/javascript", body="0"))
        ready(page, f"{site}/en/device/")
        for count in (1, 2):
            choose(page, [made(count).payload], count)
            expect(page.locator(".device-list li[data-mood=failed]")).to_have_count(count)
        assert sent(page) == []
        assert any("integrity" in complaint for complaint in seen.complaints)


def test_a_bundle_that_was_changed_on_its_way_does_not_run(browser: Browser, site: str) -> None:
    def spoil(route: Any) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text() + ";")

    with visit(browser) as seen:
        seen.page.route("**/device.*.js", spoil)
        seen.page.goto(f"{site}/en/device/")
        seen.page.wait_for_load_state("networkidle")
        assert not seen.page.locator(".device-files").is_visible()
        assert any("integrity" in complaint for complaint in seen.complaints)
