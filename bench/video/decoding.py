"""How fast a film becomes hashes: planned decoding, every frame, all that a gate asks, against vpdq.

In: pictures, seconds. Out: rows and a table of a `Report`, by codec and size. Next: `bench.video`.

Seconds of processor of this process, whatever its threads, the best of some runs; ours and theirs in turns.
"""

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from bench.common import Report, Table
from bench.video import filming, peers, scenes, workers
from bench.video.filming import Encoding, x264
from bench.video.keeping import KEPT, VERSION, digest
from bench.video.originals import Material, pixels
from bench.video.scenes import Film
from repit_engine.moments import asked_of, moments_of
from repit_engine.moments.frame import whole
from repit_engine.video import Video, open_video

SIZES: Final = {720: (1280, 720), 1080: (1920, 1080)}
SEED: Final = 7


def _x265(group: int, *, opened: bool = False) -> Encoding:
    words = f"log-level=error:keyint={group}:min-keyint={group}:scenecut=0:open-gop={int(opened)}:pools=1"
    return Encoding("libx265", {"preset": "veryfast", "crf": "27", "x265-params": words})


def _vp9(group: int, rate: str) -> Encoding:
    options = {"deadline": "realtime", "cpu-used": "6", "b": rate, "g": str(group)}
    return Encoding("libvpx-vp9", options, ".webm")


def _av1(group: int) -> Encoding:
    words = f"lp=1:keyint={group}"
    return Encoding("libsvtav1", {"preset": "10", "crf": "38", "g": str(group), "svtav1-params": words})


def _h264(group: int) -> Encoding:
    return x264(26, "medium", g=str(group), keyint_min=str(group), sc_threshold="0")


def _phone(rate: str) -> Encoding:
    options = {"preset": "veryfast", "bf": "0", "refs": "1", "b": rate, "maxrate": rate, "bufsize": rate}
    groups = {"g": "30", "keyint_min": "30", "sc_threshold": "0", "threads": "1"}
    return Encoding("libx264", options | groups)


PHONE: Final = "H.264 as a phone records"
CODECS: Final[dict[str, Callable[[int], Encoding]]] = {
    PHONE: lambda size: _phone("17M" if size == 1080 else "8M"),
    "H.264, 2 s": lambda _: _h264(60),
    "H.264, 10 s": lambda _: _h264(300),
    "H.264, open": lambda _: x264(26, "medium", **{"x264-params": "open-gop=1:keyint=250"}),
    "HEVC, 2 s": lambda _: _x265(60),
    "HEVC, 10 s": lambda _: _x265(300),
    "VP9, 2 s": lambda size: _vp9(60, "4M" if size == 1080 else "2M"),
    "AV1, 2 s": lambda _: _av1(60),
    "MPEG-4, 2 s": lambda _: Encoding("mpeg4", {"q:v": "5", "g": "60", "bf": "2"}),
}


@dataclass(frozen=True)
class Measured:
    """Times faster than playing."""

    codec: str
    size: int
    megabits: float
    planned: float
    every: float
    decoded: float
    asked: float
    banked: float
    bits: int
    peer: float | None


@dataclass(frozen=True)
class Plan:
    """Films of so many seconds, each a size and a codec, measured so many times."""

    seconds: float
    films: Sequence[tuple[int, str]]
    runs: int


def files(material: Material, plan: Plan, processes: int) -> None:
    """Make what is not kept yet."""
    seconds = plan.seconds
    wanted = [film for film in plan.films if not _path(seconds, *film).exists()]
    sources = sorted({size for size, _ in wanted})
    workers.over(sources, lambda size: _source(material, seconds, size), processes, "Scenes for decoding")
    workers.over(wanted, lambda each: _encode(material, seconds, *each), processes, "Codecs")


def measured(material: Material, plan: Plan, processes: int) -> list[Measured]:
    """Every file, one after another."""
    files(material, plan, processes)
    return [_measured(_path(plan.seconds, size, name), name, size, plan.runs) for size, name in plan.films]


