"""The gate's side of its decoder processes: one zygote, and children that it makes.

In: how the zygote is started. Out: `Child`s, each with two pipes and a handle by which it can be ended and
nobody else (pidfd_open(2)). Next: `pool`.
"""

import os
import select
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from typing import BinaryIO, Final, Literal

from repit.platform.gate.decoder.zygote import BORN, READY, STILLBORN
from repit_engine.frames import PipeClosed, PipeSilent, receive, widen

START_SECONDS: Final = 300.0
"""A new machine compiles its kernels first."""
BIRTH_SECONDS: Final = 5.0
_KEPT: Final = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "XDG_CACHE_HOME", "NUMBA_CACHE_DIR", "PYTHONPATH")
_ONE_THREAD: Final = {"NUMBA_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
_KEEP_MEMORY: Final = {"MALLOC_MMAP_THRESHOLD_": str(32 * 2**20), "MALLOC_TRIM_THRESHOLD_": str(64 * 2**20)}
"""A picture's planes are let go and taken anew with each upload. Left to itself, glibc gives them back to the
kernel each time, which then hands out zeroed pages one by one: a quarter of a WebP's time. See mallopt(3).
"""


class NoChild(Exception):
    """The zygote is gone, or could not make one."""


class Child:
    """One decoder process; for whoever holds it."""

    def __init__(self, number: int, handle: int, pipe_in: BinaryIO, pipe_out: BinaryIO) -> None:
        self.number, self.pipe_in, self.pipe_out = number, pipe_in, pipe_out
        self._handle = handle
        self._turn = threading.Lock()

    @property
    def gone(self) -> bool:
        """Whether the process has ended."""
        with self._turn:
            if self._handle < 0:
                return True
            looking = select.poll()
            looking.register(self._handle, select.POLLIN)
            return bool(looking.poll(0))

    def used(self) -> float:
        """Seconds of processor that it has used so far (clock_getcpuclockid(3)); 0 where it has ended."""
        try:
            return time.clock_gettime(~self.number << 3 | 2)
        except OSError:
            return 0.0

    def step_back(self, nice: int) -> None:
        """Let everyone else have the processor first, from now on."""
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, self.number, nice)

    def kill(self) -> None:
        """End the process, whatever it does; whoever reads from it then finds its pipe closed."""
        with self._turn, suppress(OSError):
            if self._handle >= 0:
                signal.pidfd_send_signal(self._handle, signal.SIGKILL)

    def close(self) -> None:
        """Let go of the pipes and the handle; only for whoever holds the child."""
        for pipe in (self.pipe_in, self.pipe_out):
            with suppress(OSError):
                pipe.close()
        with self._turn:
            if self._handle >= 0:
                os.close(self._handle)
                self._handle = -1


class Zygote:
    """The process that children are copies of."""

    def __init__(self, command: Sequence[str]) -> None:
        """Start it. Raises `OSError`."""
        self.broken = False
        """It is gone, or what it says next may belong to an earlier question: start another."""
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        with theirs:
            self.process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                command,
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={**kept, **_ONE_THREAD, **_KEEP_MEMORY},
                close_fds=True,
            )

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
            child = Child(int.from_bytes(word[len(BORN) :], "big"), handle, pipe_in, pipe_out)
            ours.pop_all()
        try:
            receive(pipe_out, time.monotonic() + BIRTH_SECONDS)
        except (PipeClosed, PipeSilent, OSError):
            child.kill()
            child.close()
            raise NoChild from None
        widen(pipe_in)
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
