"""Videos looked at in a real Chromium: the engine's moments to the bit, nothing asked of the network."""

import hashlib
import html
import json
import subprocess
import sys
from base64 import b64encode
from pathlib import Path
from typing import Any

import device_videos as videos
import numpy as np
import pytest
from device_page import apart, arrived, choose, policies, sent
from playwright.sync_api import Browser, Page, expect
from test_device_in_a_browser import ready
from test_pages_in_a_browser import visit
from video_items import body, video

from repit.hotline.web.case_pages import offline_page
from repit.hotline.web.case_pages.api import CaseIn, submission
from repit_engine import open_video
from repit_engine.moments import moments_of, to_bytes
from repit_engine.moments.frame import whole

BROWSER = Path(__file__).resolve().parents[4] / "browser"
IN_CHROMIUM = [name for name in videos.NAMES if name not in videos.NOT_IN_CHROMIUM]
NO_DECODER = "delete globalThis.VideoDecoder;"
NO_FRAME = "delete globalThis.VideoFrame;"
TAMPERING = """{ const plain = VideoFrame.prototype.copyTo;
  VideoFrame.prototype.copyTo = async function (target, options) {
    const layout = await plain.call(this, target, options);
    for (let at = 0; at < target.length; at += 97) target[at] ^= 1;
    return layout; };
  const read = OffscreenCanvasRenderingContext2D.prototype.getImageData;
  OffscreenCanvasRenderingContext2D.prototype.getImageData = function (...given) {
    const got = read.apply(this, given);
    for (let at = 0; at < got.data.length; at += 97) got.data[at] ^= 1;
    return got; }; }"""


def opened(page: Page, address: str) -> None:
    """The page, with both of its workers."""
    with page.expect_request("**/device/video-worker.*.js"):
        ready(page, address)
    page.get_by_label("Family").check()


def altered(page: Page, prelude: str) -> None:
    """Have the worker for videos run in a browser that behaves like this."""

    def serve(route: Any) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=prelude + answer.text())

    page.route("**/video-worker.*.js", serve)


def ways(page: Page) -> list[str]:
    return page.locator(".device-list li").evaluate_all("rows => rows.map(row => row.dataset.way)")


@pytest.fixture(scope="module")
def frames_of() -> str:
    """A script that tells what this browser makes of each frame of a film."""
    node = Path(sys.executable).parent / "node"
    bundle = (
        "require('esbuild').build({entryPoints: ['tests/every-frame.ts'], bundle: true, write: false,"
        " format: 'iife', target: 'es2022'}).then((made) => process.stdout.write(made.outputFiles[0].text))"
    )
    done = subprocess.run([node, "-e", bundle], cwd=BROWSER, capture_output=True, text=True, check=True)
    return done.stdout


def test_every_frame_is_seen_at_its_time_and_to_the_bit(browser: Browser, site: str, frames_of: str) -> None:
    with visit(browser) as seen:
        seen.page.goto(f"{site}/robots.txt")
        seen.page.evaluate(frames_of)
        for name in IN_CHROMIUM:
            wanted = videos.published("videos")[name]
            content = b64encode((videos.VIDEOS / name).read_bytes()).decode()
            found = seen.page.evaluate("content => framesOf(content)", content)
            assert found["frames"] == [
                {key: frame[key] for key in ("ms", "luma", "samples")} for frame in wanted["frames"]
            ], name
            assert found["turn"].replace("-", "_").upper() == wanted["turn"], name
            assert found["limited"] == wanted["limited"], name
            assert found["keyframes"] == wanted["keyframes"], name
            assert found["times"] == [frame["ms"] for frame in wanted["frames"]], name
            assert (found["duration"], found["extent"]) == (wanted["duration"], "whole"), name