def report(page: Report, found: Sequence[Measured]) -> None:
    """Rows against vpdq, and the table."""
    for each in found:
        work = f"{each.codec}, {each.size}p, one hash a second"
        page.compare(work, "× real time", each.planned, "vpdq", each.peer, less=False)
    cells = [
        (
            f"{each.codec}, {each.size}p", f"{each.megabits:.1f}", each.decoded, each.every,
            f"{each.every / each.decoded:.2f}", each.planned, each.banked, each.asked, each.peer,
            str(each.bits),
        )
        for each in found
    ]  # fmt: skip
    columns = (
        "film", "Mbit/s", "every frame decoded", "and hashed", "share", "one a second, planned",
        "as a bank keeps it", "as a gate asks, all stages", "vpdq, one a second", "bits off",
    )  # fmt: skip
    page.tables.append(Table("Times faster than playing, one core", columns, cells))


def _path(seconds: float, size: int, name: str) -> Path:
    encoding = CODECS[name](size)
    folder = KEPT / "codecs" / digest((scenes.__file__,), VERSION, repr(encoding), seconds)
    plain = name.replace(",", "").replace(" ", "-")
    return folder / f"{plain}-{size}{encoding.suffix}"


def _source(material: Material, seconds: float, size: int) -> Path:
    """Nearly without loss, so that it is filmed once."""
    path = _path(seconds, size, PHONE).with_name(f"source-{size}.mkv")
    if not path.exists():
        width, height = SIZES[size]
        shown = [pixels(source) for source in material.spare[:6]]
        film = Film(seconds, width, height, shake=0.8)
        made = Encoding("libx264", {"preset": "ultrafast", "crf": "10", "threads": "1"}, ".mkv")
        filming.write(path, scenes.moving(shown, film, SEED), film.rate, made)
    return path


def _encode(material: Material, seconds: float, size: int, name: str) -> None:
    os.environ["SVT_LOG"] = "1"  # errors alone
    frames = (frame for _, frame in filming.read(_source(material, seconds, size)))
    filming.write(_path(seconds, size, name), frames, 30.0, CODECS[name](size))


def _measured(path: Path, codec: str, size: int, runs: int) -> Measured:
    with open_video(path) as video:
        plays, wanted = video.duration / 1000, _seconds(video)
        alone = {frame.ms: whole(frame)[0] for frame in video.at(wanted)}
        bits = sum(
            int(np.bitwise_count(whole(frame)[0] ^ alone[frame.ms]).sum())
            for frame in video.every()
            if frame.ms in alone
        )
    ways: dict[str, Callable[[], object]] = {
        "planned": lambda: _hashed(path, dense=False),
        "peer": lambda: peers.features(path),
        "every": lambda: _hashed(path, dense=True),
        "decoded": lambda: _decoded(path),
        "asked": lambda: _asked(path),
        "banked": lambda: _banked(path),
    }
    best = dict.fromkeys(ways, float("inf"))
    for run in range(runs):
        for name, way in ways.items():
            if (name == "peer" and peers.vpdq() is None) or (run and name in {"asked", "banked"}):
                continue
            begun = time.process_time()
            way()
            best[name] = min(best[name], time.process_time() - begun)
    speed = {name: plays / spent for name, spent in best.items()}
    return Measured(
        codec, size, path.stat().st_size * 8 / plays / 1e6, speed["planned"], speed["every"],
        speed["decoded"], speed["asked"], speed["banked"], bits, speed["peer"] or None,
    )  # fmt: skip


def _seconds(video: Video) -> np.ndarray:
    """The first frame of each second."""
    _, first = np.unique(video.times // 1000, return_index=True)
    return video.times[first]


def _hashed(path: Path, *, dense: bool) -> int:
    with open_video(path) as video:
        frames = video.every() if dense else video.at(_seconds(video))
        return sum(whole(frame)[1] for frame in frames)


def _decoded(path: Path) -> int:
    with open_video(path) as video:
        return sum(1 for _ in video.every())


def _asked(path: Path) -> int:
    with open_video(path) as video:
        return sum(len(stage) for stage in asked_of(video))


def _banked(path: Path) -> int:
    with open_video(path) as video:
        return len(moments_of(video))
