"""`repit gate`: one process with the index, the follower, the doors, and decoder children.

In: a host and a port, Django set up. Out: a running gate until SIGTERM or SIGINT. Next: `repit.cli`.

granian accepts connections outside Python and hands each request to a thread of its pool. Its thread server
is meant for Python without the global lock and refuses to start elsewhere; here it is wanted with the lock
too, because everything must share one index and because its process server would spawn (and pickle to) a
second process. Decoding, hashing of digests and search leave the lock.
"""

import ipaddress
import logging
import os
from typing import Any, Final

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.mt import MTServer

from repit.foundation.errors import SettingsRefused, Text
from repit.gate import runtime
from repit.workers import serving
from repit.workers.follow_feed import Follower

THREADS: Final = 64
_log = logging.getLogger(__name__)


class _OneProcess(MTServer):
    def _check_gil(self) -> None:
        """See the module's words."""


def serve(host: str, port: int) -> None:
    """Serve until told to stop. Raises `PortTaken`, `SettingsRefused`."""
    _require_keys(host)
    serving.require_free(host, port)
    gate = runtime.assemble().start()
    runtime.install(gate)
    follower = _follower(gate)
    application = get_wsgi_application()

    def load(*_: Any, **__: Any) -> Any:
        return application

    try:
        _OneProcess(
            "repit.wsgi:application",
            address=host,
            port=port,
            interface=Interfaces.WSGI,
            workers=1,
            blocking_threads=THREADS,
            workers_kill_timeout=serving.GRACE_SECONDS,
            websockets=False,
            log_access=False,
            log_level=LogLevels.error,
        ).serve(target_loader=load)
    finally:
        if follower is not None:
            follower.close()
        gate.close()
        logging.shutdown()
    # A thread still inside a slow upload or a long poll would hold the process; all that matters is written.
    os._exit(0)


def _follower(gate: runtime.Gate) -> Follower | None:
    address: str = settings.REPIT_GATE_FEED_URL
    if not address:
        _log.warning("no feed is followed: REPIT_GATE_FEED_URL is not set")
        gate.board.started(followed=False)
        return None
    return Follower(gate, address, settings.REPIT_GATE_FEED_KEY).start()


def _require_keys(host: str) -> None:
    if settings.REPIT_GATE_KEYS:
        return
    try:
        loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = host == "localhost"
    if not loopback:
        raise SettingsRefused(
            Text(
                "Without keys the gate listens on loopback only.",
                "Sans clés, le filtre n'écoute que sur la boucle locale.",
            ),
            Text(
                "List the platforms' keys in REPIT_GATE_KEYS, or leave --host at 127.0.0.1.",
                "Notez les clés des plateformes dans REPIT_GATE_KEYS, ou laissez --host à 127.0.0.1.",
            ),
        )
