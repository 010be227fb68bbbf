"""From when to when an upload agrees with what is known, on a time line and in a table.

In: the segments of one piece of evidence, how long the upload is. Out: `TimeLine`. Next: `evidence`,
`review_desk/_timeline.html`. Nothing of either video is drawn, only times.

Both lanes have one scale, so that a change of speed and an offset are seen as slopes. How long the known
video is nobody here knows: its lane is open at its end.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from repit.platform.gate.verdict import clocked

WIDTH: Final = 1000
"""Of a lane, in units of the drawing."""
LEAST: Final = 12
"""Of a stretch that is hardly there."""
_SAME: Final = 0.02
_Kept = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Lane:
    """Where a stretch lies in one lane, and from when to when in words."""

    x: int
    width: int
    begin: str
    end: str

    @property
    def middle(self) -> int:
        """Where its number stands."""
        return self.x + self.width // 2

    @property
    def right(self) -> int:
        """Where it ends."""
        return self.x + self.width


@dataclass(frozen=True, slots=True)
class Stretch:
    """One stretch: in the upload, in what is known; None of a still picture. `how`: how fast, in words.
    `slope`: corners of what joins the two."""

    number: int
    upload: Lane | None
    known: Lane | None
    how: str
    slope: str


@dataclass(frozen=True, slots=True)
class TimeLine:
    """All stretches of one item. `share`: of a hundred parts of the upload, how many agree; None where it is
    a picture. `length`: of the upload, in words."""

    stretches: tuple[Stretch, ...]
    length: str
    length_x: int
    share: int | None
    piece: bool
    has_upload: bool
    has_known: bool


def time_line(kept: _Kept) -> TimeLine | None:
    """Of one piece of evidence; None where no video is part of it, and of decisions of before."""
    segments: Sequence[_Kept] = kept.get("segments") or ()
    if not segments:
        return None
    duration = kept.get("duration") or 0
    ends = [span[1] for segment in segments for span in (segment["upload"], segment["known"]) if span]
    longest = max(duration, *ends, 1)
    stretches = tuple(_stretch(number, segment, longest) for number, segment in enumerate(segments, 1))
    # Of all stretches, of which no more are kept than people read; decisions of before do not say it.
    covered = kept.get("agreeing")
    if covered is None:
        covered = sum(
            segment["upload"][1] - segment["upload"][0] for segment in segments if segment["upload"]
        )
    return TimeLine(
        stretches,
        clocked(duration) if duration else "",
        _at(duration, longest),
        min(100, round(100 * covered / duration)) if duration else None,
        bool(kept.get("piece")),
        any(stretch.upload for stretch in stretches),
        any(stretch.known for stretch in stretches),
    )


def _stretch(number: int, segment: _Kept, longest: int) -> Stretch:
    upload, known = (_lane(segment[side], longest) for side in ("upload", "known"))
    return Stretch(number, upload, known, _how(segment), _slope(upload, known, segment["speed"] < 0))


def _lane(span: Sequence[int] | None, longest: int) -> Lane | None:
    if span is None:
        return None
    begin, end = span
    x = min(_at(begin, longest), WIDTH - LEAST)
    return Lane(x, max(LEAST, _at(end, longest) - x), clocked(begin), clocked(end))


def _slope(upload: Lane | None, known: Lane | None, backwards: bool) -> str:
    if upload is None or known is None:
        return ""
    left, right = (known.right, known.x) if backwards else (known.x, known.right)
    return f"{upload.x},92 {upload.right},92 {right},150 {left},150"


def _how(segment: _Kept) -> str:
    speed: float = segment["speed"]
    if segment["upload"] is None:
        return _("one moment of it")
    if segment["known"] is None:
        return _("a known picture")
    if speed == 0:
        return _("one moment of it, held still")
    times = number_format(abs(speed), 2, use_l10n=True)
    same = abs(abs(speed) - 1) <= _SAME
    if speed < 0:
        return _("backwards") if same else _("backwards, %(times)s times as fast") % {"times": times}
    return _("at the same speed") if same else _("%(times)s times as fast") % {"times": times}


def _at(moment: int, longest: int) -> int:
    return round(WIDTH * moment / longest)
