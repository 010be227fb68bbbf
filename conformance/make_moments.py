"""Write what moments every implementation must make of the videos: ``python conformance/make_moments.py``.

In: the engine, `videos/`. Out: `moments.json`. Next: the tests of `engine/` and `browser/`. Specified in
docs/en/moments.md.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

from repit_engine.moments import Moments, moments_of, to_bytes
from repit_engine.moments.bank import looked_at
from repit_engine.moments.motion import Minima, rated
from repit_engine.video import Video, open_video

HERE = Path(__file__).parent
VERSION = 1


def expected(content: bytes) -> dict[str, Any]:
    """What must come out of one video."""
    with open_video(content) as video:
        moments = moments_of(video)
        return {
            "blob": to_bytes(moments).hex(),
            "duration": moments.duration,
            "moments": rows_of(moments),
            "stills": stills_of(video),
            "frames": frames_of(video),
        }


def rows_of(moments: Moments) -> list[dict[str, Any]]:
    """The moments that the blob holds, for whoever looks for a difference."""
    rows = []
    for number in range(len(moments)):
        mine = moments.anchored_of == number
        places = zip(moments.anchored_qualities[mine], moments.anchored[mine], strict=True)
        rows.append(
            {
                "begin": int(moments.begins[number]),
                "end": int(moments.ends[number]),
                "quality": int(moments.qualities[number]),
                "whole": moments.whole[number].tobytes().hex(),
                "anchored": [[int(quality), row.tobytes().hex()] for quality, row in places],
            }
        )
    return rows


def stills_of(video: Video) -> list[int]:
    """Times of all frames about which nothing is stiller."""
    minima: Minima[None] = Minima()
    looked = ((ms, small, None) for ms, small, _ in looked_at(video.every()))
    found = [minima.push(frame, None) for frame, _ in rated(looked)]
    return [still[0].ms for still in (*found, minima.end()) if still]


def frames_of(video: Video) -> list[list[Any]]:
    """Time, thumbnail, rate of each frame that is looked at."""
    looked = (
        (ms, small, hashlib.sha256(small.astype("<i4").tobytes()).hexdigest()[:16])
        for ms, small, _ in looked_at(video.every())
    )
    return [[frame.ms, digest, frame.rate] for frame, digest in rated(looked)]


def main() -> None:
    videos = {path.name: expected(path.read_bytes()) for path in sorted((HERE / "videos").iterdir())}
    body = json.dumps({"version": VERSION, "videos": videos}, separators=(",", ":"))
    # One video, one row or frame a line: short, and easy to compare.
    for start in ('"moments":', '{"begin"', '"frames":', '"stills":'):
        body = body.replace(start, "\n" + start)
    (HERE / "moments.json").write_text(body.replace("],[", "],\n[") + "\n", "utf-8")


if __name__ == "__main__":
    main()
