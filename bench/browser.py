"""A photograph and a film hashed on the person's own device: the bundle as served, in Debian's Chromium.

In: `--only photo`, `slow`, `film`, `moments`. Out: `docs/bench/browser.md`. Next: a reader. The page's own
clock times its steps; processor time and memory are those of the process that runs the page and its worker,
from the kernel's books. The peer is the engine on the same picture and video, and hashlib on the film.

A slow phone is that process at a quarter of its speed, all threads of it: stopped for three times as long as
it was let run. The browser's own throttle slows the page's thread, and only in part the worker's.
"""

import gzip
import hashlib
import io
import os
import signal
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from bench.browser_page import BUNDLE, hashed, page_of, processor
from bench.common import Options, Report, Table
from bench.video.decoding import CODECS, PHONE
from bench.video.filming import BGR, write
from repit_engine import pdq
from repit_engine.anchors import bank_family, warm_up
from repit_engine.moments import moments_of, to_bytes
from repit_engine.picture import open_picture
from repit_engine.stoplist import package_stoplist
from repit_engine.video import open_video

WIDTH, HEIGHT = 4000, 3000
FILM_BYTES = 1_000_000_000
PHONE_SECONDS, PHONE_RATE, PHONE_SHOT = 120, 30, 12
PHONE_SIZE = 1920, 1080
MOMENTS_GOAL_S, MOMENTS_GOAL_MB = 30.0, 200.0
ROUNDS = 7
PICKS = (statistics.median, min, max)
GOALS = {"standard hash": 400.0, "family": 1500.0}
SLOW_GOAL = 2500.0
SLICE, TIMES = 0.005, 4
FILES = ("device.js", "worker.js", "video-worker.js", "stop-list.js", "device.css")


def run(options: Options) -> Report:
    """Hash a photograph of 12 megapixels several times, a film of 1 GB with and without WebAssembly, and find
    the moments of two minutes as a phone records them.
    """
    report = Report(
        "browser",
        "Hashing on the person's device",
        "A JPEG of 4000 × 3000 made by code (detail of every grain, quality 90), a film of 1 GB of noise. "
        "Times are after the file was chosen; the page shows its progress meanwhile.",
    )
    with tempfile.TemporaryDirectory() as folder:
        photo, film = Path(folder) / "photo.jpg", Path(folder) / "film.mp4"
        wanted = set(options.only) or {"photo", "slow", "film", "moments"}
        if wanted & {"photo", "slow"}:
            photo.write_bytes(_photograph())
        if "photo" in wanted:
            _photo(report, photo)
        if "slow" in wanted:
            _chosen(report, photo)
            _weight(report)
        if "film" in wanted:
            _write_film(film)
            _film(report, film)
        if "moments" in wanted:
            _moments(report, Path(folder) / "phone.mp4")
    report.notes += [
        "The page's clock counts what other programs of a busy machine take, too; the least time is the "
        "nearest to what it needs.",
        "hash: luma, samples and transform of the standard hash, and the plane of the anchors, in one pass "
        "over the rows. anchors: blobs, their hashes and the stop-list. Together they make the family.",
        "Memory: the most that the page's process ever held (VmHWM), before the file was chosen and after; "
        "about 100 MB of it is Chromium's own code.",
        f"load average when this began: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores",
    ]
    return report


def _photo(report: Report, photo: Path) -> None:
    rounds = [hashed(photo) for _ in range(ROUNDS)]
    steps = {name: statistics.median(each["took"][name] for each in rounds) for name in rounds[0]["took"]}
    warm_up()
    picture = open_picture(photo, full=True)
    engine = (
        _median_ms(lambda: pdq.hash_luma(picture.luma)),
        _median_ms(lambda: bank_family(picture, stoplist=package_stoplist())),
    )
    family = bank_family(picture, stoplist=package_stoplist())
    same = rounds[0]["values"] == [row.tobytes().hex() for row in family.hashes]
    totals = {"standard hash": steps["hash"], "family": steps["hash"] + steps["anchors"]}
    for (work, ours), theirs in zip(totals.items(), engine, strict=True):
        report.compare(
            f"12 MP photograph, after decoding: {work}", "ms p50", ours, "engine, one thread", theirs
        )
    report.tables.append(
        Table(
            "A 12 MP photograph, step by step",
            ("step", "ms p50", "least", "most"),
            [
                (
                    name,
                    *(
                        f"{pick(each['took'][name] for each in rounds):.0f}"
                        for pick in (statistics.median, min, max)
                    ),
                )
                for name in steps
            ],
        )
    )
    cpu, worker = (statistics.median(each[key] for each in rounds) for key in ("cpu", "worker"))
    report.compare("12 MP photograph: processor time of the worker, all of it but decoding", "ms p50", worker)
    before, after = (max(each[key] for each in rounds) for key in ("before", "after"))
    report.notes += [
        *(_goal(name, goal, totals[name], rounds) for name, goal in GOALS.items()),
        f"processor time of the page's process for one photograph, decoding included: {cpu:.0f} ms",
        f"memory of the page's process: {before:.0f} MB before, {after:.0f} MB at most, 48 MB the picture",
        f"all {len(family.hashes)} hashes equal to the engine's: {'yes' if same else 'no'}",
    ]


