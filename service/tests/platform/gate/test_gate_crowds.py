"""What many uploads show is noted of uploads alone."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from gate_films import cut_and_mirrored, known_moments
from gate_videos import video_entry

from repit.platform.gate.films import Films
from repit.platform.gate.inspection.question import BareHashes, WholeFile
from repit.platform.gate.runtime import Gate
from repit_engine.align import MomentCrowd, VideoMatch
from repit_engine.moments import Asked


class Listening(MomentCrowd):
    """Says how often something was noted."""

    notes = 0

    def note(self, match: VideoMatch, heard: Sequence[Asked]) -> int:
        """See `MomentCrowd`."""
        self.notes += 1
        return super().note(match, heard)


@pytest.mark.parametrize("quiet", [False, True])
def test_a_look_that_is_no_upload_tells_the_crowd_nothing(gate: Gate, quiet: bool) -> None:
    gate.index.apply(video_entry("v", known_moments()))
    crowd = Listening()
    inspector = replace(gate.inspector, films=Films(crowd=crowd))
    inspector = inspector.quiet() if quiet else inspector
    assert inspector.inspect(WholeFile(cut_and_mirrored(), "check")).outcome == "block"
    assert crowd.notes == (0 if quiet else 1)
    inspector.inspect(BareHashes((), "check", moments=known_moments()))
    assert crowd.notes == (0 if quiet else 1)
