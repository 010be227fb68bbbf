"""Connections to vetted addresses only, none of whose steps outlasts the exchange that it belongs to.

In: a name and a port, the peers that the operator named, a `Due` in place of each timeout. Out: streams for
`outbound`'s pool. Next: `outbound`.

The name is resolved once for each connection, *all* answers are vetted, and the connection goes to the
vetted address itself, so that a second look-up cannot lead elsewhere (DNS rebinding). The system's resolver
knows no timeout, so it is asked in a thread of its own, of which there are so many and no more.
"""

import socket
import ssl
import threading
from collections.abc import Callable, Iterable
from typing import Any, Final

import httpcore2

from repit.foundation.addresses import is_public
from repit.foundation.due import Due
from repit.foundation.errors import AddressRefused, PeerFailed

PORTS: Final = frozenset({80, 443})
CONNECT_SECONDS: Final = 5.0
MAX_HEAD: Final = 256 * 1024
"""Bytes that may come before an answer's own head has ended, provisional answers (1xx) included."""
_LOOK_UPS: Final = threading.BoundedSemaphore(64)

Resolve = Callable[[str, int], list[str]]


def resolve(host: str, port: int) -> list[str]:
    """Every address that the system's resolver gives for a name, in its order."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise PeerFailed(detail="the name does not resolve") from None
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Exchange(Due):
    """One request and its answer: until when, and how much of a head may come."""

    def __new__(cls, seconds: float, silence: float | None = None) -> "Exchange":
        exchange = super().__new__(cls, seconds, silence)
        exchange.head()
        return exchange

    def head(self) -> None:
        """The head of an answer is what comes next."""
        self._room: int | None = MAX_HEAD

    def body(self) -> None:
        """From now on it is the body, whose size others watch."""
        self._room = None

    def came(self, size: int) -> None:
        """Count what was read. Raises where a head has no end."""
        if self._room is not None:
            self._room -= size
            if self._room < 0:
                raise httpcore2.RemoteProtocolError("a head without an end")


class BoundStream(httpcore2.NetworkStream):
    """A connection whose every step asks the `Exchange` that it is given as a timeout what is left."""

    def __init__(self, inner: httpcore2.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if not isinstance(timeout, Exchange):
            return self._inner.read(max_bytes, timeout)
        if timeout.over:
            raise httpcore2.ReadTimeout
        data = self._inner.read(max_bytes, max(timeout.step(), 0.001))
        timeout.came(len(data))
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        if not isinstance(timeout, Exchange):
            self._inner.write(buffer, timeout)
            return
        # Not the inner stream's own loop: it grants each part of the buffer the whole time anew.
        connection: socket.socket = self._inner.get_extra_info("socket")
        view = memoryview(buffer)
        while view:
            if timeout.over:
                raise httpcore2.WriteTimeout
            try:
                connection.settimeout(max(timeout.step(), 0.001))
                view = view[connection.send(view) :]
            except TimeoutError:
                raise httpcore2.WriteTimeout from None
            except OSError as error:
                raise httpcore2.WriteError(type(error).__name__) from None

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        left = max(timeout.step(), 0.001) if isinstance(timeout, Exchange) else timeout
        return BoundStream(self._inner.start_tls(ssl_context, server_hostname, left))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)

    def close(self) -> None:
        self._inner.close()


class VettingBackend(httpcore2.NetworkBackend):
    """Opens connections for the pool: resolve, vet all answers, connect to one of them."""

    def __init__(self, allow: frozenset[str], look_up: Resolve) -> None:
        self._allow = allow
        self._resolve = look_up
        self._inner = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        due = timeout if isinstance(timeout, Due) else Due(CONNECT_SECONDS if timeout is None else timeout)
        addresses = _answered(self._resolve, host, port, due)
        if f"{host}:{port}" not in self._allow:
            if port not in PORTS:
                raise AddressRefused(detail="a port that is not 80 or 443")
            if not addresses or not all(is_public(address) for address in addresses):
                raise AddressRefused(detail="an address outside the public internet")
        failure: Exception = httpcore2.ConnectError("no address")
        for address in addresses:
            if due.over:
                raise httpcore2.ConnectTimeout
            left = min(CONNECT_SECONDS, max(due.left(), 0.001))
            try:
                stream = self._inner.connect_tcp(address, port, left, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
            else:
                return BoundStream(stream)
        raise failure

    def connect_unix_socket(
        self,
        path: str,  # noqa: ARG002
        timeout: float | None = None,  # noqa: ARG002
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,  # noqa: ARG002
    ) -> httpcore2.NetworkStream:
        raise AddressRefused(detail="a local socket")


def _answered(look_up: Resolve, host: str, port: int, due: Due) -> list[str]:
    """What the resolver says, if it says it in time. Raises what it raises, and `ConnectTimeout`."""
    if not _LOOK_UPS.acquire(timeout=due.left()):
        raise httpcore2.ConnectTimeout
    found: list[str] = []
    failed: list[BaseException] = []
    done = threading.Event()

    def ask() -> None:
        try:
            found.extend(look_up(host, port))
        except BaseException as error:  # noqa: BLE001 - raised again where it was asked
            failed.append(error)
        finally:
            done.set()
            _LOOK_UPS.release()

    threading.Thread(target=ask, name="repit-look-up", daemon=True).start()
    if not done.wait(due.left()):
        raise httpcore2.ConnectTimeout
    if failed:
        raise failed[0]
    return found
