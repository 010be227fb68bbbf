"""The child process: reads pictures from its standard input, answers with hashes.

In: frames of a JSON request and the picture's bytes. Out: frames of a JSON head and hash rows, stage by stage
for as long as the parent asks for more. Next: `dialogue`, the parent's end.

Run as `python -m repit.gate.decoder.worker MEMORY PARENT`; it has no secret, no network need, may write no
file, dies with its parent and is killed by the kernel when one picture burns too much time.
"""

import ctypes
import os
import resource
import signal
import sys
from typing import Final

from repit_engine.frames import PipeClosed, receive, receive_json, send

_PR_SET_PDEATHSIG: Final = 1
_PR_SET_NO_NEW_PRIVS: Final = 38


def bind_to_parent(parent: int) -> None:
    """Die when the parent does (prctl(2)); at once if it already has."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(0)


def confine(memory: int) -> None:
    """Bound what the process may take, once its own code is loaded.

    A kernel that is compiled after this cannot be kept on disk, which must not end the process.
    """
    from numba.core.caching import IndexDataCacheFile  # noqa: PLC0415 (loaded with the kernels, above)

    IndexDataCacheFile.save = lambda *_: None  # type: ignore[method-assign]
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def grant_time(seconds: float) -> None:
    """From now on at most so many seconds of processor; beyond them SIGXCPU ends the process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime + seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))


def main() -> None:
    """Answer requests until the pipe closes."""
    memory, parent = int(sys.argv[1]), int(sys.argv[2])
    bind_to_parent(parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides when a terminal's Ctrl-C ends it
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Imported here: the bond to the parent comes before the seconds that loading kernels may take.
    from repit.gate.decoder.answering import answer, warm_up  # noqa: PLC0415

    warm_up()
    confine(memory)
    pipe_in, pipe_out = sys.stdin.buffer, sys.stdout.buffer
    try:
        send(pipe_out, b"ready")
        while True:
            request = receive_json(pipe_in)
            data = receive(pipe_in)
            grant_time(request["limits"]["seconds"])
            answer(request, data, pipe_in, pipe_out)
    except PipeClosed:
        return


if __name__ == "__main__":
    main()
