"""The decoder: reads pictures from a pipe, answers with hashes.

In: frames of a JSON request and the picture's bytes. Out: frames of a JSON head and hash rows, stage by stage
for as long as the parent asks for more. Next: `dialogue`, the parent's end.

Run as `python -m repit.platform.gate.decoder.worker MEMORY`, it is the `zygote`, of which each decoder is a
copy. A decoder has no secret, no network need, may write no file, dies with the gate and is killed by the
kernel when one picture burns too much time.
"""

import os
import resource
import sys
from functools import partial
from typing import BinaryIO, Final

from repit.platform.gate.decoder import zygote
from repit_engine.frames import PipeClosed, receive, receive_json, send

NICE: Final = 3
"""Decoders let those go first who answer; what they leave idle of a processor is theirs all the same."""
_GRACE: Final = 1


def confine(memory: int) -> None:
    """Bound what the process may take, now that its own code is loaded.

    A kernel that is compiled after this cannot be kept on disk, which must not end the process.
    """
    from numba.core.caching import IndexDataCacheFile  # noqa: PLC0415 (loaded with the kernels, below)

    IndexDataCacheFile.save = lambda *_: None  # type: ignore[method-assign]
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def grant_time(seconds: float) -> None:
    """From now on at most so many seconds of processor; beyond them SIGXCPU ends the process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime + seconds) + _GRACE
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))


def work(memory: int, pipe_in: BinaryIO, pipe_out: BinaryIO) -> None:
    """Answer requests until the pipe closes."""
    from repit.platform.gate.decoder.answering import answer  # noqa: PLC0415 (loaded in the zygote)

    confine(memory)
    os.nice(NICE)
    try:
        send(pipe_out, b"ready")
        while True:
            request = receive_json(pipe_in)
            data = receive(pipe_in)
            grant_time(request["limits"]["seconds"])
            answer(request, data, pipe_in, pipe_out)
    except PipeClosed:
        return


def main() -> None:
    """Load everything once, then make a decoder whenever one is wanted."""
    memory = int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Imported here: `pool` needs this module's name and nothing of what it loads.
    from repit.platform.gate.decoder.answering import warm_up  # noqa: PLC0415

    warm_up()
    zygote.serve(partial(work, memory))


if __name__ == "__main__":
    main()
