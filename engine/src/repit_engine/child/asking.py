"""A child for one asker at a time, ended when a file outlasts its time, and replaced.

In: bytes, or a path. Out: what the child says, or `NotHashable`, always, within the time. Next: `hashing`,
`repit-scan --altered`, a gate's classifier.
"""

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, ClassVar, Final, Self, TypeVar

from repit_engine.child.process import MEMORY, Child, command_of, spawned
from repit_engine.child.serving import ask
from repit_engine.errors import DamagedPicture, TookTooLong
from repit_engine.picture import Limits
from repit_engine.pipe import PipeClosed, PipeSilent
from repit_engine.types import NotHashable

START_SECONDS: Final = 600.0
"""Enough to compile every kernel anew on a busy machine, where no folder keeps them."""
GRACE_SECONDS: Final = 0.5
_Heard = TypeVar("_Heard")


class Asker:
    """One child process; calls from several threads take turns. Use as a context manager, or call `close`."""

    program: ClassVar[str]
    """The module that is run (`process.command_of`)."""
    waits_for_restart: ClassVar[bool] = True
    """Whether a picture waits for as long as a child takes to start that replaces one; if not, the new one
    starts at once, and whoever comes before it is ready hears so within their own time."""

    def __init__(self, *, memory: int = MEMORY, arguments: Sequence[str] = ()) -> None:
        """`arguments`: what the program is told on its command line, after the memory."""
        self._command = command_of(self.program, memory, arguments)
        self._turn = threading.Lock()
        self._child: Child | None = None
        self._ready = self._started = False

    def start(self) -> None:
        """Start the process and wait until it is ready; where it does not get so far, asking it says so."""
        with self._turn, suppress(PipeSilent, PipeClosed):
            self._running(time.monotonic() + START_SECONDS)

    def close(self) -> None:
        """End the process; the next call would start another."""
        with self._turn:
            self._end()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _asked(
        self, source: bytes | Path, limits: Limits, heard: Callable[[BinaryIO, float], _Heard], **asked: Any
    ) -> _Heard | NotHashable:
        """Send one picture and hear the answer until the deadline; `heard` raises what nonsense raises."""
        with self._turn:
            try:
                begun = time.monotonic()
                waits = self.waits_for_restart or not self._started
                child = self._running(begun + (START_SECONDS if waits else limits.seconds))
                deadline = (time.monotonic() if waits else begun) + limits.seconds + GRACE_SECONDS
                ask(child.pipe_in, source, limits, deadline, **asked)
                return heard(child.pipe_out, deadline)
            except PipeSilent:
                if self._ready or self.waits_for_restart:
                    self._replace()
                return _refused(TookTooLong, "Decoding the picture took longer than allowed.")
            except (PipeClosed, KeyError, ValueError, TypeError):
                self._replace()
                return _refused(DamagedPicture, "The picture made its decoder fail.")

    def _running(self, until: float) -> Child:
        """The child, once it is ready. Raises `PipeSilent` where it is not by then."""
        if self._child is None or self._child.gone:
            self._end()
            self._child = self._begun()
        child = self._child
        if not self._ready:
            child.wait(until)
            self._ready = self._started = True
        return child

    def _begun(self) -> Child:
        return spawned(self._command)

    def _replace(self) -> None:
        """End it. Where nobody is to wait for it, the next child starts before it is needed."""
        self._end()
        if not self.waits_for_restart:
            self._child = self._begun()

    def _end(self) -> None:
        self._ready = False
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            child.close()


def _refused(kind: type[DamagedPicture] | type[TookTooLong], message: str) -> NotHashable:
    return NotHashable(kind.code, message, "Save or export it again, then send the new file.")