def test_the_conformance_videos_come_to_the_engine_s_moments_with_the_network_off(
    browser: Browser, site: str
) -> None:
    with visit(browser) as seen:
        page = seen.page
        arrived(page, f"{site}/en/device/")
        page.get_by_label("Family").check()
        asked = len(seen.requests)
        page.context.set_offline(True)
        choose(page, [videos.VIDEOS / name for name in videos.NAMES], len(videos.NAMES))
        # One that no worker decodes is tried by the page, out of its own memory.
        assert all(url.startswith("blob:") for url in seen.requests[asked:])
        assert seen.complaints == []
        items = dict(zip(videos.NAMES, sent(page), strict=True))
        rows = dict(zip(videos.NAMES, page.locator(".device-list li").all_inner_texts(), strict=True))
        page.get_by_label("One").check()
        plain = dict(zip(videos.NAMES, sent(page), strict=True))
    for name in videos.NAMES:
        content = (videos.VIDEOS / name).read_bytes()
        exact = [
            ("md5", hashlib.md5(content, usedforsecurity=False).hexdigest()),
            ("sha256", hashlib.sha256(content).hexdigest()),
        ]
        assert [(each["algorithm"], each["value"]) for each in items[name]["hashes"]] == exact
        if name in videos.NOT_IN_CHROMIUM:
            assert "moments" not in items[name]
            assert "This browser cannot look at this video." in rows[name]
            continue
        assert to_bytes(videos.carried(items[name])).hex() == videos.published("moments")[name]["blob"], name
        assert "Ready. This video and parts of it can be recognised." in rows[name]
        whole_only = to_bytes(videos.carried(items[name]).without_anchored())
        assert to_bytes(videos.carried(plain[name])) == whole_only, name
    case = CaseIn.model_validate({"items": list(items.values())})
    taken = [submission(item) for item in case.items]
    assert [each.media for each in taken] == ["video"] * len(taken)
    assert [len(each.moments) > 0 for each in taken] == ["moments" in item for item in items.values()]


def test_a_browser_that_decodes_nothing_in_workers_is_shown_the_film_by_the_page(
    browser: Browser, site: str
) -> None:
    content = videos.hand_held(4)
    with visit(browser) as seen:
        altered(seen.page, NO_DECODER)
        opened(seen.page, f"{site}/en/device/")
        choose(seen.page, [videos.given("film.mp4", content)], 1)
        [item] = sent(seen.page)
        assert ways(seen.page) == ["page"]
        expect(seen.page.get_by_text("Another browser could look at it more closely.")).to_be_visible()
        assert seen.complaints == []
        assert seen.page.locator("video").count() == 0
    found = videos.carried(item)
    assert len(found) >= 3
    assert found.duration == 4000
    with open_video(content) as video:
        frames = {frame.ms: whole(frame)[0].tobytes() for frame in video.every()}
    # What is shown is looked at four times a second; what is seen are the engine's own frames.
    for begin, row in zip(found.begins.tolist(), found.whole, strict=True):
        assert frames[begin] == row.tobytes(), begin


def test_where_there_are_no_frames_to_be_had_a_canvas_is_read(browser: Browser, site: str) -> None:
    content = videos.hand_held(4)
    with visit(browser) as seen:
        altered(seen.page, NO_DECODER + NO_FRAME)
        seen.page.add_init_script(NO_FRAME)
        opened(seen.page, f"{site}/en/device/")
        choose(seen.page, [videos.given("film.mp4", content)], 1)
        assert ways(seen.page) == ["page-colours"]
        [item] = sent(seen.page)
    found = videos.carried(item)
    assert len(found) >= 3
    with open_video(content) as video:
        frames = {frame.ms: whole(frame)[0].tobytes().hex() for frame in video.every()}
    for begin, row in zip(found.begins.tolist(), found.whole, strict=True):
        assert apart(frames[begin], row.tobytes().hex()) <= 12


OPAQUE = """Object.defineProperty(VideoFrame.prototype, "format", { get: () => null });
  { const plain = VideoFrame.prototype.copyTo;
    VideoFrame.prototype.copyTo = function (target, options) {
      if (options?.format === undefined) return Promise.reject(new DOMException("", "NotSupportedError"));
      return plain.call(this, target, options); }; }"""