def _chosen(report: Report, photo: Path) -> None:
    """From choosing a picture to seeing it ready: the first of a page and the next, lying and turned."""
    turned, large = photo.with_name("turned.jpg"), photo.with_name("large.jpg")
    with Image.open(photo) as picture:
        exif = Image.Exif()
        exif[0x0112] = 6
        picture.save(turned, "JPEG", quality=90, exif=exif)
        picture.resize((2 * WIDTH, 2 * HEIGHT)).save(large, "JPEG", quality=90)
    rows = []
    for slow in (False, True):
        for name, file in (("lying", photo), ("turned by EXIF", turned)):
            rounds = [_twice(file, slow=slow) for _ in range(ROUNDS)]
            for which, label in ((0, "first"), (1, "next")):
                times = [each[which][0] for each in rounds]
                speed = "a quarter of the speed" if slow else "this machine's speed"
                rows.append((speed, name, label, *(f"{pick(times):.0f}" for pick in PICKS)))
            if slow:
                continue
            cpu = statistics.median(each[0][1] for each in rounds)
            work = f"12 MP photograph, {name}, the first of a page"
            report.compare(f"{work}: processor time from choosing to ready", "ms p50", cpu)
            report.notes.append(
                f"{work}, on a phone of a quarter of this machine's speed that does one thing at a time: "
                f"{TIMES * cpu:.0f} ms; goal {SLOW_GOAL:.0f} ms"
            )
    heading = ("speed", "12 MP photograph", "of the page", "ms p50", "least", "most")
    report.tables.append(Table("From choosing to ready", heading, rows))
    answer = hashed(large)
    report.notes.append(
        f"a photograph of 48 MP: memory {answer['before']:.0f} MB before, {answer['after']:.0f} MB at most, "
        f"192 MB the picture; processor time of the page's process {answer['cpu']:.0f} ms"
    )


def _weight(report: Report) -> None:
    """What a page brings, as it is served (`foundation.web.static_files`)."""
    sizes = []
    for name in FILES:
        content = (BUNDLE / name).read_bytes()
        sizes.append((name, f"{len(content):,}", f"{len(gzip.compress(content, 9, mtime=0)):,}"))
    report.tables.append(
        Table("What the page brings once, in bytes", ("file", "plain", "as it comes"), sizes)
    )


def _twice(file: Path, *, slow: bool) -> list[tuple[float, float]]:
    """Milliseconds from the choice to the last row that is done, and of processor time: of two pictures one
    after the other."""
    with page_of(wasm=True) as (page, process), _slowed(process) if slow else nullcontext():
        page.wait_for_timeout(3000)
        page.evaluate(_CLOCK)
        times = []
        for number in range(2):
            before = processor(process)
            page.locator("[data-device-files]").set_input_files(file)
            page.locator("li[data-mood]").nth(number).wait_for(timeout=300_000)
            used = processor(process) - before
            times.append((page.evaluate("ready[ready.length - 1] - chosen"), used))
        return times


_CLOCK = """() => {
  window.ready = [];
  const files = document.querySelector("[data-device-files]");
  files.addEventListener("change", () => (window.chosen = performance.now()), true);
  new MutationObserver(() => {
    if (document.querySelectorAll("li[data-mood]").length > ready.length) ready.push(performance.now());
  }).observe(document, { subtree: true, childList: true, attributes: true });
}"""


