"""Looking at a video takes seconds, and the feed goes on: what is withdrawn meanwhile refuses nothing, and
what comes meanwhile is not missed.
"""

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from gate_films import cut_and_mirrored, known_moments
from gate_videos import moments_of_nobody, video_entry

from repit.platform.gate.altered import AlteredCopies
from repit.platform.gate.films import Films, InPart, Track
from repit.platform.gate.index.live import LiveIndex
from repit.platform.gate.index.protocol import Index
from repit.platform.gate.inspection.question import WholeFile
from repit.platform.gate.runtime import Gate
from repit.platform.gate.verdict import Evidence
from repit_engine.align.rule import Spans, times_within
from repit_engine.moments import Asked, asked_about, asked_of
from repit_engine.video import open_video

Change = Callable[[Index], None]


class Interrupted:
    """A track of the known film, cut and mirrored, during which something happens once: before its second
    stage, or where it is asked again about what was met."""

    def __init__(self, happens: Callable[[], None], *, late: bool) -> None:
        self._happens, self._late, self.duration = happens, late, 8000
        with open_video(cut_and_mirrored()) as video:
            self._all = list(asked_of(video))
        self._is_cut = False

    def _once(self) -> None:
        happens, self._happens = self._happens, lambda: None
        happens()

    @property
    def stages(self) -> Iterator[Asked]:
        yield self._all[0]
        if not self._late:
            self._once()
        for stage in self._all[1:]:
            if self._is_cut:
                return
            yield stage

    def again(self, spans: Spans) -> Asked:
        self._is_cut = True
        if self._late:
            self._once()
        with open_video(cut_and_mirrored()) as video:
            return asked_about(video, np.asarray(times_within(spans)))


def withdrawn(index: Index) -> None:
    index.apply(video_entry("v", state="withdrawn"))


def left_out_of_a_snapshot(index: Index) -> None:
    index.replace_all([video_entry("other", moments_of_nobody(7))])


def exchanged_in_a_snapshot(index: Index) -> None:
    index.replace_all([video_entry("w", known_moments())])


def found(happens: Change, *, late: bool) -> list[Evidence]:
    index = LiveIndex()
    index.apply(video_entry("v", known_moments()), video_entry("another", moments_of_nobody(3)))
    track: Track = Interrupted(lambda: happens(index), late=late)
    return Films().found(index, track, AlteredCopies())


@pytest.mark.parametrize("late", [False, True])
def test_what_a_snapshot_brings_during_a_look_is_found(late: bool) -> None:
    assert [evidence.item for evidence in found(exchanged_in_a_snapshot, late=late)] == ["w"]


def test_what_is_withdrawn_during_a_look_is_not_found() -> None:
    assert found(withdrawn, late=False) == []


@pytest.mark.parametrize(
    ("happens", "late"), [(withdrawn, True), (left_out_of_a_snapshot, True), (left_out_of_a_snapshot, False)]
)
def test_where_that_had_ended_the_look_the_rest_was_not_seen(happens: Change, late: bool) -> None:
    with pytest.raises(InPart):
        found(happens, late=late)


@pytest.mark.parametrize("happens", [withdrawn, left_out_of_a_snapshot])
def test_what_is_withdrawn_before_the_verdict_refuses_nothing(
    gate: Gate, monkeypatch: pytest.MonkeyPatch, happens: Change
) -> None:
    gate.index.apply(video_entry("v", known_moments()))
    look = Films.found

    def late(self: Films, index: Index, track: Track, altered: AlteredCopies) -> list[Evidence]:
        seen = look(self, index, track, altered)
        assert [evidence.item for evidence in seen] == ["v"]
        happens(index)
        return seen

    monkeypatch.setattr(Films, "found", late)
    verdict = gate.inspector.inspect(WholeFile(cut_and_mirrored(), "check"))
    assert (verdict.outcome, verdict.evidence) == ("allow", ())


def test_a_state_that_changes_before_the_verdict_is_the_one_that_counts(
    gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate.index.apply(video_entry("v", known_moments()))
    look = Films.found

    def late(self: Films, index: Index, track: Track, altered: AlteredCopies) -> list[Evidence]:
        seen = look(self, index, track, altered)
        index.apply(video_entry("v", known_moments(), "disputed"))
        return seen

    monkeypatch.setattr(Films, "found", late)
    verdict = gate.inspector.inspect(WholeFile(cut_and_mirrored(), "check"))
    assert (verdict.outcome, verdict.rule) == ("review", "disputed")
