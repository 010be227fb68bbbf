"""What a child may take, set by itself once its own code is loaded.

In: bytes of memory, seconds of processor. Out: nothing; the kernel ends whoever takes more. Next: `serving`.

What a child could learn or do by being taken over is bounded by this: no privilege that it has not, no
network, no other process, no file written, no core left behind, no more memory or time than one file may
cost.
"""

import ctypes
import resource
from contextlib import suppress
from pathlib import Path
from typing import Final

from repit_engine.child.system_calls import FILES, NETWORK, OTHERS, refuse
from repit_engine.kernels.jit import folders

_PR_SET_NO_NEW_PRIVS: Final = 38
_FIRST_TO_GO: Final = "800"
"""Where memory runs out, the kernel ends a child rather than its parent (proc(5), oom_score_adj)."""
_GRACE: Final = 2
"""Seconds of processor beyond the time of a file, after which its parent has ended it long since."""


def confine(memory: int, *, sealed: bool = False) -> None:
    """Bound what the process may take, now that its own code is loaded.

    A kernel that is compiled after this is not kept on disk. Where the system can refuse it, there is no
    network from now on, no other program and no other process; `sealed`: nor any file to be opened, for one
    that is given everything through its pipes, and has loaded all that it may need.
    """
    folders.keep_no_more()
    forgo_privileges()
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(_FIRST_TO_GO, "ascii")
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    refuse((*NETWORK, *OTHERS, *(FILES if sealed else ())))


def forgo_privileges() -> None:
    """Gain none any more by starting another program (prctl(2)); as it is where the system knows no such
    thing."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def grant_time(seconds: float) -> None:
    """From now on at most so many seconds of processor; beyond them SIGXCPU ends the process, even where its
    parent is gone."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime + seconds) + _GRACE
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))
