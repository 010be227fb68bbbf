"""The moment by which a whole exchange is over, carried to every single step of it.

In: seconds, once, where the exchange begins. Out: how many of them are left, wherever something is waited
for. Next: `vetted`, whose connections ask it before each step; through them every client of another service.

Libraries take a timeout for each step, and a peer that sends a byte now and then makes as many steps as it
likes. `Due` is a number, so it goes through a library as its timeout would, and comes out at the socket.
"""

from typing import Self

from repit.foundation.clock import elapsed


class Due(float):
    """`seconds` from now, as a number; `left` counts down. `silence`: the most between two bytes."""

    _end: float
    silence: float

    def __new__(cls, seconds: float, silence: float | None = None) -> Self:
        due = super().__new__(cls, seconds)
        due._end = elapsed() + seconds
        due.silence = seconds if silence is None else silence
        return due

    def left(self) -> float:
        """Seconds until all is over, never less than nothing."""
        return max(0.0, self._end - elapsed())

    @property
    def over(self) -> bool:
        """Whether the moment has come."""
        return elapsed() >= self._end

    def step(self) -> float:
        """What the next step may take."""
        return min(self.left(), self.silence)
