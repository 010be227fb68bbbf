"""What a browser showed of one file: pixels on white and on black, of each frame that it stood on.

In: what the page posted. Out: `Shown`. Next: `judge`.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from drills.viewers.files import Made

Rgb = NDArray[np.uint8]

SHARE: Final = 0.1
"""Of an animation's time: what stands as long as this is seen."""
SECONDS: Final = 1.0
"""What stands as long as this is seen, whatever else is."""


@dataclass(frozen=True)
class View:
    """`frame` -1: the still picture, as a canvas gets it; else the frame's number, and it `lasts` so many
    milliseconds."""

    ground: str
    frame: int
    lasts: float
    rgb: Rgb


@dataclass(frozen=True)
class Shown:
    """`repeats`: how often an animation is played again; -1 for ever. `broken`: its decoder gave up before
    its end, so that only the window tells what stands. No view: nothing is shown."""

    width: int = 0
    height: int = 0
    repeats: int = 0
    views: tuple[View, ...] = field(default=(), repr=False)
    hidden: str = ""
    broken: bool = False

    def standing(self) -> Iterator[View]:
        """The views that a person sees: the still picture, or of an animation the frames that stand."""
        moving = [view for view in self.views if view.frame >= 0]
        if not moving:
            yield from self.views
            return
        # Browsers take waits of up to 10 ms for 100 ms, as they always have.
        lasts = {view.frame: 100.0 if view.lasts <= 10 else view.lasts for view in moving}
        total = sum(lasts.values())
        last = max(lasts)
        alike: dict[bytes, float] = {}
        for view in moving:
            alike[view.rgb.tobytes()] = alike.get(view.rgb.tobytes(), 0.0) + lasts[view.frame]
        seen: set[bytes] = set()
        for view in moving:
            pixels = view.rgb.tobytes()
            stays = self.repeats >= 0 and view.frame == last
            if pixels in seen or not (stays or alike[pixels] >= min(SHARE * total, 1000 * SECONDS)):
                continue
            seen.add(pixels)
            yield view


class Browser(Protocol):
    """Whatever shows files."""

    def shown(self, files: Sequence[Made]) -> list[Shown]: ...

    def restart(self) -> None: ...


def unpacked(posted: bytes) -> list[Shown]:
    """The inverse of what the page packs."""
    length = int.from_bytes(posted[:4], "big")
    at = 4 + length
    found = []
    for report in json.loads(posted[4:at]):
        views = []
        for view in report["views"]:
            across, down = view["across"], view["down"]
            size = 4 * across * down
            rgba = np.frombuffer(posted, np.uint8, size, at).reshape(down, across, 4)
            at += size
            views.append(
                View(view["ground"], view["frame"], view["lasts"] or 0.0, np.ascontiguousarray(rgba[..., :3]))
            )
        found.append(
            Shown(
                report.get("width", 0),
                report.get("height", 0),
                report.get("repeats", 0),
                tuple(views),
                report.get("hidden", ""),
                report.get("broken", False),
            )
        )
    return found
