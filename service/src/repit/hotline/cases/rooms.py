"""The four rooms of a case, each with keys of its own. Pure."""

from typing import Final, Literal

RoomName = Literal["protection", "locations", "thread", "private"]
ROOMS: Final[tuple[RoomName, ...]] = ("protection", "locations", "thread", "private")
