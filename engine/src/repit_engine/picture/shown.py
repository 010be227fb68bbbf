"""One of the things that a file may look like.

In: a picture, and in what way a viewer comes to it. Out: `Shown`, or `Unseen` for what could not be looked
at. Next: `open_picture` takes the one that browsers show, `repit_engine.views` all of them.
"""

import math
from dataclasses import dataclass
from enum import Enum
from typing import Final

from repit_engine.picture.result import Picture

STANDS: Final = math.inf
"""Seconds for which a picture that does not move is shown."""
SEQUENCE: Final = "sequence"
"""Why a file was not looked at whole that holds tracks beside its picture: a player shows them."""


class Of(Enum):
    """What a view is of."""

    SHOWN = "shown"
    """What browsers show, on white."""
    FRAME = "frame"
    """A frame of an animation, or a page, or one of several pictures in a file."""
    STILL = "still"
    """The still picture that stands beside an animation, for viewers that do not animate."""
    BLACK = "on black"
    GREY = "on grey"
    WHOLE = "decoded whole"
    """Every sample in colour, where the first view was read at a fraction, or in grey."""
    PROFILE = "other colours"
    """By another reading of its colour profile, gamma or transfer, or without any."""
    COVER = "other transparency"
    """By another range of what it lets through."""
    OPAQUE = "without transparency"
    UNCUT = "uncut"
    """Without the crop or the turn that the container asks for."""


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """One view. `seconds`: for how long it stands in one round of an animation, 0 where browsers show it to
    nobody; of the views of a file, the first that stands longest is the one that counts as shown.
    """

    picture: Picture
    of: Of = Of.SHOWN
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Unseen:
    """There is more in the file than was looked at: `reason` in one short word."""

    reason: str
