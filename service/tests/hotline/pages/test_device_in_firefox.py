"""The same pictures and videos in Debian's Firefox, which decodes them in its own way."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import device_videos as videos
from device_page import apart
from device_pictures import made

from repit_engine import open_video
from repit_engine.moments.frame import whole

ALL = range(100)
HERE = Path(__file__).parent
ENVIRONMENT = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}


def chosen(firefox: str, address: str, folder: Path) -> dict[str, Any]:
    """What the page makes of every file in a folder."""
    done = subprocess.run(
        ["node", str(HERE / "firefox.mjs"), firefox, address, str(folder)],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def test_a_hundred_pictures_hash_in_firefox_as_the_engine_hashes_them(
    firefox: str, site: str, tmp_path: Path
) -> None:
    for number in ALL:
        (tmp_path / made(number).name).write_bytes(made(number).content)
    report = chosen(firefox, f"{site}/en/device/", tmp_path)
    assert report["requested"] == []
    # Firefox says of no frame how it is turned: what may be turned is read through a canvas instead.
    assert set(report["ways"]) == {"frame", "canvas"}
    for number, way, item in zip(ALL, report["ways"], report["items"], strict=True):
        picture = made(number)
        values = [each["value"] for each in item["hashes"] if each["algorithm"] == "pdq"]
        if picture.lossy or (way == "canvas" and picture.name.endswith("webp")):
            assert apart(values[0], picture.hashes[0]) <= 12, picture.name
        else:
            assert values == picture.hashes, picture.name


def test_videos_are_known_in_firefox_by_the_colours_that_it_hands_out(
    firefox: str, site: str, tmp_path: Path
) -> None:
    """It gives no frame's own luma; what is worked out of its colours lies within a few bits."""
    report = chosen(firefox, f"{site}/en/device/", videos.VIDEOS)
    assert [url for url in report["requested"] if not url.startswith("blob:")] == []
    for name, way, words, item in zip(
        videos.NAMES, report["ways"], report["told"], report["items"], strict=True
    ):
        if name in videos.NOT_IN_CHROMIUM:
            continue
        assert way == "codecs-colours", name
        assert "Another browser could look at it more closely." in words
        found = videos.carried(item)
        wanted = videos.published("moments")[name]["moments"]
        assert len(found) == len(wanted), name
        with open_video(videos.VIDEOS / name) as video:
            frames = {frame.ms: whole(frame)[0].tobytes().hex() for frame in video.every()}
        for begin, row in zip(found.begins.tolist(), found.whole, strict=True):
            assert apart(frames[begin], row.tobytes().hex()) <= 12, (name, begin)
