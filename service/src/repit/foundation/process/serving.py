"""Serving over HTTP from one process.

In: a host, a port, the rules of a wing, Django set up. Out: a running server until SIGTERM or SIGINT. Next:
`hotline.process`, `platform.process`.

An event loop in the main thread speaks with clients, however slow (`front`); Django answers whole requests in
threads. On SIGTERM those who wait for changes are answered, requests under way have one second, then the
process ends.
"""

import errno
import gc
import logging
import os
import socket
from collections.abc import Callable

from repit.foundation.errors import PortTaken, SettingsRefused, Text
from repit.foundation.process import manager
from repit.foundation.process.front.rules import Rules


def loads() -> None:
    """From here on the process loads what stays for as long as it does. The collector would look at all of it
    again and again, and rests until `answer`."""
    gc.disable()


def serve(host: str, port: int, rules: Rules, *endings: Callable[[], None]) -> None:
    """Serve until told to stop, do the endings, end the process. Raises `PortTaken`, `SettingsRefused`."""
    answer(host, port, rules)
    for ending in endings:
        ending()
    logging.shutdown()
    # A thread inside a request would hold the process; what was acknowledged is committed.
    os._exit(0)


def answer(host: str, port: int, rules: Rules) -> None:
    """Serve until told to stop, and return. Raises `PortTaken`, `SettingsRefused`."""
    from repit.foundation.process.front import server  # noqa: PLC0415 - Django's handlers need what was set up

    require_free(host, port)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family, backlog=server.BACKLOG) as listening:
        gc.freeze()  # what is here now stays, and is not looked at again
        gc.enable()
        manager.tell_that_it_answers()
        server.Front(listening, rules).run()


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
            Text(f"Cannot listen on {host}:{port}.", f"Impossible d’écouter sur {host}:{port}."),
            Text("Choose another with --host and --port.", "Choisissez autre chose avec --host et --port."),
            detail=type(error).__name__,
        ) from None
