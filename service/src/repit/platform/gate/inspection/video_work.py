"""How far videos are looked at here.

In: settings, what the index holds. Out: whether a video is worth opening, and how long it may take. Next:
`inspector`.
"""

from dataclasses import dataclass
from typing import Final, Literal

from repit.foundation.clock import elapsed
from repit.platform.gate.index.protocol import View

Which = Literal["known", "all", "no"]
SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class VideoWork:
    """`which`: none; those of a gate that knows videos; or those of one that knows anything to look at.
    `seconds`: of work and waiting on one video."""

    which: Which = "known"
    seconds: float = SECONDS
    until: float | None = None
    """The moment (`foundation.clock.elapsed`) up to which somebody waits: where too many do, a video is
    undecided. None where nobody does, so that it can come back later."""

    def is_worth(self, view: View) -> bool:
        """Whether looking at a video may find anything."""
        if self.which == "no":
            return False
        return bool(view.videos.videos) or (self.which == "all" and view.has_families)

    @property
    def left(self) -> float:
        """Seconds that a video which is taken up now may take."""
        return self.seconds if self.until is None else max(0.0, min(self.seconds, self.until - elapsed()))
