"""What a process may ask the kernel for, once its own code is loaded (seccomp(2)).

In: which calls are refused, and how. Out: nothing; from then on the kernel refuses them, to this process and
all that it starts. Next: `confinement`.

A list of what is refused, not of what is allowed: what interpreters and libraries need changes with every
version, what a decoder must never need does not. Machines that are not in `_NUMBERS`, and kernels that know
no such filter, leave everything as it is, and `refuse` says so.
"""

import ctypes
import platform
import struct
from collections.abc import Iterable
from enum import IntEnum
from typing import Final

NETWORK: Final = ("socket", "socketpair", "bind", "listen", "accept", "accept4", "connect")
"""Not one of them is needed to decode what comes through a pipe that is open already."""
OTHERS: Final = (
    "execve", "execveat", "ptrace", "process_vm_readv", "process_vm_writev", "kill", "tkill", "tgkill",
    "pidfd_send_signal", "pidfd_getfd", "io_uring_setup", "io_uring_enter", "io_uring_register",
    "open_by_handle_at", "userfaultfd", "bpf", "perf_event_open", "unshare", "setns", "keyctl", "add_key",
    "request_key",
)  # fmt: skip
"""Other programs, other processes, and the ways round these lists."""
FILES: Final = (
    "open", "openat", "openat2", "creat", "unlink", "unlinkat", "rename", "renameat", "renameat2", "link",
    "linkat", "symlink", "symlinkat", "mkdir", "mkdirat", "rmdir", "mknod", "mknodat", "chmod", "fchmodat",
    "chown", "lchown", "fchownat", "truncate",
)  # fmt: skip
"""Opening anything by a name, and changing what has one."""

_NUMBERS: Final = {
    "x86_64": (0xC000003E, {
        "socket": 41, "connect": 42, "accept": 43, "bind": 49, "listen": 50, "socketpair": 53,
        "accept4": 288, "execve": 59, "execveat": 322, "ptrace": 101, "process_vm_readv": 310,
        "process_vm_writev": 311, "kill": 62, "tkill": 200, "tgkill": 234, "pidfd_send_signal": 424,
        "pidfd_getfd": 438, "io_uring_setup": 425, "io_uring_enter": 426, "io_uring_register": 427,
        "open_by_handle_at": 304, "userfaultfd": 323, "bpf": 321, "perf_event_open": 298, "unshare": 272,
        "setns": 308, "keyctl": 250, "add_key": 248, "request_key": 249, "open": 2, "openat": 257,
        "openat2": 437, "creat": 85, "unlink": 87, "unlinkat": 263, "rename": 82, "renameat": 264,
        "renameat2": 316, "link": 86, "linkat": 265, "symlink": 88, "symlinkat": 266, "mkdir": 83,
        "mkdirat": 258, "rmdir": 84, "mknod": 133, "mknodat": 259, "chmod": 90, "fchmodat": 268,
        "chown": 92, "lchown": 94, "fchownat": 260, "truncate": 76,
    }),
    "aarch64": (0xC00000B7, {
        "socket": 198, "socketpair": 199, "bind": 200, "listen": 201, "accept": 202, "connect": 203,
        "accept4": 242, "execve": 221, "execveat": 281, "ptrace": 117, "process_vm_readv": 270,
        "process_vm_writev": 271, "kill": 129, "tkill": 130, "tgkill": 131, "pidfd_send_signal": 424,
        "pidfd_getfd": 438, "io_uring_setup": 425, "io_uring_enter": 426, "io_uring_register": 427,
        "open_by_handle_at": 265, "userfaultfd": 282, "bpf": 280, "perf_event_open": 241, "unshare": 97,
        "setns": 268, "keyctl": 219, "add_key": 217, "request_key": 218, "openat": 56, "openat2": 437,
        "unlinkat": 35, "renameat": 38, "renameat2": 276, "linkat": 37, "symlinkat": 36, "mkdirat": 34,
        "mknodat": 33, "fchmodat": 53, "fchownat": 54, "truncate": 45,
    }),
}  # fmt: skip
"""Of each machine: its name to the kernel (audit.h), and the numbers of the calls that it has (unistd.h)."""
_OTHER_NAMES: Final = {"AMD64": "x86_64", "arm64": "aarch64"}
_X32: Final = 0x40000000
"""Numbers from here on are the same calls under another name."""
_PR_SET_NO_NEW_PRIVS: Final = 38
_PR_SET_SECCOMP: Final = 22
_MODE_FILTER: Final = 2
_EPERM: Final = 1
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_NUMBER_AT, _MACHINE_AT = 0, 4
_ALLOW: Final = 0x7FFF0000


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
    machine = platform.machine()
    known = _NUMBERS.get(_OTHER_NAMES.get(machine, machine))
    if known is None:
        return False
    lines = _lines(known[0], sorted(known[1][call] for call in calls if call in known[1]), how)
    program = _Program(len(lines), b"".join(lines))
    try:
        prctl = ctypes.CDLL(None, use_errno=True).prctl
    except (OSError, AttributeError):
        return False
    prctl.argtypes = (ctypes.c_int, *(ctypes.c_ulong,) * 4)
    if prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        return False
    return bool(prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.addressof(program), 0, 0) == 0)


def _lines(machine: int, numbers: list[int], how: Refused) -> list[bytes]:
    """A program for the kernel: code, lines to jump over if true and if not, value (bpf(4))."""
    count = len(numbers)
    refusal = count + 1
    written = [
        (_LOAD, 0, 0, _MACHINE_AT),
        (_EQUAL, 1, 0, machine),
        (_RETURN, 0, 0, how.value),
        (_LOAD, 0, 0, _NUMBER_AT),
        (_AT_LEAST, refusal, 0, _X32),
        *((_EQUAL, count - place, 0, number) for place, number in enumerate(numbers)),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, how.value),
    ]
    return [struct.pack("=HBBI", *line) for line in written]
