"""Copies asked about: found or not, how surely, where, and by whom else.

In: `Copy`s, a bank of all originals. Out: an `Answer` of each copy; what is said of rows. Next: `report`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final

import numpy as np

from bench.video import peers, workers
from bench.video.copies import Copy
from bench.video.originals import Material, Original
from bench.video.ours import Upload, kept_moments
from repit_engine.align import Segment, VideoIndex
from repit_engine.decision import Strength
from repit_engine.video import open_video

SIZES: Final = (1_000, 1_000_000, 42_000_000)
"""Rows of the banks as which thresholds are taken."""
NEAR: Final = 0.5
"""Seconds within which an end is right."""


@dataclass(frozen=True)
class Answer:
    """What came of one copy. By the size of the bank: `found`, `blocked`; of the largest, the ends and the
    offset of the surest segment, in seconds off, and what comes of asking again about what was met. `wrong`:
    other items called a match, of the largest.
    """

    copy: Copy
    found: tuple[bool, ...]
    blocked: tuple[bool, ...]
    begin_off: float | None
    end_off: float | None
    offset_off: float | None
    speed_off: float | None
    blocked_again: bool
    ends_again: tuple[float, float] | None
    is_reversed: bool
    piece: bool
    wrong: tuple[str, ...]
    wrong_blocked: tuple[str, ...]
    pairs: int
    seconds: float
    hashes: int
    stages: int
    peer: bool | None


class Bank:
    """All originals, under numbers of their own."""

    def __init__(self, material: Material, processes: int, extra: Sequence[Original] = ()) -> None:
        self.originals = [*material.originals, *extra]
        moments = workers.over(self.originals, lambda each: kept_moments(each.path), processes, "Bank")
        self.index = VideoIndex()
        self.index.add_many(enumerate(moments))
        self.moments = moments
        self.theirs = {}
        if peers.vpdq() is not None:
            theirs = workers.over(
                self.originals, lambda each: peers.signal(each.path), processes, "Bank, vpdq"
            )
            self.theirs = {each.name: held for each, held in zip(self.originals, theirs, strict=True)}

    def number(self, name: str) -> int:
        """Of an original."""
        return next(place for place, each in enumerate(self.originals) if each.name == name)

    def related(self, name: str) -> tuple[int, ...]:
        """Numbers of others that may show the same: an upload that is refused for one of them is asked no
        further, so that they are hidden."""
        shown = {self.number(name), *self.unrelated(name)}
        return tuple(place for place in range(len(self.originals)) if place not in shown)

    def unrelated(self, name: str) -> list[int]:
        """Numbers of all that show nothing of this film, as far as is known."""
        own = self.originals[self.number(name)]
        return [
            place
            for place, each in enumerate(self.originals)
            if each.name != name and not (each.real and own.real)
        ]


def asked(bank: Bank, copies: Sequence[Copy], processes: int, title: str) -> list[Answer]:
    """Of each copy."""
    return workers.over(copies, lambda copy: _asked(bank, copy), processes, title)


def _asked(bank: Bank, copy: Copy) -> Answer:
    own, strangers = bank.number(copy.original), set(bank.unrelated(copy.original))
    hidden = bank.related(copy.original)
    with open_video(copy.path) as video:
        upload = Upload(video)
        # The largest bank first: it stops last, so that time and hashes are those of a large bank.
        decisions = {
            rows: upload.decided(bank.index, rows, hidden=hidden) for rows in sorted(SIZES, reverse=True)
        }
        seconds, hashes = upload.seconds, upload.hashes
        second = upload.decided(bank.index, SIZES[-1], again=True, hidden=hidden)
    found, blocked = [], []
    for rows in SIZES:
        mine = [match for match in decisions[rows].matches if match.item == own]
        found.append(any(match.strength is not Strength.NONE for match in mine))
        blocked.append(any(match.strength is Strength.BLOCK for match in mine))
    largest = decisions[SIZES[-1]]
    mine = next((match for match in largest.matches if match.item == own), None)
    others = [match for match in largest.matches if match.item in strangers]
    off = _off(copy, mine.segments) if mine is not None and mine.segments else (None,) * 4
    anew = next((match for match in second.matches if match.item == own), None)
    ends_again = _off(copy, anew.segments)[:2] if anew is not None and anew.segments else None
    named = [bank.originals[match.item].name for match in others if match.strength is not Strength.NONE]
    hard = [bank.originals[match.item].name for match in others if match.strength is Strength.BLOCK]
    peer = None
    if bank.theirs:
        peer = peers.matches(peers.signal(copy.path), bank.theirs[copy.original])
    return Answer(
        copy, tuple(found), tuple(blocked), *off, anew is not None and anew.strength is Strength.BLOCK,
        ends_again, bool(mine and mine.reversed), bool(mine and mine.piece), tuple(named), tuple(hard),
        len(strangers), seconds, hashes, largest.stages, peer,
    )  # fmt: skip


def _off(copy: Copy, segments: Sequence[Segment]) -> tuple[float, float, float, float]:
    """How far begin, end and place are from the truth, as the upload shows it, in seconds of the upload."""
    longest = max(segments, key=lambda segment: segment.upload_to - segment.upload_from)
    begin = min(segment.upload_from for segment in segments) / 1000
    end = max(segment.upload_to for segment in segments) / 1000
    middle = (longest.upload_from + longest.upload_to) / 2000
    share = (longest.item_from + longest.item_to) / 2000
    true = copy.begin + (middle - copy.lead) * copy.speed
    speed = abs(longest.speed) - copy.speed
    return begin - copy.lead, end - (copy.lead + copy.seconds / copy.speed), share - true, speed


def share(answers: Sequence[Answer], what: Callable[[Answer], bool]) -> float:
    """In %."""
    return 100 * float(np.mean([what(each) for each in answers])) if answers else float("nan")


def bounds(hits: int, count: int) -> tuple[float, float]:
    """Within which the true share lies in 95 of 100 cases, in % (Wilson 1927)."""
    if not count:
        return 0.0, 100.0
    z, p = 1.96, hits / count
    middle = (p + z * z / (2 * count)) / (1 + z * z / count)
    half = z * sqrt(p * (1 - p) / count + z * z / (4 * count * count)) / (1 + z * z / count)
    return 100 * max(0.0, middle - half), 100 * min(1.0, middle + half)