@contextmanager
def _slowed(process: int) -> Iterator[None]:
    """The process runs in slices, and waits after each; a slice that became longer makes a longer wait."""
    over = threading.Event()

    def slow() -> None:
        while not over.is_set():
            begun = time.perf_counter()
            time.sleep(SLICE)
            os.kill(process, signal.SIGSTOP)
            time.sleep((TIMES - 1) * (time.perf_counter() - begun))
            os.kill(process, signal.SIGCONT)

    thread = threading.Thread(target=slow, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _goal(name: str, goal: float, median: float, rounds: list[dict[str, Any]]) -> str:
    steps = ("hash",) if name == "standard hash" else ("hash", "anchors")
    least = min(sum(each["took"][step] for step in steps) for each in rounds)
    return (
        f"goal for the {name}: {goal:.0f} ms; measured {median:.0f} at the median, {least:.0f} at the least"
    )


def _film(report: Report, film: Path) -> None:
    start = time.perf_counter()
    digests = hashlib.md5(usedforsecurity=False), hashlib.sha256()
    with film.open("rb") as file:
        while piece := file.read(4 << 20):
            for digest in digests:
                digest.update(piece)
    theirs = time.perf_counter() - start
    for kind, wasm in (("WebAssembly", True), ("plain script", False)):
        answer = hashed(film, wasm=wasm)
        if answer["values"] != [digest.hexdigest() for digest in digests]:
            raise SystemExit("The page's digests are not those of hashlib.")
        report.compare(
            f"1 GB film: MD5 and SHA-256, {kind}", "s", answer["took"]["exact"] / 1000, "hashlib", theirs
        )
        report.compare(f"1 GB film, {kind}: processor time of the worker", "s", answer["worker"] / 1000)
        report.notes.append(
            f"film, {kind}: memory {answer['before']:.0f} MB before, {answer['after']:.0f} MB at most"
        )


def _moments(report: Report, film: Path) -> None:
    """Two minutes of 1080p: from choosing them to their moments, and whether those are the engine's."""
    write(film, _walk(), PHONE_RATE, CODECS[PHONE](PHONE_SIZE[1]))
    warm_up()
    start = time.process_time()
    with open_video(film) as video:
        wanted = to_bytes(moments_of(video))
    theirs = time.process_time() - start
    rounds = [hashed(film) for _ in range(3)]
    if any(each["moments"] != wanted for each in rounds):
        raise SystemExit("The page's moments are not the engine's.")
    walls = sorted(each["wall"] for each in rounds)
    work = f"{PHONE_SECONDS} s of 1080p as a phone records: digests and moments"
    report.compare(f"{work}, from choosing to ready", "s", walls[1], "engine, processor", theirs)
    report.compare(f"{work}, processor time of the page's process", "s", rounds[0]["cpu"] / 1000)
    more = max(each["after"] - each["before"] for each in rounds)
    report.compare(f"{work}, memory", "MB", more)
    size = film.stat().st_size / 1e6
    report.notes += [
        f"video of {size:.0f} MB: {walls[0]:.1f} to {walls[-1]:.1f} s, goal {MOMENTS_GOAL_S:.0f} s; "
        "its moments are the engine's to the bit",
        f"video: memory {rounds[0]['before']:.0f} MB before, {more:.0f} MB more at most, goal "
        f"{MOMENTS_GOAL_MB:.0f} MB; of the page's process, which decodes it as well",
    ]


def _walk() -> Iterator[BGR]:
    """What a hand sees that holds a phone: another part of one large picture in each shot."""
    with Image.open(io.BytesIO(_photograph())) as picture:
        sheet = np.ascontiguousarray(np.asarray(picture)[:, :, ::-1])
    width, height = PHONE_SIZE
    room_x, room_y = WIDTH - width, HEIGHT - height
    for number in range(PHONE_SECONDS * PHONE_RATE):
        shot, ms = number // (PHONE_SHOT * PHONE_RATE), number * 1000 / PHONE_RATE
        x = room_x * (0.5 + 0.35 * np.sin(ms / 2300 + 2.1 * shot) + 0.02 * np.sin(ms / 170))
        y = room_y * (0.5 + 0.35 * np.sin(ms / 3100 + 1.3 * shot) + 0.02 * np.sin(ms / 130))
        yield sheet[int(y) : int(y) + height, int(x) : int(x) + width]


def _photograph() -> bytes:
    """Noise of every grain, as natural pictures have it."""
    random = np.random.default_rng(12)
    total = np.zeros((HEIGHT, WIDTH, 3), np.float32)
    for cells in (4, 8, 16, 32, 64, 128, 256, 512, 1024):
        sheet = random.integers(0, 256, (max(2, cells * 3 // 4), cells, 3), np.uint8)
        total += (
            np.asarray(Image.fromarray(sheet).resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC), np.float32)
            / cells**0.3
        )
    total = (total - total.min()) * (255 / (total.max() - total.min()))
    buffer = io.BytesIO()
    Image.fromarray(total.astype(np.uint8)).save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def _write_film(path: Path) -> None:
    piece = b"\0\0\0\x18ftypmp42" + np.random.default_rng(1).bytes((4 << 20) - 12)
    with path.open("wb") as file:
        left = FILM_BYTES
        while left:
            left -= file.write(piece[: min(left, len(piece))])


def _median_ms(work: Any) -> float:
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)
