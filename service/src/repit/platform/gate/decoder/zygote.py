"""A process that has loaded everything once, and is copied whenever a decoder is wanted.

In: two ends of pipes, over a socket that is this process's standard input. Out: a child on them, which is
this process as it stood: interpreter, libraries and kernels loaded, in a few milliseconds instead of a
second. Next: `children`, the other end.

It never sees an upload, runs on one thread (nothing else may be copied safely, fork(2)) and ends as soon as
the gate does; its children are ended by the kernel when it ends. What a child could learn by being taken over
is what the zygote holds: our code and libraries, no secret, and the places in memory where they lie, which
all children share.
"""

import ctypes
import gc
import os
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Final, NoReturn

from repit_engine.child.confinement import forgo_privileges

READY: Final = b"ready"
BORN: Final = b"born"
STILLBORN: Final = b"stillborn"
_PR_SET_PDEATHSIG: Final = 1

Work = Callable[[BinaryIO, BinaryIO], None]


def serve(work: Work) -> None:
    """Make a child for each pair of pipes that comes, until the gate is gone. `work` is a child's life."""
    if len(list(Path("/proc/self/task").iterdir())) != 1:
        sys.exit("Something that was loaded runs threads: such a process must not be copied.")
    control = socket.socket(fileno=os.dup(sys.stdin.fileno()))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the gate decides when a terminal's Ctrl-C ends it
    signal.signal(signal.SIGCHLD, lambda *_: _reap())
    forgo_privileges()
    gc.collect()
    gc.freeze()  # what is here stays as it is, so that children go on sharing its memory
    try:
        control.send(READY)
        while True:
            word, pipes, _, _ = socket.recv_fds(control, 16, 2)
            if not word:
                return
            _make(control, pipes, work)
    except (BrokenPipeError, ConnectionResetError):
        return


def _make(control: socket.socket, pipes: list[int], work: Work) -> None:
    own = os.getpid()
    # Not reaped before its descriptor is there: until then its number could pass to another process.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    try:
        child = os.fork()
        if child == 0:
            _live(own, control, pipes, work)
        handle = os.pidfd_open(child)
    except OSError:
        control.send(STILLBORN)
        return
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
        for pipe in pipes:
            os.close(pipe)
    socket.send_fds(control, [BORN + child.to_bytes(4, "big")], [handle])
    os.close(handle)


def _live(parent: int, control: socket.socket, pipes: list[int], work: Work) -> NoReturn:
    """A child's life, from which nothing returns into what was copied."""
    status = 1
    try:
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(0)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
        control.close()
        os.close(sys.stdin.fileno())
        with os.fdopen(pipes[0], "rb") as pipe_in, os.fdopen(pipes[1], "wb") as pipe_out:
            work(pipe_in, pipe_out)
        status = 0
    finally:
        os._exit(status)


def _reap() -> None:
    """Let go of children that have ended."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
