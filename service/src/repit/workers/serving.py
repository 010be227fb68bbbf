"""Serving over HTTP from one process.

In: a host, a port, Django set up. Out: a running server until SIGTERM or SIGINT. Next: `repit.cli`.

granian accepts connections outside Python and hands each request to a thread of its pool; a long poll holds
one thread and nothing else. Its thread server is meant for Python without the global lock and refuses to
start elsewhere; it is wanted here with the lock too, because its process server spawns a second process,
which a killed hotline would leave behind on the port. On SIGTERM requests under way have one second, then
the process ends: whoever waits for changes simply asks again.

A signal is for the process, and the kernel may hand it to any thread, one that a request has just started
above all; Python runs handlers in the main thread alone, which sleeps on if it waits for a lock. So it waits
for a socket that Python itself writes to in whichever thread the signal came.
"""

import errno
import logging
import os
import signal
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from django.conf import settings
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.mt import MTServer

from repit.foundation import wsgi
from repit.foundation.clock import elapsed
from repit.foundation.errors import PortTaken, SettingsRefused, Text

GRACE_SECONDS: Final = 1


class _Interrupt(threading.Event):
    """An event whose `wait`, in the main thread, ends for a signal that any thread was given."""

    def __init__(self) -> None:
        super().__init__()
        self._hears, self._tells = socket.socketpair()
        self._tells.setblocking(False)
        signal.set_wakeup_fd(self._tells.fileno(), warn_on_full_buffer=False)

    def set(self) -> None:
        super().set()
        with suppress(BlockingIOError):  # full, so that whoever waits is woken as it is
            self._tells.send(b"\0")

    def wait(self, timeout: float | None = None) -> bool:
        self._hears.settimeout(timeout)
        with suppress(TimeoutError):
            while not self.is_set():
                self._hears.recv(4096)
        return self.is_set()


class _OneProcess(MTServer):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.main_loop_interrupt = _Interrupt()

    def _check_gil(self) -> None:
        """See the module's words."""

    def _stop_workers(self) -> None:
        """Ask the threads to stop and wait a little; `serve` ends the process whatever they do."""
        until = elapsed() + GRACE_SECONDS
        for worker in self.wrks:
            worker.terminate()  # type: ignore[no-untyped-call]
        for worker in self.wrks:
            worker.join(max(0.0, until - elapsed()))  # type: ignore[no-untyped-call]


def serve(host: str, port: int, *endings: Callable[[], None]) -> None:
    """Serve until told to stop, do the endings, end the process. Raises `PortTaken`, `SettingsRefused`."""
    answer(host, port)
    for ending in endings:
        ending()
    logging.shutdown()
    # A thread inside a long poll would hold the process for 25 seconds; what was acknowledged is committed.
    os._exit(0)


def answer(host: str, port: int) -> None:
    """Serve until told to stop, and return. Raises `PortTaken`, `SettingsRefused`."""
    require_free(host, port)
    application = wsgi.application()

    def load(*_: Any, **__: Any) -> Any:
        return application

    _OneProcess(
        "repit.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=settings.REPIT_THREADS,
        websockets=False,
        log_access=False,
        log_level=LogLevels.error,
    ).serve(target_loader=load)


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
