"""Looking at a video in stages in a child process, where a hostile file can do no harm and opens nothing.

In: bytes, a path, or a file of which it is read piece by piece. Out: what was found in its tracks, or
`NotHashable`. Next: `scan_moving` decides between the stages. The child is this module run as a program, as
`repit_engine.child` has it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Generic, TypeVar

from repit_engine.child.ranges import Spool
from repit_engine.child.serving import serve_standard
from repit_engine.moments.dialogue import TrackSeen, VideoDialogue
from repit_engine.moments.watching import WatchingChild
from repit_engine.types import NotHashable
from repit_engine.video import VideoLimits

_Found = TypeVar("_Found")


@dataclass(frozen=True, slots=True)
class Film(Generic[_Found]):
    """A video that was looked at: its length in milliseconds, that of its longest track; what was found in
    each track; why not all of it was looked at, in one word."""

    duration: int
    found: list[_Found]
    unseen: str | None


class FilmChild(WatchingChild):
    """A child that looks at a video for as long as more is wanted of it."""

    program: ClassVar[str] = "repit_engine.cli.scan_film"

    def look(
        self, source: bytes | Path | Spool, limits: VideoLimits, find: Callable[[TrackSeen], _Found]
    ) -> Film[_Found] | NotHashable:
        """`find`: what there is in one track; it asks for one stage after another, within the limits."""

        def hear(talk: VideoDialogue) -> Film[_Found]:
            longest, found = 0, list[_Found]()
            for track in talk:
                longest = max(longest, track.duration)
                found.append(find(track))
            return Film(longest, found, talk.unseen)

        return self._watched(source, limits, hear)


def main() -> None:
    """Answer requests on standard input until it closes."""
    # Imported here: the parent needs neither decoders nor kernels.
    from repit_engine.moments import asked_about, asked_of, moments_of  # noqa: PLC0415
    from repit_engine.moments.answering import answering  # noqa: PLC0415
    from repit_engine.moments.warming import warm_up  # noqa: PLC0415

    warm_up()
    serve_standard(None, watch=answering(moments_of, asked_of, asked_about), sealed=True)


if __name__ == "__main__":
    main()
