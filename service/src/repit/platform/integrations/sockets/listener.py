"""Connections at an antivirus channel: who may come, how many at once, for how long.

In: an address to listen on, a session for each connection. Out: a server that is running. Next: `start`.

Neither protocol knows keys, so a channel looks at where a connection comes from. A session that fails costs
its own connection and nothing else. Where there are too many, the one gives way whose client has kept the
channel waiting most, beside what it sent.
"""

import asyncio
import logging
import socket
import struct
from collections.abc import Awaitable, Callable
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Final

from repit.foundation.configuration.environment import endpoint
from repit.foundation.errors import SettingsRefused, Text
from repit.foundation.process import serving
from repit.platform.integrations.sockets.connection import Hears, Says
from repit.platform.integrations.sockets.heard import Heard
from repit.platform.integrations.sockets.local import LocalServer

MOST_CONNECTIONS: Final = 256
_BACKLOG: Final = 512
_log: Final = logging.getLogger(__name__)
Session = Callable[[Hears, Says], Awaitable[None]]
_AT_ONCE: Final = struct.pack("ii", 1, 0)


def listen(address: str) -> socket.socket:
    """A socket that listens at `host:port` or `unix:/path`. Raises `PortTaken`, `SettingsRefused`."""
    try:
        endpoint(address)
        listening = _in_the_file_system(address) if address.startswith("unix:") else _at_a_port(address)
        listening.listen(_BACKLOG)
    except (OSError, ValueError) as error:
        raise SettingsRefused(
            Text("A channel of the gate cannot listen there.", "Un canal du filtre ne peut pas écouter là."),
            Text(
                "Write it as host:port or unix:/path, where this user may listen.",
                "Écrivez hôte:port ou unix:/chemin, là où cet utilisateur peut écouter.",
            ),
            detail=type(error).__name__,
        ) from None
    listening.setblocking(False)
    return listening


def _in_the_file_system(address: str) -> socket.socket:
    path = Path(address.removeprefix("unix:"))
    if path.is_socket():
        path.unlink()
    listening = socket.socket(socket.AF_UNIX)
    try:
        listening.bind(str(path))
        path.chmod(0o660)
    except OSError:
        listening.close()
        raise
    return listening


def _at_a_port(address: str) -> socket.socket:
    host, _, port = address.rpartition(":")
    host = host.strip("[]")
    serving.require_free(host, int(port))
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, int(port)), family=family)


class Listener:
    """Hands connections to sessions."""

    def __init__(
        self, name: str, session: Session, full: bytes, failed: bytes, peers: tuple[str, ...]
    ) -> None:
        """`full`: what a connection is told that comes when there are too many; `failed`: when it fails."""
        self._name, self._session, self._full, self._failed = name, session, full, failed
        self._peers: list[IPv4Network | IPv6Network] = [ip_network(peer) for peer in peers]
        self._open: dict[Heard, Says] = {}

    async def serve(self, listening: socket.socket) -> asyncio.AbstractServer | LocalServer:
        """Begin to accept."""
        if listening.family == socket.AF_UNIX:
            return LocalServer(listening, self._come)
        return await asyncio.start_server(self._come, sock=listening)

    async def _come(self, reader: Hears, writer: Says) -> None:
        heard = Heard(reader)
        try:
            if not self._welcome(writer):
                _turn_away(writer)
                return
            if len(self._open) >= MOST_CONNECTIONS and not self._make_room():
                writer.write(self._full)
                return
            self._open[heard] = writer
            await self._session(heard, writer)
            await writer.drain()
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            pass  # the client went away
        except Exception as error:  # noqa: BLE001 - one connection must not end the channel
            _log.error("a session at the %s channel failed: %s", self._name, type(error).__name__)
            writer.write(self._failed)
        finally:
            self._open.pop(heard, None)
            writer.close()

    def _make_room(self) -> bool:
        """End the session that waits for its client and has done so longest; False where none waits."""
        waiting = [peer for peer in self._open if peer.waits]
        if not waiting:
            return False
        slowest = max(waiting, key=Heard.kept_waiting)
        writer = self._open.pop(slowest)
        writer.write(self._full)
        slowest.end()
        return True

    def _welcome(self, writer: Says) -> bool:
        peer = writer.get_extra_info("peername")
        if not isinstance(peer, tuple):
            return True  # a socket in the file system: its permissions decide
        try:
            address = ip_address(str(peer[0]).split("%")[0])
        except ValueError:
            return False
        mapped = getattr(address, "ipv4_mapped", None) or address
        return any(mapped in network for network in self._peers)


def _turn_away(writer: Says) -> None:
    """End the connection by a reset: `clamdscan` takes a folder for clean whose scan ends without a word."""
    connection = writer.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
