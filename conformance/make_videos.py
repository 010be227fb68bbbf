"""Write the videos that every implementation must meet: ``python conformance/make_videos.py``.

In: the engine. Out: `videos.json`, and with ``--files`` the files under `videos/` anew; `curves.json`. Next:
the tests of `engine/` and `browser/`.

Encoders differ from version to version; decoders do not: the files are kept as they are, and what must come
out of them is written anew.
"""

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from films import Recipe, cut_before, film, turned_by  # noqa: E402 (it lies beside this file)

from repit_engine import pdq  # noqa: E402
from repit_engine.video import open_video  # noqa: E402
from repit_engine.video.curves import Curve, table  # noqa: E402

VERSION = 1
_X264 = {"preset": "medium", "crf": "30"}
_PHONE = {"preset": "fast", "crf": "30", "bf": "0"}
_UNEVEN = [3000 * step for step in np.cumsum([1 + (number * number) % 5 for number in range(80)]).tolist()]
_HLG, _PQ = (9, 18, 9), (9, 16, 9)
FILES = {
    "h264.mp4": lambda: film(Recipe(options=_X264)),
    "vp9.webm": lambda: film(Recipe("libvpx-vp9", "webm", options={"crf": "40", "b": "0", "cpu-used": "4"})),
    "av1.mp4": lambda: film(Recipe("libsvtav1", options={"crf": "45", "preset": "8"})),
    "h264-open.mp4": lambda: film(Recipe(options=_X264 | {"x264-params": "open-gop=1:bframes=3"}, group=30)),
    "h264-rotated.mp4": lambda: turned_by(film(Recipe(options=_PHONE, group=30, seed=5)), (0, 1, -1, 0)),
    "h264-mirrored.mp4": lambda: turned_by(film(Recipe(options=_PHONE, frames=45, seed=6)), (-1, 0, 0, 1)),
    "h264-edit.mp4": lambda: cut_before(film(Recipe(options=_X264, seed=7)), 1.3),
    "h264-fragmented.mp4": lambda: film(
        Recipe(options=_X264, seed=8, group=30, muxing={"movflags": "frag_keyframe+empty_moov"})
    ),
    "h264-cropped.mp4": lambda: film(Recipe(options=_X264, width=250, height=138, frames=60, seed=9)),
    "h264-full.mp4": lambda: film(Recipe(options=_X264, pixels="yuvj420p", frames=60, seed=10)),
    "h264.ts": lambda: film(Recipe(container="mpegts", options=_X264, frames=90, seed=11)),
    "h264-uneven.mkv": lambda: film(
        Recipe(container="matroska", options=_X264, frames=80, seed=12, times=_UNEVEN)
    ),
    "vp8-live.webm": lambda: film(
        Recipe("libvpx", "webm", frames=60, seed=13, options={"crf": "30", "b": "200k"}, muxing={"live": "1"})
    ),
    "av1-10bit.mp4": lambda: film(
        Recipe("libsvtav1", pixels="yuv420p10le", frames=60, seed=14, options={"crf": "45", "preset": "8"})
    ),
    "av1-hlg.mp4": lambda: film(
        Recipe("libsvtav1", pixels="yuv420p10le", frames=60, seed=15, colours=_HLG,
               options={"crf": "45", "preset": "8"})
    ),
    "av1-pq.mp4": lambda: film(
        Recipe("libsvtav1", pixels="yuv420p10le", frames=60, seed=16, colours=_PQ,
               options={"crf": "45", "preset": "8"})
    ),
    "hevc-hlg.mp4": lambda: film(
        Recipe("libx265", pixels="yuv420p10le", frames=60, seed=17, colours=_HLG,
               options={"crf": "32", "x265-params": "log-level=none:pools=1", "tag": "hvc1"})
    ),
}  # fmt: skip


def digest(plane: NDArray[Any]) -> str:
    return hashlib.sha256(plane.tobytes()).hexdigest()[:16]


def expected(content: bytes) -> dict[str, Any]:
    with open_video(content) as video:
        frames = [
            {
                "ms": frame.ms,
                "luma": digest(frame.luma),
                "samples": digest(pdq.samples_of(frame.luma)),
                "keyframe": frame.keyframe,
            }
            for frame in video.every()
        ]
        return {
            "width": video.width,
            "height": video.height,
            "turn": video.turn.name,
            "limited": video.limited,
            "duration": video.duration,
            "keyframes": video.keyframes.tolist(),
            "frames": frames,
        }


def main() -> None:
    folder = HERE / "videos"
    folder.mkdir(exist_ok=True)
    if "--files" in sys.argv:
        only = [name for name in sys.argv[1:] if not name.startswith("-")]
        for name, maker in FILES.items():
            if not only or name in only:
                (folder / name).write_bytes(maker())
    videos = {name: expected((folder / name).read_bytes()) for name in FILES}
    write("videos.json", {"version": VERSION, "videos": videos})
    curves = {
        f"{curve.name.lower()}-{'limited' if limited else 'full'}": table(curve, limited).tolist()
        for curve in Curve
        for limited in (True, False)
    }
    write("curves.json", {"version": VERSION, "curves": curves})


def write(name: str, value: dict[str, Any]) -> None:
    # One frame or table a line: short, and easy to compare.
    body = json.dumps(value, separators=(",", ":")).replace('{"ms"', '\n{"ms"').replace('"hlg', '\n"hlg')
    (HERE / name).write_text(body + "\n", "utf-8")


if __name__ == "__main__":
    main()
