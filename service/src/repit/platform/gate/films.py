"""Videos: stages of an upload against the moments of known videos, and against known pictures.

In: stages of `Asked`, as the decoder gives them; stages of a picture; the index. Out: `Evidence` with its
segments. Next: `inspection`.

The engine's rule decides (`repit_engine.align`), and asks for the next stage only while it has not. A frame
that shows a known picture, as in a slide show, is judged as that picture would be (`slides`). A title that
many unrelated uploads show goes to a person, with what rests on it; its item's other moments stay.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from repit.platform.gate.altered import AlteredCopies, evidence_of
from repit.platform.gate.entries import KnownEntry
from repit.platform.gate.index.protocol import Index
from repit.platform.gate.matching import strongest
from repit.platform.gate.slides import shown_in
from repit.platform.gate.verdict import SURE, Evidence, Segment
from repit_engine.align import MomentCrowd, StillMatch, VideoMatch, decide_still, decide_video
from repit_engine.align.rule import Again, Spans
from repit_engine.anchors import Kind, QueryHashes
from repit_engine.decision import Strength
from repit_engine.moments import Asked, Moments, VideoStage
from repit_engine.stoplist import StopList, package_stoplist
from repit_engine.types import HASH_BYTES, HashArray

_MOST_TIMES: Final = 3
"""How often what was heard is judged, where the index changes meanwhile."""
_QUICK: Final = frozenset({VideoStage.KEYFRAMES, VideoStage.SECONDS})
_log: Final = logging.getLogger(__name__)


class Track(Protocol):
    """One track of a video; see `decoder.watching`."""

    @property
    def duration(self) -> int:
        """Milliseconds."""

    @property
    def stages(self) -> Iterator[Asked]:
        """Each as it is asked for."""

    @property
    def again(self) -> Again:
        """Asks about the frames in some spans; there is no further stage then."""


class InPart(Exception):
    """Not all was compared: what ended a look was withdrawn meanwhile, and the rest of the video was not
    asked for; or the upload meets so much that the work for it was used up. `found`: so far."""

    def __init__(self, found: list[Evidence]) -> None:
        super().__init__()
        self.found = found


class Films:
    """Decides between stages; one for the whole process, used by all its threads. `notes`: whether what
    uploads show is noted."""

    def __init__(
        self, stoplist: StopList | None = None, crowd: MomentCrowd | None = None, *, notes: bool = True
    ) -> None:
        self._stoplist = package_stoplist() if stoplist is None else stoplist
        self._crowd, self._notes = crowd or MomentCrowd(), notes

    @property
    def rejected(self) -> int:
        """Moments that many uploads show."""
        return self._crowd.rejected

    def quiet(self) -> "Films":
        """The same, for a look that is no upload: it knows what was noted, and notes nothing."""
        return Films(self._stoplist, self._crowd, notes=False)

    def found(self, index: Index, track: Track, altered: AlteredCopies) -> list[Evidence]:
        """Items that a track of a video shows; `altered` decides about pictures among them. Raises `InPart`,
        and what its stages raise."""
        coming, duration = _Coming(track), track.duration
        first = next(coming, None)
        if first is None:
            return []
        heard = [first]
        for _ in range(_MOST_TIMES):
            cut = coming.is_cut
            view, pictures = index.view(), list[Evidence]()
            replaced = view.replaced
            decision = decide_video(
                _heard(heard, coming, pictures, lambda: shown_in(heard, duration, index, altered)),
                view.videos,
                duration=duration,
                again=coming.again,
                muted=self._crowd.muted,
                stoplist=self._stoplist,
            )
            known = view.entries([match.item for match in decision.matches])
            stand = index.known([evidence.key for evidence in pictures])
            if (
                view.replaced == replaced
                and index.view() == view
                and len(known) == len(decision.matches)
                and all(evidence.key in stand for evidence in pictures)
            ):
                break  # no item changed meanwhile
        if self._notes:
            self._note(decision.matches, heard)
        shown = [_evidence(known[match.item], match) for match in decision.matches if match.item in known]
        found = [replace(evidence, duration=duration) for evidence in strongest([*shown, *pictures])]
        if (cut or decision.left) and not any(evidence.tier in SURE for evidence in found):
            raise InPart(found)
        return found

    def _note(self, matches: Sequence[VideoMatch], heard: Sequence[Asked]) -> None:
        if sum(self._crowd.note(match, heard) for match in matches):
            _log.warning("many uploads show a title of a video: people decide about what rests on it")

    def stills(self, index: Index, stages: Iterable[QueryHashes]) -> list[Evidence]:
        """Videos of which a picture is a still. Raises what `stages` raises."""
        view = index.view()
        if not view.videos.videos:
            return []
        found = decide_still(stages, view.videos, stoplist=self._stoplist, muted=self._crowd.muted)
        known = view.entries([still.item for still in found])
        return [_of_still(known[still.item], still) for still in found if still.item in known]

    def found_of(self, index: Index, moments: Moments, altered: AlteredCopies) -> list[Evidence]:
        """Items that a video shows of which its moments alone are known: nothing is noted of what whoever
        sends them may have made up."""
        return self.quiet().found(index, _OfMoments(moments), altered)


class _Coming:
    """The stages of a track as they come. `is_cut`: there is none any more, since it was asked again about
    what had been met before the last."""

    def __init__(self, track: Track) -> None:
        self._stages, self._again = track.stages, track.again
        self._ended = self.is_cut = False

    def __iter__(self) -> Iterator[Asked]:
        return self

    def __next__(self) -> Asked:
        stage = next(self._stages, None)
        if stage is None:
            self._ended = True
            raise StopIteration
        return stage

    def again(self, spans: Spans) -> Asked:
        """See `Track`."""
        self.is_cut = self.is_cut or not self._ended
        return self._again(spans)


def _heard(
    heard: list[Asked],
    coming: Iterator[Asked],
    pictures: list[Evidence],
    find: Callable[[], list[Evidence]],
) -> Iterator[Asked]:
    """What was heard before, then what comes, noted, until `pictures` holds a sure one. They are looked for
    after the first stages, which are quickly had, and at the end; the videos have each stage first."""
    place = 0
    while place < len(heard):
        stage = heard[place]
        yield stage
        place += 1
        if place < len(heard):
            continue
        more = None if stage.stage in _QUICK else next(coming, None)
        if more is None:
            pictures[:] = find()
            if any(evidence.tier in SURE for evidence in pictures):
                return
            more = next(coming, None)
        if more is not None:
            heard.append(more)


@dataclass(frozen=True, slots=True)
class _OfMoments:
    """The one stage of a video of which only its moments are known: as it is stored, and not turned."""

    moments: Moments

    @property
    def again(self) -> Again:
        """See `Track`: there is nothing more to be had."""
        return lambda _: _asked(
            np.empty((0, HASH_BYTES), np.uint8), np.empty(0, np.int64), np.empty(0, np.uint8)
        )

    @property
    def duration(self) -> int:
        """See `Track`."""
        return self.moments.duration

    @property
    def stages(self) -> Iterator[Asked]:
        """See `Track`."""
        moments = self.moments
        repeats = np.flatnonzero(moments.ends > moments.begins)
        hashes = np.concatenate([moments.whole, moments.whole[repeats], moments.anchored])
        times = [moments.begins, moments.ends[repeats], moments.begins[moments.anchored_of]]
        kinds = np.zeros(len(hashes), np.uint8)
        kinds[len(hashes) - len(moments.anchored) :] = Kind.ANCHOR
        yield _asked(hashes, np.concatenate(times).astype(np.int64), kinds)


def _asked(hashes: HashArray, times: NDArray[np.int64], kinds: NDArray[np.uint8]) -> Asked:
    places = np.tile(np.array([0.0, 0.0, 1.0, 1.0]), (len(hashes), 1))
    upright = np.zeros(len(hashes), np.uint8)
    return Asked(VideoStage.DENSE, np.ascontiguousarray(hashes), times, kinds, upright, places)


def _evidence(entry: KnownEntry, match: VideoMatch) -> Evidence:
    return replace(
        Evidence.of(entry, "altered" if match.strength is Strength.BLOCK else "possible"),
        turned=match.orientation.name.lower(),
        expected_false=match.expected_false,
        segments=tuple(
            Segment((part.upload_from, part.upload_to), (part.item_from, part.item_to), part.speed)
            for part in match.segments
        ),
        scenes=match.scenes,
        piece=match.piece,
    )


def _of_still(entry: KnownEntry, still: StillMatch) -> Evidence:
    evidence = evidence_of(entry, still.match)
    sure = still.strength is Strength.BLOCK
    return replace(
        evidence,
        tier="altered" if sure else "possible",
        segments=(Segment(None, (still.begin, still.end)),),
        piece=still.piece,
    )