CLOSED = """VideoFrame.prototype.copyTo = function () {
  return Promise.reject(new DOMException("", "NotSupportedError")); };"""


@pytest.mark.parametrize("prelude", [OPAQUE, CLOSED])
def test_frames_of_hardware_that_say_nothing_of_their_form_are_read_by_their_colours(
    browser: Browser, site: str, prelude: str
) -> None:
    """As Android's decoders hand them out: turned into ordinary colours, or else drawn."""
    name = "h264-rotated.mp4"
    with visit(browser) as seen:
        altered(seen.page, prelude)
        opened(seen.page, f"{site}/en/device/")
        choose(seen.page, [videos.VIDEOS / name], 1)
        assert ways(seen.page) == ["codecs-colours"]
        [item] = sent(seen.page)
    found = videos.carried(item)
    assert len(found) == len(videos.published("moments")[name]["moments"])
    with open_video(videos.VIDEOS / name) as video:
        frames = {frame.ms: whole(frame)[0].tobytes().hex() for frame in video.every()}
    for begin, row in zip(found.begins.tolist(), found.whole, strict=True):
        assert apart(frames[begin], row.tobytes().hex()) <= 12, begin


@pytest.mark.parametrize("prelude", ["", NO_DECODER])
def test_a_browser_that_alters_what_pages_read_gives_the_exact_file_and_says_so(
    browser: Browser, site: str, prelude: str
) -> None:
    with visit(browser) as seen:
        altered(seen.page, TAMPERING + prelude)
        opened(seen.page, f"{site}/en/device/")
        choose(seen.page, [videos.given("film.mp4", videos.hand_held(4))], 1)
        [item] = sent(seen.page)
        assert [each["algorithm"] for each in item["hashes"]] == ["md5", "sha256"]
        assert "moments" not in item
        expect(seen.page.get_by_text("this browser changes pictures before a page")).to_be_visible()


