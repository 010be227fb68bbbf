"""Whether the engine saw what the browser showed.

In: `Shown` and `Looked` of one file. Out: `Outcome`. Next: `journal`.
"""

from dataclasses import dataclass
from typing import Final

from drills.viewers.engine import Looked
from drills.viewers.shown import Shown, View
from repit_engine.pdq import distances, hash_luma_orientations
from repit_engine.picture.result import luma_of

NEAR: Final = 10
"""Bits within which two readings of one file count as the same."""
ALL: Final = 256
"""Bits that differ where nothing was hashed at all."""
CLEAR: Final = 50
"""Quality under which a picture holds too little to be told from others; nothing is published below it."""

SAME, APART, TURNED, HOLE = "same", "apart", "turned", "hole"
UNDECIDED, FAINT, HIDDEN = "undecided", "faint", "hidden"
SEEN_FAINT: Final = "seen, and too faint to be searched for"
WRONG: Final = (APART, TURNED, HOLE)


@dataclass(frozen=True)
class Outcome:
    """`kind`:

    - `same`: every view that stands lies within `NEAR` bits of one that the engine gives;
    - `apart`: one does not; `bits` says by how much;
    - `turned`: the same, but it does once it is turned or mirrored, which the gate tries and a list does not;
    - `hole`: shown, and a channel would let it by as no picture;
    - `undecided`: shown, and refused for `reason` or not looked at whole: the operator's choice holds;
    - `faint`: shown, but nothing in it reaches quality `CLEAR`;
    - `hidden`: not shown.
    """

    kind: str
    bits: int = 0
    reason: str = ""
    where: str = ""
    """The ground and the frame of the view that is furthest off."""


def judged(shown: Shown, looked: Looked) -> Outcome:
    """Compare all that stands with all that was hashed."""
    if not shown.views:
        return Outcome(HIDDEN, reason=looked.reason or "hashed")
    worst: Outcome | None = None
    for view in shown.standing():
        rows, quality = hash_luma_orientations(luma_of(view.rgb))
        if quality < CLEAR:
            continue
        if looked.reason:
            return Outcome(HOLE if looked.passes else UNDECIDED, reason=looked.reason)
        apart = distances(rows, looked.hashes).min(axis=1, initial=ALL)
        bits = int(apart[0])
        kind = SAME if bits <= NEAR else TURNED if int(apart.min()) <= NEAR else APART
        if worst is None or bits > worst.bits:
            faint = kind == APART and int(distances(rows[:1], looked.faint()).min(initial=ALL)) <= NEAR
            worst = Outcome(kind, bits, SEEN_FAINT if faint else "", _place(view))
    if worst and worst.kind != SAME and looked.unseen:
        return Outcome(UNDECIDED, worst.bits, looked.unseen, worst.where)
    return worst or Outcome(FAINT, reason=looked.reason)


def _place(view: View) -> str:
    return view.ground if view.frame < 0 else f"{view.ground}, frame"
