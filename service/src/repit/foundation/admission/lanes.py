"""Threads in lanes, so that no kind of request keeps another waiting.

In: who asks, and a call. Out: what it returns. Next: `foundation.process.front.gateway`, which has a lane for
each kind of request; the gate's socket channels, which have one each. Where all threads of a lane are busy,
those who ask take turns; for the thread of the event loop alone.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from repit.foundation.admission.errors import Busy
from repit.foundation.admission.fairness import FairQueue, Full

WAITING_EACH: Final = 16
"""Requests that may wait for each thread of a lane."""
WAIT_SECONDS: Final = 20.0
_Result = TypeVar("_Result")


class Lane:
    """So many threads."""

    def __init__(self, name: str, threads: int, returning: int = 0) -> None:
        """`returning`: so many more may wait for a thread, who all come back at once from waiting outside."""
        self.free = threads
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix=f"repit-{name}")
        self._waiting: FairQueue[asyncio.Future[None]] = FairQueue(threads * WAITING_EACH + returning)

    @property
    def waiting(self) -> int:
        """Requests that wait for a thread."""
        return len(self._waiting)

    async def run(self, who: str, call: Callable[[], _Result]) -> _Result:
        """Run it in a thread, when it is this one's turn. Raises `Busy`, and what it raises."""
        if self.free <= 0 or len(self._waiting):
            await self._turn(who)
        else:
            self.free -= 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, call)
        finally:
            self._next()

    def close(self) -> None:
        """Begin nothing more."""
        for turn in self._waiting.everything():
            turn.cancel()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _turn(self, who: str) -> None:
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        try:
            displaced = self._waiting.put(who, turn)
        except Full:
            raise Busy from None
        if displaced is not None and not displaced.done():
            displaced.set_exception(Busy())
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await turn
        except (TimeoutError, asyncio.CancelledError) as error:
            if not self._waiting.remove(who, turn) and turn.done() and not turn.cancelled():
                self._next()  # the turn came at the last moment and goes to the next
            if isinstance(error, TimeoutError):
                raise Busy from None
            raise

    def _next(self) -> None:
        while len(self._waiting):
            turn = self._waiting.pop()
            if not turn.done():
                turn.set_result(None)
                return
        self.free += 1
