"""conformance/videos.json and curves.json: times and luma of small files, equal to the bit."""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from repit_engine import open_video, pdq
from repit_engine.video.curves import Curve, exact, table

CONFORMANCE = Path(__file__).resolve().parents[3] / "conformance"
VIDEOS: dict[str, Any] = json.loads((CONFORMANCE / "videos.json").read_text())["videos"]
CURVES: dict[str, Any] = json.loads((CONFORMANCE / "curves.json").read_text())["curves"]


def _digest(plane: Any) -> str:
    return hashlib.sha256(plane.tobytes()).hexdigest()[:16]


@pytest.mark.parametrize("name", VIDEOS)
def test_a_video_has_the_times_and_the_luma_that_are_written_down(name: str) -> None:
    expected = VIDEOS[name]
    with open_video(CONFORMANCE / "videos" / name) as video:
        head = (video.width, video.height, video.turn.name, video.limited, video.duration)
        assert head == tuple(expected[key] for key in ("width", "height", "turn", "limited", "duration"))
        assert video.keyframes.tolist() == expected["keyframes"]
        assert video.times.tolist() == [frame["ms"] for frame in expected["frames"]]
        for frame, row in zip(video.every(), expected["frames"], strict=True):
            assert (frame.ms, frame.keyframe, frame.corrupt) == (row["ms"], row["keyframe"], False)
            assert _digest(frame.luma) == row["luma"]
            assert _digest(pdq.samples_of(frame.luma)) == row["samples"]
        assert video.unseen is None


@pytest.mark.parametrize("name", VIDEOS)
def test_single_frames_are_those_of_the_whole(name: str) -> None:
    expected = {frame["ms"]: frame["luma"] for frame in VIDEOS[name]["frames"]}
    with open_video(CONFORMANCE / "videos" / name) as video:
        wanted = video.times[7::11]
        assert [(frame.ms, _digest(frame.luma)) for frame in video.at(wanted)] == [
            (ms, expected[ms]) for ms in wanted.tolist()
        ]


@pytest.mark.parametrize("curve", Curve)
@pytest.mark.parametrize("limited", [True, False])
def test_the_table_of_a_curve_is_the_same_on_every_machine(curve: Curve, limited: bool) -> None:
    """No value lies so near to a half that another library of mathematics would round it the other way."""
    name = f"{curve.name.lower()}-{'limited' if limited else 'full'}"
    assert table(curve, limited).tolist() == CURVES[name]
    assert min(abs(exact(curve, limited, sample) % 1 - 0.5) for sample in range(1024)) > 1e-6
    assert (np.diff(table(curve, limited).astype(int)) >= 0).all()
