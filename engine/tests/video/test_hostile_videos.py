"""A few dozen of the videos of `make drill NAME=videos`: an answer in time for each, and nothing opened."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from drills.videos import honest, is_wrong
from drills.videos.hostile import KINDS, hostile
from drills.videos.looking import End, Looking

from repit_engine.video import VideoLimits

SEED = 4
LIMITS = VideoLimits(bytes=16 << 20, pixels=4_000_000, decoded=200_000_000, frames=300, seconds=20)


@pytest.fixture(scope="module")
def looking() -> Iterator[Looking]:
    with Looking(LIMITS) as made:
        yield made


def test_a_child_that_opens_a_file_is_ended_for_it(looking: Looking) -> None:
    assert looking.trespasses()


def test_hostile_videos_are_answered_and_open_nothing(looking: Looking, tmp_path: Path) -> None:
    decoy = tmp_path / "decoy.mp4"
    decoy.write_bytes(honest.films()["h264.mp4"])
    ends = {}
    for made in hostile(SEED, 3 * (len(KINDS) + 1), decoy):
        outcome = looking.look(made.content)
        ends[made.number, made.kind, made.name] = outcome.end
        assert not is_wrong(made, outcome), (made.number, made.kind, made.name, outcome)
        assert outcome.hashes <= 25_000 * 8
    assert set(ends.values()) <= {End.SEEN, End.IN_PART, End.REFUSED, End.LATE}
    assert {End.SEEN, End.IN_PART, End.REFUSED} <= set(ends.values())


def test_honest_videos_are_seen_whole_by_a_child_that_has_seen_hostile_ones(looking: Looking) -> None:
    for name, content in (honest.films() | honest.animations()).items():
        outcome = looking.look(content)
        assert (outcome.end, outcome.frames >= honest.FRAMES, outcome.hashes > 0) == (End.SEEN, True, True), (
            name
        )
