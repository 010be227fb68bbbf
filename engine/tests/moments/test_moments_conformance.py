"""conformance/moments.json: what every implementation must make of the videos, equal to the bit."""

import hashlib
import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from repit_engine import open_video
from repit_engine.kernels.reference import motion as oracle
from repit_engine.moments import from_bytes, moments_of, to_bytes
from repit_engine.moments.bank import looked_at

CONFORMANCE = Path(__file__).parents[3] / "conformance"
VIDEOS: dict[str, Any] = json.loads((CONFORMANCE / "moments.json").read_text())["videos"]


def test_every_conformance_video_has_its_moments() -> None:
    assert set(VIDEOS) == {path.name for path in (CONFORMANCE / "videos").iterdir()}


@pytest.mark.parametrize("name", VIDEOS)
def test_moments_are_those_written_down(name: str) -> None:
    expected = VIDEOS[name]
    with open_video(CONFORMANCE / "videos" / name) as video:
        assert to_bytes(moments_of(video)).hex() == expected["blob"]
    module = _make()
    assert module.rows_of(from_bytes(bytes.fromhex(expected["blob"]))) == expected["moments"]


@pytest.mark.parametrize("name", VIDEOS)
def test_thumbnails_rates_and_still_moments_are_those_written_down(name: str) -> None:
    with open_video(CONFORMANCE / "videos" / name) as video:
        assert _make().frames_of(video) == VIDEOS[name]["frames"]
        assert _make().stills_of(video) == VIDEOS[name]["stills"]


@pytest.mark.parametrize("name", ["h264-uneven.mkv", "h264-rotated.mp4", "av1-hlg.mp4"])
def test_what_is_written_down_is_what_the_oracle_says(name: str) -> None:
    expected = VIDEOS[name]
    with open_video(CONFORMANCE / "videos" / name) as video:
        looked = [(ms, small, still.hashed()[1] >= 50) for ms, small, still in looked_at(video.every())]
        luma = next(video.every()).luma
    times, thumbs, worth = (list(column) for column in zip(*looked, strict=True))
    assert oracle.thumbnail(luma.tolist()) == thumbs[0].tolist()
    moving = oracle.rates(times, [small.tolist() for small in thumbs])
    digests = [hashlib.sha256(small.astype("<i4").tobytes()).hexdigest()[:16] for small in thumbs]
    assert expected["frames"] == [list(row) for row in zip(times, digests, moving, strict=True)]
    assert expected["stills"] == oracle.stills(times, moving)
    chosen = oracle.chosen(times, moving, worth)
    begins = [row["begin"] for row in expected["moments"]]
    assert set(begins) <= set(chosen)
    assert {row["end"] for row in expected["moments"]} <= set(chosen)


def _make() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_moments", CONFORMANCE / "make_moments.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
