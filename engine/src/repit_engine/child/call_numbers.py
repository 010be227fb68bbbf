"""The numbers by which the kernel knows the calls that `system_calls` names.

In: nothing. Out: of each machine its name to the kernel (audit.h), and the numbers of the calls that it has
(unistd.h). Next: `system_calls`.
"""

from typing import Final

NUMBERS: Final = {
    "x86_64": (0xC000003E, {
        "socket": 41, "connect": 42, "accept": 43, "bind": 49, "listen": 50, "socketpair": 53,
        "accept4": 288, "execve": 59, "execveat": 322, "fork": 57, "vfork": 58, "clone": 56, "clone3": 435,
        "ptrace": 101, "process_vm_readv": 310, "process_vm_writev": 311, "kill": 62, "tkill": 200,
        "tgkill": 234, "rt_sigqueueinfo": 129, "rt_tgsigqueueinfo": 297, "fcntl": 72,
        "pidfd_send_signal": 424, "pidfd_getfd": 438, "io_uring_setup": 425, "io_uring_enter": 426,
        "io_uring_register": 427, "open_by_handle_at": 304, "userfaultfd": 323, "bpf": 321,
        "perf_event_open": 298, "unshare": 272, "setns": 308, "keyctl": 250, "add_key": 248,
        "request_key": 249, "prlimit64": 302, "setpriority": 141, "ioprio_set": 251, "sched_setparam": 142,
        "sched_setscheduler": 144, "sched_setaffinity": 203, "sched_setattr": 314, "migrate_pages": 256,
        "move_pages": 279, "process_madvise": 440, "open": 2, "openat": 257, "openat2": 437, "creat": 85,
        "unlink": 87, "unlinkat": 263, "rename": 82, "renameat": 264, "renameat2": 316, "link": 86,
        "linkat": 265, "symlink": 88, "symlinkat": 266, "mkdir": 83, "mkdirat": 258, "rmdir": 84,
        "mknod": 133, "mknodat": 259, "chmod": 90, "fchmodat": 268, "fchmodat2": 452, "chown": 92,
        "lchown": 94, "fchownat": 260, "truncate": 76, "utime": 132, "utimes": 235, "futimesat": 261,
        "utimensat": 280, "setxattr": 188, "lsetxattr": 189, "setxattrat": 463, "removexattr": 197,
        "lremovexattr": 198, "removexattrat": 466, "mq_open": 240, "mq_unlink": 241, "open_tree": 428,
    }),
    "aarch64": (0xC00000B7, {
        "socket": 198, "socketpair": 199, "bind": 200, "listen": 201, "accept": 202, "connect": 203,
        "accept4": 242, "execve": 221, "execveat": 281, "clone": 220, "clone3": 435, "ptrace": 117,
        "process_vm_readv": 270, "process_vm_writev": 271, "kill": 129, "tkill": 130, "tgkill": 131,
        "rt_sigqueueinfo": 138, "rt_tgsigqueueinfo": 240, "fcntl": 25, "pidfd_send_signal": 424,
        "pidfd_getfd": 438, "io_uring_setup": 425, "io_uring_enter": 426, "io_uring_register": 427,
        "open_by_handle_at": 265, "userfaultfd": 282, "bpf": 280, "perf_event_open": 241, "unshare": 97,
        "setns": 268, "keyctl": 219, "add_key": 217, "request_key": 218, "prlimit64": 261,
        "setpriority": 140, "ioprio_set": 30, "sched_setparam": 118, "sched_setscheduler": 119,
        "sched_setaffinity": 122, "sched_setattr": 274, "migrate_pages": 238, "move_pages": 239,
        "process_madvise": 440, "openat": 56, "openat2": 437, "unlinkat": 35, "renameat": 38,
        "renameat2": 276, "linkat": 37, "symlinkat": 36, "mkdirat": 34, "mknodat": 33, "fchmodat": 53,
        "fchmodat2": 452, "fchownat": 54, "truncate": 45, "utimensat": 88, "setxattr": 5, "lsetxattr": 6,
        "setxattrat": 463, "removexattr": 14, "lremovexattr": 15, "removexattrat": 466, "mq_open": 180,
        "mq_unlink": 181, "open_tree": 428,
    }),
}  # fmt: skip
