"""The gate's side of its decoder processes: one zygote, and children that it makes.

In: how the zygote is started. Out: children (`repit_engine.child`), each with two pipes and a handle by which
it can be ended and nobody else. Next: `pool`.
"""

import os
import socket
import subprocess
import time
from collections.abc import Sequence
from contextlib import ExitStack
from typing import BinaryIO, Final, Literal

from repit.platform.gate.decoder.zygote import BORN, READY, STILLBORN
from repit_engine.child.process import Child, Copied, started
from repit_engine.pipe import PipeClosed, PipeSilent

START_SECONDS: Final = 300.0
"""A new machine compiles its kernels first."""
BIRTH_SECONDS: Final = 5.0


class NoChild(Exception):
    """The zygote is gone, or could not make one."""


class Zygote:
    """The process that children are copies of."""

    def __init__(self, command: Sequence[str]) -> None:
        """Start it. Raises `OSError`."""
        self.broken = False
        """It is gone, or what it says next may belong to an earlier question: start another."""
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self.process = started(command, theirs.fileno(), subprocess.DEVNULL)

    def wait(self, seconds: float = START_SECONDS) -> None:
        """Until it has loaded everything. Raises `NoChild`."""
        if self._heard(seconds)[0] != READY:
            self.broken = True
            raise NoChild

    def child(self) -> Child:
        """A new child, ready for work. Raises `NoChild`."""
        with ExitStack() as theirs, ExitStack() as ours:
            try:
                pipe_in, from_us = _pipe(theirs, ours, "wb")
                pipe_out, to_us = _pipe(theirs, ours, "rb")
                socket.send_fds(self._control, [b"make"], [from_us, to_us])
            except OSError:
                self.broken = self.process.poll() is not None
                raise NoChild from None
            word, handle = self._heard(BIRTH_SECONDS)
            if not word.startswith(BORN) or handle < 0:
                self.broken = word != STILLBORN
                raise NoChild
            number = int.from_bytes(word[len(BORN) :], "big")
            child = Child(Copied(number, handle), pipe_in, pipe_out)
            ours.pop_all()
        try:
            child.wait(time.monotonic() + BIRTH_SECONDS)
        except (PipeClosed, PipeSilent, OSError):
            child.kill()
            child.close()
            raise NoChild from None
        return child

    def end(self) -> None:
        """End it, and with it every child; from any thread."""
        self.process.kill()
        self.process.wait()

    def close(self) -> None:
        """End it and hear no more of it; only for whoever has children made."""
        self.end()
        self._control.close()

    def _heard(self, seconds: float) -> tuple[bytes, int]:
        """A word, and the handle that came with it, or -1. An empty word where nothing came."""
        self._control.settimeout(seconds)
        try:
            word, handles, _, _ = socket.recv_fds(self._control, 16, 1)
        except OSError:
            return b"", -1
        return word, handles[0] if handles else -1


def _pipe(theirs: ExitStack, ours: ExitStack, mode: Literal["rb", "wb"]) -> tuple[BinaryIO, int]:
    """A pipe: our end as a file, the child's as a number. Raises `OSError`."""
    reading, writing = os.pipe()
    mine, other = (writing, reading) if mode == "wb" else (reading, writing)
    theirs.callback(os.close, other)
    return ours.enter_context(os.fdopen(mine, mode)), other