def test_a_spoilt_stretch_costs_itself_and_not_the_film(browser: Browser, site: str) -> None:
    content = videos.hand_held(5)
    with visit(browser) as seen:
        opened(seen.page, f"{site}/en/device/")
        choose(seen.page, [videos.given("film.mp4", videos.damaged(content))], 1)
        expect(seen.page.get_by_text("Some of this video is damaged.")).to_be_visible()
        [item] = sent(seen.page)
    with open_video(content) as video:
        wanted = moments_of(video)
    found = videos.carried(item)
    seconds = set((found.begins // 1000).tolist())
    assert {0, 1, 3, 4} <= seconds
    both = {row.tobytes() for row in found.whole} & {row.tobytes() for row in wanted.whole}
    assert len(both) >= 3


BEGINNING = "Only the beginning of this video could be looked at, up to "


def test_of_a_film_that_the_page_shows_what_comes_before_a_spoilt_stretch_is_kept(
    browser: Browser, site: str
) -> None:
    with visit(browser) as seen:
        altered(seen.page, NO_DECODER)
        opened(seen.page, f"{site}/en/device/")
        choose(seen.page, [videos.given("film.mp4", videos.damaged(videos.hand_held(5)))], 1)
        expect(seen.page.get_by_text(f"{BEGINNING}0:0")).to_be_visible()
        [item] = sent(seen.page)
    assert {0, 1} <= set((videos.carried(item).begins // 1000).tolist())


def test_of_a_file_that_breaks_off_it_is_said_how_far_it_was_looked_at(browser: Browser, site: str) -> None:
    content = videos.cut_off(videos.hand_held(5), 75)
    with visit(browser) as seen:
        opened(seen.page, f"{site}/en/device/")
        choose(seen.page, [videos.given("film.mp4", content)], 1)
        expect(seen.page.get_by_text(f"{BEGINNING}0:02.")).to_be_visible()
        assert ways(seen.page) == ["codecs"]
        [item] = sent(seen.page)
    with open_video(videos.hand_held(5)) as video:
        wanted = moments_of(video).begins.tolist()
    assert videos.carried(item).begins.tolist()[:2] == wanted[:2]


def test_of_a_film_longer_than_is_looked_at_it_is_said_how_far_it_was(browser: Browser, site: str) -> None:
    def shorter(route: Any) -> None:
        answer = route.fetch()
        assert answer.text().count("=5e5,") == 1
        route.fulfill(response=answer, body=answer.text().replace("=5e5,", "=70,"))

    with visit(browser) as seen:
        seen.page.route("**/video-worker.*.js", shorter)
        opened(seen.page, f"{site}/en/device/")
        choose(seen.page, [videos.given("film.mp4", videos.hand_held(5))], 1)
        expect(seen.page.get_by_text(f"{BEGINNING}0:02.")).to_be_visible()
        [item] = sent(seen.page)
    assert videos.carried(item).duration == 70 * 1000 // 30


HELD = """addEventListener("message", (event) => {
  if (event.data.kind !== "watch" || globalThis.release !== undefined) return;
  event.stopImmediatePropagation();
  globalThis.release = () => dispatchEvent(new MessageEvent("message", { data: event.data }));
  console.log("held"); });"""


def test_a_file_that_is_changed_while_it_is_worked_on_is_not_taken_for_a_damaged_one(
    browser: Browser, site: str, tmp_path: Path
) -> None:
    file = tmp_path / "film.mp4"
    file.write_bytes(videos.hand_held(4))
    with visit(browser) as seen:
        page = seen.page
        altered(page, HELD)
        opened(page, f"{site}/en/device/")
        with page.expect_console_message(lambda message: message.text == "held"):
            page.locator("[data-device-files]").set_input_files(file)
        file.write_bytes(b"something else")
        [worker] = [each for each in page.workers if "video-worker" in each.url]
        worker.evaluate("release()")
        expect(page.get_by_text("This video could no longer be read.")).to_be_visible()
        [item] = sent(page)
    assert item["hashes"][1]["value"] == hashlib.sha256(videos.hand_held(4)).hexdigest()


def test_a_recording_that_names_no_length_is_shown_to_its_end(browser: Browser, site: str) -> None:
    with visit(browser) as seen:
        altered(seen.page, NO_DECODER)
        opened(seen.page, f"{site}/en/device/")
        choose(seen.page, [videos.VIDEOS / "vp8-live.webm"], 1)
        assert ways(seen.page) == ["page"]
        [item] = sent(seen.page)
    found = videos.carried(item)
    assert len(found) == 2
    assert 1900 <= found.duration <= 2100


def test_a_film_whose_times_are_those_of_decoding_is_told_by_the_order_of_its_frames(
    browser: Browser, site: str
) -> None:
    content = videos.without_composition(videos.hand_held(3, seed=9, bframes=True))
    assert content != videos.hand_held(3, seed=9, bframes=True)
    with visit(browser) as seen:
        opened(seen.page, f"{site}/en/device/")
        choose(seen.page, [videos.given("film.mp4", content)], 1)
        [item] = sent(seen.page)
    with open_video(content) as video:
        assert to_bytes(videos.carried(item)) == to_bytes(moments_of(video))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"\0\0\0\x18ftypmp42" + b"frames" * 3000, "This browser cannot look at this video."),
        (videos.VIDEOS.joinpath("vp9.webm").read_bytes()[:300], "This browser cannot look at this video."),
        (videos.VIDEOS.joinpath("h264.mp4").read_bytes()[:-4000], None),
    ],
)
def test_whatever_is_no_film_gets_its_exact_digest_and_says_so(
    browser: Browser, site: str, content: bytes, says: str | None
) -> None:
    with visit(browser) as seen:
        opened(seen.page, f"{site}/en/device/")
        choose(seen.page, [videos.given("film.mp4", content)], 1)
        [item] = sent(seen.page)
        assert item["hashes"][1]["value"] == hashlib.sha256(content).hexdigest()
        if says is not None:
            assert "moments" not in item
            expect(seen.page.get_by_text(says)).to_be_visible()


def test_a_grey_film_is_told_to_be_too_plain(browser: Browser, site: str) -> None:
    recipe = videos.Recipe(frames=40, options=videos.PHONE)
    grey = videos.film_of([np.full((recipe.height, recipe.width), 90, np.uint8)] * recipe.frames, recipe)
    with visit(browser) as seen:
        opened(seen.page, f"{site}/en/device/")
        choose(seen.page, [videos.given("grey.mp4", grey)], 1)
        expect(seen.page.get_by_text("This video shows too little to be recognised")).to_be_visible()
        assert "moments" not in sent(seen.page)[0]


def test_progress_is_told_in_time_seen_and_a_film_that_is_taken_back_leaves_the_way_free(
    browser: Browser, site: str
) -> None:
    slowly = """{ const plain = VideoFrame.prototype.copyTo;
      VideoFrame.prototype.copyTo = async function (...given) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        return plain.apply(this, given); }; }"""
    films = [videos.given("one.mp4", videos.hand_held(5)), videos.given("two.mp4", videos.hand_held(4))]
    with visit(browser) as seen:
        page = seen.page
        altered(page, slowly)
        opened(page, f"{site}/en/device/")
        page.locator("[data-device-files]").set_input_files(films)
        expect(page.get_by_text("Working on this device… 0:01 of 0:05")).to_be_visible()
        assert 0.1 < page.locator(".device-list progress").first.evaluate("bar => bar.value") < 0.7
        # Nothing of it is sent before it is looked at.
        assert sent(page) == []
        page.get_by_role("button", name="Send").click()
        expect(page.locator("[data-device-status]")).to_have_text(
            "Some files are not ready yet. Please wait a moment, then send."
        )
        page.get_by_role("button", name="Remove one.mp4").click()
        expect(page.locator(".device-list li[data-mood=ready]")).to_have_count(1, timeout=60_000)
        [item] = sent(page)
        choose(page, [films[1]], 2)
        expect(page.get_by_text("This file is in the list already.")).to_be_visible()
        assert len(sent(page)) == 1
    with open_video(videos.hand_held(4)) as video:
        assert to_bytes(videos.carried(item)) == to_bytes(moments_of(video))


def test_a_video_known_as_the_exact_file_alone_is_looked_at_when_it_is_chosen_again(
    browser: Browser, site: str
) -> None:
    name = "h264.mp4"
    content = videos.VIDEOS.joinpath(name).read_bytes()
    exact = [
        {
            "algorithm": "md5",
            "role": "whole",
            "value": hashlib.md5(content, usedforsecurity=False).hexdigest(),
        },
        {"algorithm": "sha256", "role": "whole", "value": hashlib.sha256(content).hexdigest()},
    ]
    other = [{"algorithm": "sha256", "role": "whole", "value": "0" * 64}]
    with visit(browser) as seen:
        page = seen.page
        opened(page, f"{site}/en/device/")
        text = {"repit": "hashes 1", "items": [{"media": "video", "hashes": each} for each in (exact, other)]}
        choose(page, [videos.given("text.json", json.dumps(text).encode())], 1)
        choose(page, [videos.VIDEOS / name], 2)
        expect(page.get_by_text("Files from the page for use without internet: 1.")).to_be_visible()
        assert [("moments" in item, item["hashes"]) for item in sent(page)] == [(False, other), (True, exact)]
        choose(page, [videos.VIDEOS / name], 3)
        expect(page.get_by_text("This file is in the list already.")).to_be_visible()
        assert len(sent(page)) == 2


NO_ROOM = "There is too much video in the list for this one. Send the others first, then add it."


def brought(seeds: range, seconds: int = 3_600, places: int = 4) -> str:
    """The text of videos of that length."""
    items = [body(video(seed, seconds, places=places)) for seed in seeds]
    text = json.dumps({"repit": "hashes 1", "items": items})
    return text.replace(', "quality": null', "").replace(', "kind": "intimate"', "")


def as_chosen(text: str) -> list[dict[str, Any]]:
    """Its items, as the form sends them."""
    return [{"kind": "intimate", **item} for item in json.loads(text)["items"]]


def test_a_video_too_long_beside_the_others_is_kept_and_waits_until_there_is_room(
    browser: Browser, site: str
) -> None:
    six, more = brought(range(6)), brought(range(6, 7))
    with visit(browser) as seen:
        page = seen.page
        opened(page, f"{site}/en/device/")
        choose(page, [videos.given("six.json", six.encode())], 1)
        choose(page, [videos.given("more.json", more.encode())], 2)
        waiting = page.locator(".device-list li[data-mood=failed]")
        expect(waiting).to_contain_text("more.json")
        expect(waiting).to_contain_text(NO_ROOM)
        expect(page.locator("[data-device-status]")).to_have_text("Files ready: 1 of 2.")
        assert sent(page) == as_chosen(six)
        expect(page.locator("textarea[name=hashes]")).to_have_attribute("autocomplete", "off")
        # Behind it, what is short enough still has room.
        choose(page, [videos.VIDEOS / "h264.mp4"], 3)
        assert sent(page)[:-1] == as_chosen(six) and len(sent(page)) == 7
        # Without the hashes of their parts they are shorter.
        page.get_by_label("One").check()
        expect(waiting).to_have_count(0)
        assert len(sent(page)) == 8
        page.get_by_label("Family").check()
        expect(waiting).to_have_count(1)
        page.get_by_role("button", name="Remove six.json").click()
        expect(waiting).to_have_count(0)
        assert sent(page)[:-1] == as_chosen(more)


def test_of_videos_brought_along_that_are_too_long_together_each_can_be_taken_out(
    browser: Browser, site: str
) -> None:
    """Pasted, or come back because the server was given more than it takes, as by an older page."""
    whole = json.loads(brought(range(7)))
    whole["items"].insert(3, json.loads(brought(range(7, 8), 0))["items"][0])
    text = json.dumps(whole)
    wanted = as_chosen(text)

    def held_up(route: Any) -> None:
        answer = route.fetch()
        mark = "data-device-paste>"
        assert mark in answer.text()
        route.fulfill(response=answer, body=answer.text().replace(mark, mark + html.escape(text)))

    with visit(browser) as seen:
        page = seen.page
        page.route("**/en/device/", held_up)
        opened(page, f"{site}/en/device/")
        rows = page.locator(".device-list li")
        expect(rows).to_have_count(8)
        expect(rows.first).to_contain_text("Your files from before")
        expect(rows.nth(1)).to_contain_text("Your files from before, video of 1:00:00")
        assert rows.evaluate_all("rows => rows.map(row => row.dataset.mood)") == ["ready"] * 7 + ["failed"]
        expect(rows.last).to_contain_text(NO_ROOM)
        assert sent(page) == [wanted[3], *wanted[:3], *wanted[4:7]]
        rows.nth(1).get_by_role("button").click()
        expect(rows.last).to_contain_text("You don’t have to choose them again.")
        assert sent(page) == [wanted[3], *wanted[1:3], *wanted[4:]]


def test_a_film_that_is_taken_back_before_the_page_would_show_it_leaves_the_way_free(
    browser: Browser, site: str
) -> None:
    held = """{ const plain = VideoDecoder.isConfigSupported;
      VideoDecoder.isConfigSupported = () => new Promise((resolve) => {
        VideoDecoder.isConfigSupported = plain;
        addEventListener("message", ({ data }) => {
          if (data.kind === "cancel") setTimeout(() => resolve({ supported: false })); });
        console.log("held"); }); }"""
    with visit(browser) as seen:
        page = seen.page
        altered(page, held)
        opened(page, f"{site}/en/device/")
        with page.expect_console_message(lambda message: message.text == "held"):
            page.locator("[data-device-files]").set_input_files(
                [videos.given("one.mp4", videos.hand_held(4))]
            )
        page.get_by_role("button", name="Remove one.mp4").click()
        choose(page, [videos.VIDEOS / "h264.mp4"], 1)
        assert ways(page) == ["codecs"]


@pytest.mark.parametrize(
    "body",
    ["throw new Error();", "addEventListener('message', (e) => { if (e.data.kind === 'watch') throw 1; });"],
)
def test_a_worker_that_is_not_there_or_dies_leaves_the_exact_file(
    browser: Browser, site: str, body: str
) -> None:
    with visit(browser) as seen:
        seen.page.route(
            "**/video-worker.*.js", lambda route: route.fulfill(content_type="text/javascript", body=body)
        )
        opened(seen.page, f"{site}/en/device/")
        choose(seen.page, [videos.given("film.mp4", videos.hand_held(4))], 1)
        expect(seen.page.get_by_text("This device could not look at this video.")).to_be_visible()
        [item] = sent(seen.page)
        assert [each["algorithm"] for each in item["hashes"]] == ["md5", "sha256"]


def test_a_film_that_the_page_showed_to_a_worker_that_died_is_let_go(browser: Browser, site: str) -> None:
    dies = "addEventListener('message', (e) => { if (e.data.kind === 'look') throw 1; });"
    held = """const held = globalThis.heldFilms = new Set();
      const [hold, free] = [URL.createObjectURL, URL.revokeObjectURL];
      URL.createObjectURL = (each) => { const url = hold(each); held.add(url); return url; };
      URL.revokeObjectURL = (url) => { held.delete(url); free(url); };"""
    with visit(browser) as seen:
        page = seen.page
        page.add_init_script(f"{{ {held} }}")
        altered(page, NO_DECODER + dies)
        opened(page, f"{site}/en/device/")
        choose(page, [videos.given("film.mp4", videos.hand_held(4))], 1)
        expect(page.get_by_text("This device could not look at this video.")).to_be_visible()
        assert page.evaluate("heldFilms.size") == 0


def test_pictures_do_not_wait_for_the_worker_that_looks_at_videos(browser: Browser, site: str) -> None:
    held: list[Any] = []
    with visit(browser) as seen:
        seen.page.route("**/video-worker.*.js", lambda route: held.append(route))  # noqa: PLW0108
        opened(seen.page, f"{site}/en/device/")
        choose(seen.page, [videos.CONFORMANCE / "pictures" / "rgb.png"], 1)
        assert len(sent(seen.page)) == 1
        for route in held:
            route.continue_()


def test_only_where_files_are_chosen_may_a_page_show_a_film_and_then_only_what_was_chosen(
    browser: Browser, site: str
) -> None:
    with visit(browser) as seen:
        found = policies(seen.page)
        arrived(seen.page, f"{site}/en/device/")
        assert "media-src blob:" in found[""]
        assert "'wasm-unsafe-eval'" in found["video-worker"]
        assert "connect-src" not in found["video-worker"]
        assert "media-src" not in found["video-worker"]
        seen.page.goto(f"{site}/en/")
        assert "media-src" not in found[""]


def test_the_page_for_use_without_internet_looks_at_videos_too(
    browser: Browser, site: str, tmp_path: Path
) -> None:
    del site
    edition = offline_page.editions()[0]
    file = tmp_path / edition.name
    file.write_bytes(edition.page)
    with visit(browser) as seen:
        page = seen.page
        page.context.set_offline(True)
        page.goto(f"file://{file}")
        page.locator("input[name=level][value=family]").check()
        choose(page, [videos.VIDEOS / "h264.mp4"], 1)
        [item] = json.loads(page.locator("[data-device-carry]").input_value())["items"]
        assert to_bytes(videos.carried(item)).hex() == videos.published("moments")["h264.mp4"]["blob"]
        assert [url for url in seen.requests if not url.startswith(("file:", "blob:"))] == []
        assert seen.complaints == []
