"""What a process may ask the kernel for, once its own code is loaded (seccomp(2)).

In: which calls are refused, and how. Out: nothing; from then on the kernel refuses them, to this process and
all that it starts. Next: `confinement`.

A list of what is refused, not of what is allowed: what interpreters and libraries need changes with every
version, what a decoder must never need does not. Machines that are not in `NUMBERS`, and kernels that know
no such filter, leave everything as it is, and `refuse` says so.
"""

import ctypes
import logging
import platform
import struct
from collections.abc import Callable, Iterable, Mapping
from enum import IntEnum
from functools import cache
from typing import Final, cast

from repit_engine.child.call_numbers import NUMBERS

NETWORK: Final = ("socket", "socketpair", "bind", "listen", "accept", "accept4", "connect")
"""Not one of them is needed to decode what comes through a pipe that is open already."""
OTHERS: Final = (
    "execve", "execveat", "fork", "vfork", "clone", "clone3", "ptrace", "process_vm_readv",
    "process_vm_writev", "kill", "tkill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "fcntl",
    "pidfd_send_signal", "pidfd_getfd", "io_uring_setup", "io_uring_enter", "io_uring_register",
    "open_by_handle_at", "userfaultfd", "bpf", "perf_event_open", "unshare", "setns", "keyctl", "add_key",
    "request_key", "prlimit64", "setpriority", "ioprio_set", "sched_setparam", "sched_setscheduler",
    "sched_setaffinity", "sched_setattr", "migrate_pages", "move_pages", "process_madvise",
)  # fmt: skip
"""Other programs, other processes, what ends or slows those, and the ways round these lists. Threads of its
own a process may start, and bound itself (`_looked_at`)."""
FILES: Final = (
    "open", "openat", "openat2", "creat", "unlink", "unlinkat", "rename", "renameat", "renameat2", "link",
    "linkat", "symlink", "symlinkat", "mkdir", "mkdirat", "rmdir", "mknod", "mknodat", "chmod", "fchmodat",
    "fchmodat2", "chown", "lchown", "fchownat", "truncate", "utime", "utimes", "futimesat", "utimensat",
    "setxattr", "lsetxattr", "setxattrat", "removexattr", "lremovexattr", "removexattrat", "mq_open",
    "mq_unlink", "open_tree",
)  # fmt: skip
"""Opening anything by a name, and changing what has one."""

_OTHER_NAMES: Final = {"AMD64": "x86_64", "arm64": "aarch64"}
_X32: Final = 0x40000000
"""Numbers from here on are the same calls under another name."""
_PR_SET_NO_NEW_PRIVS: Final = 38
_PR_SET_SECCOMP: Final = 22
_MODE_FILTER: Final = 2
_EPERM: Final = 1
_EFAULT: Final = 14
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER_AT, _MACHINE_AT, _FIRST_AT, _SECOND_AT = 0, 4, 16, 24
"""Of an argument the lower half, which is all that the calls here take of theirs."""
_ALLOW: Final = 0x7FFF0000
_UNKNOWN: Final = 0x00050000 | 38
"""As on a kernel that has no such call (ENOSYS)."""
_CLONE_THREAD: Final = 0x00010000
_OWNERS: Final = (8, 10, 15)
"""F_SETOWN, F_SETSIG, F_SETOWN_EX (fcntl.h): to whom the kernel sends what signal when a pipe is ready."""
_log = logging.getLogger("repit_engine.child")
_Line = tuple[int, int, int, int]


class Refused(IntEnum):
    """What becomes of a call that is refused."""

    FAILS = 0x00050000 | _EPERM
    """As where a right is missing."""
    ENDS = 0x80000000
    """The process, by SIGSYS: for tests that must see that nothing was tried."""


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("lines", ctypes.c_char_p))


def refuse(calls: Iterable[str], how: Refused = Refused.FAILS) -> bool:
    """Refuse these from now on, to this thread and what it starts; False where that cannot be had here. A
    process of several threads calls this before it starts the others."""
    known, prctl = _known(), _prctl()
    if known is None or prctl is None:
        return False
    lines = _lines(known[0], {call: known[1][call] for call in calls if call in known[1]}, how)
    program = _Program(len(lines), b"".join(lines))
    if prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        return False
    return bool(prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.addressof(program), 0, 0) == 0)


@cache
def say_where_nothing_is_refused() -> None:
    """Once a process, for whoever starts others that call `refuse`: what those would say, nobody hears."""
    prctl = _prctl()
    if _known() is not None and prctl is not None:
        # No program at all: a kernel that would take one looks for it in vain (seccomp(2)).
        prctl(_PR_SET_SECCOMP, _MODE_FILTER, 0, 0, 0)
        if ctypes.get_errno() == _EFAULT:
            return
    _log.warning(
        "This system has no seccomp that we know: a decoder that a file takes over is refused neither "
        "network nor other processes nor files. Run it on Linux on x86-64 or ARM64, as a user without rights."
    )


def _known() -> tuple[int, dict[str, int]] | None:
    machine = platform.machine()
    return NUMBERS.get(_OTHER_NAMES.get(machine, machine))


def _prctl() -> Callable[..., int] | None:
    try:
        prctl = ctypes.CDLL(None, use_errno=True).prctl
    except (OSError, AttributeError):
        return None
    prctl.argtypes = (ctypes.c_int, *(ctypes.c_ulong,) * 4)
    return cast("Callable[..., int]", prctl)


def _lines(machine: int, calls: Mapping[str, int], how: Refused) -> list[bytes]:
    """A program for the kernel: code, lines to jump over if true and if not, value (bpf(4))."""
    looked_at = {call: lines for call, lines in _looked_at(how).items() if call in calls}
    numbers = sorted(number for call, number in calls.items() if call not in looked_at)
    written: list[_Line] = [
        (_LOAD, 0, 0, _MACHINE_AT),
        (_EQUAL, 1, 0, machine),
        (_RETURN, 0, 0, how.value),
        (_LOAD, 0, 0, _NUMBER_AT),
    ]
    for call, lines in looked_at.items():
        written += [(_EQUAL, 0, len(lines), calls[call]), *lines]
    count = len(numbers)
    written += [
        (_AT_LEAST, count + 1, 0, _X32),
        *((_EQUAL, count - place, 0, number) for place, number in enumerate(numbers)),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, how.value),
    ]
    return [struct.pack("=HBBI", *line) for line in written]


def _looked_at(how: Refused) -> dict[str, list[_Line]]:
    """Calls that are refused by their arguments, which `clone3` keeps where no filter sees them: told that
    there is no such call, the C library makes its threads by `clone`."""
    allow, refusal = (_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, how.value)
    return {
        "clone": [(_LOAD, 0, 0, _FIRST_AT), (_ANY_BIT, 0, 1, _CLONE_THREAD), allow, refusal],
        "clone3": [(_RETURN, 0, 0, _UNKNOWN)],
        "prlimit64": [(_LOAD, 0, 0, _FIRST_AT), (_EQUAL, 0, 1, 0), allow, refusal],
        "fcntl": [
            (_LOAD, 0, 0, _SECOND_AT),
            *((_EQUAL, len(_OWNERS) - place, 0, command) for place, command in enumerate(_OWNERS)),
            allow,
            refusal,
        ],
    }
