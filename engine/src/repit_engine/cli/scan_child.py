"""Looking at a picture in stages in a child process, where a hostile file can do no harm.

In: bytes, or a path. Out: `Looked`, the hash and every look that may meet a family, or `NotHashable`. Next:
`scan_altered` asks the bank. The child is this module run as a program, as `repit_engine.child` has it; its
answer is not trusted: every length and value is looked at.
"""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, ClassVar, Final

from repit_engine.anchors import Budget, QueryHashes, looks, warm_up
from repit_engine.anchors.query import joined
from repit_engine.anchors.rows import MOST_BYTES, from_bytes, to_bytes
from repit_engine.child.asking import Asker
from repit_engine.child.hashing import answer_of, outcome_of
from repit_engine.child.serving import Request, serve_standard
from repit_engine.errors import PictureRefused
from repit_engine.hash import hashed_of, not_hashable
from repit_engine.picture import DEFAULT_LIMITS, Limits
from repit_engine.picture import warm_up as warm_up_pictures
from repit_engine.pipe import receive, receive_json, send, send_json
from repit_engine.types import Hashed, NotHashable
from repit_engine.views import MOST_LOOKS, open_views

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


class LookingChild(Asker):
    """A child that sends what it looked at after the hash."""

    program: ClassVar[str] = "repit_engine.cli.scan_child"

    def look(self, source: bytes | Path, limits: Limits = DEFAULT_LIMITS) -> Looked | NotHashable:
        """As `look_here`, but within `limits.seconds` for certain, whatever the bytes do."""
        return self._asked(source, limits, _heard)


def _heard(pipe: BinaryIO, deadline: float) -> Looked | NotHashable:
    outcome = outcome_of(receive_json(pipe, deadline))
    if isinstance(outcome, NotHashable):
        return outcome
    count = int(receive_json(pipe, deadline)["looks"])
    if not 0 < count <= MOST_LOOKS:
        raise ValueError
    return Looked(outcome, tuple(from_bytes(receive(pipe, deadline, most=MOST_BYTES)) for _ in range(count)))


def _answer(request: Request, _: BinaryIO, pipe_out: BinaryIO) -> None:
    looked = look_here(request.source, request.limits)
    send_json(pipe_out, answer_of(looked if isinstance(looked, NotHashable) else looked.hashed))
    if isinstance(looked, Looked):
        send_json(pipe_out, {"looks": len(looked.looks)})
        for look in looked.looks:
            send(pipe_out, to_bytes(look))


def main() -> None:
    """Answer requests on standard input until it closes."""
    warm_up()
    warm_up_pictures()
    serve_standard(_answer)


if __name__ == "__main__":
    main()
