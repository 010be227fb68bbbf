"""How far videos are looked at here.

In: settings, what the index holds. Out: whether a video is worth opening, and how long it may take. Next:
`inspector`.
"""

from dataclasses import dataclass, replace
from typing import Final, Literal, Self

from repit.platform.gate.index.protocol import View

Which = Literal["known", "all", "no"]
SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class VideoWork:
    """`which`: none; those of a gate that knows videos; or those of one that knows anything to look at.
    `seconds`: of work and waiting on one video."""

    which: Which = "known"
    seconds: float = SECONDS
    is_waited_for: bool = False
    """Somebody waits: where too many do, a video is undecided. Otherwise it can come back later."""

    def is_worth(self, view: View) -> bool:
        """Whether looking at a video may find anything."""
        if self.which == "no":
            return False
        return bool(view.videos.videos) or (self.which == "all" and view.has_families)

    def within(self, seconds: float) -> Self:
        """The same for whoever waits no longer than this."""
        return replace(self, seconds=min(self.seconds, seconds), is_waited_for=True)
