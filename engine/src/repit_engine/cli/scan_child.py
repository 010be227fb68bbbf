"""Looking at a picture in stages in a child process, where a hostile file can do no harm.

In: bytes, or a path. Out: `Looked`, the hash and every look that may meet a family, or `NotHashable`. Next:
`scan_altered` asks the bank. The child is this module run as a program, bounded as `repit_engine.child` is;
its answer is not trusted: every length and value is looked at.
"""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, ClassVar, Final

import numpy as np

from repit_engine.anchors import Budget, Kind, QueryHashes, Stage, looks, warm_up
from repit_engine.anchors.query import joined
from repit_engine.child import Child, answer_of, outcome_of, serve
from repit_engine.errors import PictureRefused
from repit_engine.frames import receive, receive_json, send, send_json
from repit_engine.hash import hashed_of, not_hashable
from repit_engine.pdq import Orientation
from repit_engine.picture import DEFAULT_LIMITS, Limits
from repit_engine.picture import warm_up as warm_up_pictures
from repit_engine.types import HASH_BYTES, Hashed, NotHashable, as_hash_array
from repit_engine.views import MOST_LOOKS, open_views

_ROW: Final = np.dtype(
    [
        ("hash", np.uint8, HASH_BYTES),
        ("rectangle", "<f8", 4),
        ("kind", np.uint8),
        ("orientation", np.uint8),
        ("stage", np.uint8),
    ]
)
_BUDGET: Final = Budget(milliseconds=math.inf)
"""By hashes alone, so that a picture always gives the same rows; the parent's clock bounds the time."""


@dataclass(frozen=True, slots=True, eq=False)
class Looked:
    """The standard hash and its quality, and of each look (`anchors.looks`) the hashes of all stages."""

    hashed: Hashed
    looks: tuple[QueryHashes, ...]


def look_here(
    source: bytes | Path, limits: Limits = DEFAULT_LIMITS, *, full: bool = False
) -> Looked | NotHashable:
    """Look in this process; a scan of strangers' files takes `LookingChild.look` instead."""
    try:
        views = open_views(source, limits, full=full, closely=True)
        return Looked(
            hashed_of(views), tuple(joined(list(look.stages)) for look in looks(views, lambda: _BUDGET))
        )
    except PictureRefused as refusal:
        return not_hashable(refusal)


class LookingChild(Child):
    """A child that sends what it looked at after the hash."""

    program: ClassVar[str] = "repit_engine.cli.scan_child"

    def look(self, source: bytes | Path, limits: Limits = DEFAULT_LIMITS) -> Looked | NotHashable:
        """As `look_here`, but within `limits.seconds` for certain, whatever the bytes do."""
        return self._asked(source, limits, False, _heard)


def to_bytes(look: QueryHashes) -> bytes:
    """One look as rows of fixed length."""
    rows = np.zeros(len(look), _ROW)
    rows["hash"], rows["rectangle"] = look.hashes, look.rectangles
    rows["kind"], rows["orientation"], rows["stage"] = look.kinds, look.orientation, look.stages
    return rows.tobytes()


def from_bytes(body: bytes) -> QueryHashes:
    """What `to_bytes` wrote. Raises `ValueError` for anything else."""
    if len(body) > _BUDGET.hashes * _ROW.itemsize or len(body) % _ROW.itemsize:
        raise ValueError
    rows = np.frombuffer(body, _ROW)
    for name, known in (("kind", Kind), ("orientation", Orientation), ("stage", Stage)):
        if len(rows) and int(rows[name].max()) >= len(known):
            raise ValueError
    if not bool(np.all(np.isfinite(rows["rectangle"]))):
        raise ValueError
    return QueryHashes(
        as_hash_array(rows["hash"]),
        np.ascontiguousarray(rows["rectangle"], np.float64),
        *(np.ascontiguousarray(rows[name]) for name in ("kind", "orientation", "stage")),
    )


def _heard(pipe: BinaryIO, deadline: float) -> Looked | NotHashable:
    outcome = outcome_of(receive_json(pipe, deadline))
    if isinstance(outcome, NotHashable):
        return outcome
    count = int(receive_json(pipe, deadline)["looks"])
    if not 0 < count <= MOST_LOOKS:
        raise ValueError
    return Looked(outcome, tuple(from_bytes(receive(pipe, deadline)) for _ in range(count)))


def _answer(pipe: BinaryIO, source: bytes | Path, limits: Limits, full: bool) -> None:
    looked = look_here(source, limits, full=full)
    send_json(pipe, answer_of(looked if isinstance(looked, NotHashable) else looked.hashed))
    if isinstance(looked, Looked):
        send_json(pipe, {"looks": len(looked.looks)})
        for look in looked.looks:
            send(pipe, to_bytes(look))


def main() -> None:
    """Answer requests on standard input until it closes."""
    warm_up()
    warm_up_pictures()
    serve(_answer)


if __name__ == "__main__":
    main()
