"""Serving over HTTP: one process that answers, and one above it that minds signals.

In: a WSGI application's name, a host, a port. Out: a running server until SIGTERM or SIGINT. Next:
`repit.cli`.

granian accepts connections outside Python and hands each request to a thread of its pool; a long poll holds
one thread and nothing else. On SIGTERM requests under way have one second, then the process ends: whoever
waits for changes simply asks again. The answering process is told by the kernel to die with its parent, so
that a killed hotline never leaves half of itself behind on the port.
"""

import ctypes
import errno
import signal
import socket
import sys
from typing import Final

from django.conf import settings
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from repit.foundation.errors import PortTaken, SettingsRefused, Text

GRACE_SECONDS: Final = 1
_PR_SET_PDEATHSIG: Final = 1


def serve(target: str, host: str, port: int) -> None:
    """Serve until told to stop. Raises `PortTaken`, `SettingsRefused` where the host is not ours."""
    require_free(host, port)
    Granian(
        target,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=settings.REPIT_THREADS,
        workers_kill_timeout=GRACE_SECONDS,
        websockets=False,
        log_access=False,
        log_level=LogLevels.error,
        respawn_failed_workers=True,
    ).serve()


def require_free(host: str, port: int) -> None:
    """Raise unless this process could listen there."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise PortTaken(
                Text(
                    f"Port {port} is in use by another process.",
                    f"Le port {port} est déjà pris par un autre processus.",
                )
            ) from None
        raise SettingsRefused(
            Text(f"Cannot listen on {host}:{port}.", f"Impossible d'écouter sur {host}:{port}."),
            Text("Choose another with --host and --port.", "Choisissez autre chose avec --host et --port."),
            detail=type(error).__name__,
        ) from None


def die_with_parent() -> None:
    """Ask the kernel to end this process when its parent ends (Linux, prctl(2)); elsewhere do nothing."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
