"""One process that may be taken over by what it reads: two pipes, and a way to end it.

In: a command, or a handle and pipes of a process that was made otherwise. Out: `Child`. Next: `asking`, a
gate's `decoder.pool`.
"""

import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import BinaryIO, Final, Protocol

from repit_engine.child.system_calls import say_where_nothing_is_refused
from repit_engine.pipe import PipeClosed, receive, unblock, widen

MEMORY: Final = 3 * 1024**3
"""Bytes of address space, enough for a picture at the default limit on pixels."""
READY: Final = b"ready"
_KEPT: Final = (
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "TMPDIR",
    "XDG_CACHE_HOME",
    "CACHE_DIRECTORY",
    "NUMBA_CACHE_DIR",
    "PYTHONPATH",
    "COVERAGE_PROCESS_START",
)
_ONE_THREAD: Final = {"NUMBA_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
_KEEP_MEMORY: Final = {"MALLOC_MMAP_THRESHOLD_": str(32 * 2**20), "MALLOC_TRIM_THRESHOLD_": str(64 * 2**20)}
"""A picture's planes are let go and taken anew with each upload. Left to itself, glibc gives them back to the
kernel each time, which then hands out zeroed pages one by one: a quarter of a WebP's time. See mallopt(3).
"""


class Handle(Protocol):
    """By which a process is ended, and no other that has its number later."""

    number: int

    def gone(self) -> bool:
        """Whether it has ended."""

    def kill(self) -> None:
        """End it, whatever it does. Raises `OSError`."""

    def close(self) -> None:
        """Let go of it."""


class Child:
    """One child; for whoever holds it. Only `kill`, `gone` and `used` are for others too."""

    def __init__(self, handle: Handle, pipe_in: BinaryIO, pipe_out: BinaryIO) -> None:
        """`pipe_in`: what the child reads from; `pipe_out`: what it writes to."""
        self.number, self.pipe_in, self.pipe_out = handle.number, pipe_in, pipe_out
        self._handle: Handle | None = handle
        self._turn = threading.Lock()
        widen(pipe_in)
        unblock(pipe_in)

    def wait(self, until: float) -> None:
        """Until it is ready, or that moment of the monotonic clock. Raises `PipeSilent`, `PipeClosed`."""
        if receive(self.pipe_out, until, most=len(READY)) != READY:
            raise PipeClosed

    @property
    def gone(self) -> bool:
        """Whether the process has ended."""
        with self._turn:
            return self._handle is None or self._handle.gone()

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
            if self._handle is not None:
                self._handle.kill()

    def close(self) -> None:
        """Let go of the pipes and of the process."""
        for pipe in (self.pipe_in, self.pipe_out):
            with suppress(OSError):
                pipe.close()
        with self._turn:
            if self._handle is not None:
                self._handle.close()
                self._handle = None


class Copied:
    """A process that another of ours made, by its descriptor (pidfd_open(2))."""

    def __init__(self, number: int, descriptor: int) -> None:
        self.number, self._descriptor = number, descriptor

    def gone(self) -> bool:
        """See `Handle`."""
        looking = select.poll()
        looking.register(self._descriptor, select.POLLIN)
        return bool(looking.poll(0))

    def kill(self) -> None:
        """See `Handle`."""
        signal.pidfd_send_signal(self._descriptor, signal.SIGKILL)

    def close(self) -> None:
        """See `Handle`."""
        os.close(self._descriptor)


class _Started:
    """A process of our own, whose number is its own until we have waited for it."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self.number, self._process = process.pid, process

    def gone(self) -> bool:
        return self._process.poll() is not None

    def kill(self) -> None:
        self._process.kill()

    def close(self) -> None:
        self._process.kill()
        self._process.wait()


def started(
    command: Sequence[str], stdin: int = subprocess.PIPE, stdout: int = subprocess.PIPE
) -> "subprocess.Popen[bytes]":
    """A process without our secrets and descriptors. Raises `OSError`."""
    say_where_nothing_is_refused()
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return subprocess.Popen(  # noqa: S603 - our own interpreter and module
        command,
        stdin=stdin,
        stdout=stdout,
        stderr=subprocess.DEVNULL,
        env={**kept, **_ONE_THREAD, **_KEEP_MEMORY},
        close_fds=True,
    )


def command_of(program: str, memory: int, arguments: Sequence[str] = ()) -> list[str]:
    """How a module of ours is run that confines itself to so much memory."""
    return [sys.executable, "-P", "-m", program, str(memory), *arguments]


def spawned(command: Sequence[str]) -> Child:
    """A child that begins from nothing; `wait` for it. Raises `OSError`, `PipeClosed`."""
    process = started(command)
    if process.stdin is None or process.stdout is None:
        raise PipeClosed
    return Child(_Started(process), process.stdin, process.stdout)  # type: ignore[arg-type]
