"""Where in an upload each moment of an item was seen.

In: a `Meeting`. Out: `Points`. Next: `align.lines` looks for those that agree.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from repit_engine.align.meeting import Meeting
from repit_engine.align.upload import Upload
from repit_engine.align.work import OF_POINT
from repit_engine.kernels import jit
from repit_engine.pdq import Orientation

GAP: Final = 1_200
"""Milliseconds between neighbours of one sighting: frames of one a second belong together."""
SHARP: Final = 6
_ROOM: Final = 1 << 20
_MOST_OF_ROW: Final = 64
"""Sightings of one hash, the nearest: of a long item fewer, so that all have room."""
_MOST_OF_MOMENT: Final = 8
MOST: Final = 4_096
_BESIDE: Final = 130
"""Milliseconds from a cut within which a moment may have been cut off."""


@dataclass(frozen=True, eq=False, repr=False)
class Points:
    """Each a moment of the item, seen in the upload from `begins` to `ends` (milliseconds, both inclusive),
    at its sharpest at `sharp`; `firsts` to `lasts` in the item.

    `moments` which; `turns` how; `bits` of the nearest hash, `queries` and `rows` which ones met; `standard`:
    two whole frames within the field's radius, as they are; `chances`: log10 of how often that happens to
    unrelated moments; `froms`, `tos`: from when to when it was near at all;
    `broken`: at its sharpest where the upload cuts, so that it may have been sharper beyond.
    """

    moments: NDArray[np.int64]
    turns: NDArray[np.int64]
    begins: NDArray[np.float64]
    ends: NDArray[np.float64]
    sharp: NDArray[np.float64]
    firsts: NDArray[np.float64]
    lasts: NDArray[np.float64]
    bits: NDArray[np.int64]
    queries: NDArray[np.int64]
    rows: NDArray[np.int64]
    standard: NDArray[np.bool_]
    chances: NDArray[np.float64]
    froms: NDArray[np.int64]
    tos: NDArray[np.int64]
    broken: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.moments)

    def of(self, which: NDArray[np.int64] | NDArray[np.bool_]) -> "Points":
        """Some of them."""
        return Points(*(getattr(self, name)[which] for name in self.__dataclass_fields__))


def points_of(meeting: Meeting) -> Points:
    """Every moment of an item that was seen in the upload, by turn and moment, surest first."""
    seen = _sightings(meeting)
    columns: list[tuple[float, ...]] = []
    upload, item = meeting.upload, meeting.item
    row, _, _, query, bits, sharp_begin, _ = seen.T
    turns, moments = upload.turns[query].astype(np.int64), item.moment_of[row]
    order = np.lexsort((row, sharp_begin, bits, moments, turns))
    groups = np.append(np.flatnonzero(np.diff(moments[order]) | np.diff(turns[order])) + 1, len(order))
    starts = np.append(0, groups[:-1])
    if len(starts) > MOST:  # of a moment, turned one way, the nearest comes first
        nearest = np.sort(np.argsort(bits[order][starts], kind="stable")[:MOST])
        starts, groups = starts[nearest], groups[nearest]
    for start, stop in zip(starts.tolist(), groups.tolist(), strict=True):
        columns += _heard(meeting, seen[order[start:stop]])
    meeting.work.took(len(columns) * OF_POINT)
    table = np.array(columns, np.float64).reshape(-1, 15)
    if len(table) > MOST:
        kept = np.lexsort((table[:, 4], table[:, 0], table[:, 1], table[:, 11]))[:MOST]
        table = table[np.sort(kept)]
    kinds = (np.int64, np.int64, *[np.float64] * 5, np.int64, np.int64, np.int64, np.bool_, np.float64)
    return Points(
        *(table[:, at].astype(kind) for at, kind in enumerate((*kinds, np.int64, np.int64, np.bool_)))
    )


def _sightings(meeting: Meeting) -> NDArray[np.int64]:
    upload, item, rule = meeting.upload, meeting.item, meeting.rule
    queries = upload.hashes.view(np.uint64), upload.turns, upload.ms, upload.whole
    rows = item.hashes.view(np.uint64)
    most = min(_MOST_OF_ROW, max(_MOST_OF_MOMENT, _ROOM // len(rows)))
    out = np.empty((len(rows) * most, 7), np.int64)
    limits = rule.near, GAP, SHARP, most
    found = int(jit.align_near.sightings(*queries, rows, len(item.moments), *limits, out))
    return out[:found]


def _heard(meeting: Meeting, seen: NDArray[np.int64]) -> list[tuple[float, ...]]:
    """Sightings of one moment's hashes, turned alike, nearest first: those at one time are one point."""
    upload, item, rule = meeting.upload, meeting.item, meeting.rule
    points: list[tuple[float, ...]] = []
    left = seen
    while len(left) and len(points) < _MOST_OF_MOMENT:
        row, begin, end, query, bits, sharp_begin, sharp_end = left[0].tolist()
        slack = rule.tolerance
        together = (left[:, 5] <= sharp_end + slack) & (left[:, 6] >= sharp_begin - slack)
        other = together & (left[:, 0] != row) & (upload.places[left[:, 3]] != upload.places[query])
        chance = float(rule.rates.log_single[bits])
        if other.any():
            chance = min(chance, float(rule.rates.log_second[int(left[other, 4].min())]))
        moment, turn = int(item.moment_of[row]), int(upload.turns[query])
        plain = bool(upload.whole[query]) and bool(item.is_whole[row]) and turn == Orientation.UPRIGHT
        if plain:
            chance = min(chance, float(rule.rates.log_whole[bits]))
        points.append(
            (
                moment,
                turn,
                sharp_begin,
                sharp_end,
                float(upload.ms[query]),
                int(item.moments.begins[moment]),
                int(item.moments.ends[moment]),
                bits,
                query,
                row,
                plain and bits <= rule.radius,
                chance,
                begin,
                end,
                _is_broken(sharp_begin, sharp_end, upload),
            )
        )
        left = left[~together]
    return points


def _is_broken(begin: int, end: int, upload: Upload) -> bool:
    edges = upload.edges
    before, after = np.searchsorted(edges, [begin, end])
    near = [edges[max(0, before - 1)] - begin, edges[min(after, len(edges) - 1)] - end]
    return bool(np.abs(near).min() <= _BESIDE)
