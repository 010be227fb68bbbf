"""Ports for servers that are started a moment later, by another process.

In: nothing. Out: a port of the loopback that no other process which asks here is given, and that the kernel
gives to nobody who lets it choose. Next: `processes`; tests, benchmarks and drills.

A port that was merely free when it was looked at may be somebody else's by the time the server listens: the
kernel hands the same ones to every outgoing connection. So a process claims a row of ports below the range
that Linux chooses from (`ip_local_port_range`, from 32768), keeps the row's first bound while it lives, and
gives the others in turn.
"""

import atexit
import functools
import itertools
import os
import socket
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

_LOOPBACK: Final = "127.0.0.1"
_FIRST: Final = 16384
_ROWS: Final = 64
_ROW: Final = 256


def free_port() -> int:
    """A port that nobody listens on. Raises `OSError` where no row, or no port of ours, is left."""
    turn = _turn()
    for port in itertools.islice(turn, _ROW):
        with suppress(OSError), socket.socket() as probe:
            # As servers do: a connection that has just ended keeps no port from the next server.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((_LOOPBACK, port))
            return port
    raise OSError(f"every port of this process's row, {_ROW - 1} of them on {_LOOPBACK}, is taken")


@functools.cache
def _turn() -> Iterator[int]:
    """This process's ports, again and again."""
    for nth in range(_ROWS):
        first = _FIRST + _ROW * ((os.getpid() + nth) % _ROWS)
        claim = socket.socket()
        try:
            claim.bind((_LOOPBACK, first))
        except OSError:
            claim.close()
            continue
        atexit.register(claim.close)
        return itertools.cycle(range(first + 1, first + _ROW))
    raise OSError(f"every row of ports from {_FIRST} on is claimed")
