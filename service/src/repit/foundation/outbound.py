"""The only way to the network: one HTTP client whose every connection goes to a vetted address.

In: a base URL, headers, the peers that the operator named. Out: `Answer`, `Streamed`, streamed lines, within
limits on time and on decompressed bytes. Next: every client of another service.

The name is resolved once for each connection, *all* answers are vetted, and the connection goes to the
vetted address itself, so that a second look-up cannot lead elsewhere (DNS rebinding). A redirect opens a new
connection and so is vetted again. The host name in TLS and in the request stays the caller's. Peers outside
the public internet, such as a hotline on the same machine, are reached only if the operator lists them as
`host:port` (`REPIT_OUTBOUND_ALLOW`); so are ports other than 80 and 443.
"""

import socket
import ssl
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Self
from urllib.parse import urlsplit

import httpcore2
import httpx2
from django.conf import settings

from repit.foundation.addresses import is_public
from repit.foundation.clock import elapsed
from repit.foundation.errors import AddressRefused, AnswerTooLarge, OutboundRefused, PeerFailed

PORTS: Final = frozenset({80, 443})
CONNECT_SECONDS: Final = 5.0
TOTAL_SECONDS: Final = 30.0
MAX_BYTES: Final = 2 * 1024 * 1024
MAX_REDIRECTS: Final = 5
USER_AGENT: Final = "repit/0.1"
_READ: Final = frozenset({"", "identity", "gzip", "deflate"})
"""Codings that are undone here; others would come through as noise, and be taken for the thing itself."""

Resolve = Callable[[str, int], list[str]]


def resolve(host: str, port: int) -> list[str]:
    """Every address that the system's resolver gives for a name, in its order."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise PeerFailed(detail="the name does not resolve") from None
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class _VettingBackend(httpcore2.NetworkBackend):
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
        addresses = self._resolve(host, port)
        if f"{host}:{port}" not in self._allow:
            if port not in PORTS:
                raise AddressRefused(detail="a port that is not 80 or 443")
            if not addresses or not all(is_public(address) for address in addresses):
                raise AddressRefused(detail="an address outside the public internet")
        failure: Exception = httpcore2.ConnectError("no address")
        for address in addresses:
            try:
                return self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
        raise failure

    def connect_unix_socket(
        self,
        path: str,  # noqa: ARG002
        timeout: float | None = None,  # noqa: ARG002
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,  # noqa: ARG002
    ) -> httpcore2.NetworkStream:
        raise AddressRefused(detail="a local socket")


@cache
def _trusted() -> ssl.SSLContext:
    """Whom we trust; reading the list of authorities takes longer than most requests, so it is read once."""
    return httpx2.create_ssl_context(trust_env=False)


class _VettedTransport(httpx2.HTTPTransport):
    """httpx2's transport over a pool whose connections our backend opens.

    The pool is a private attribute of httpx2; a test holds that requests do pass through the backend.
    """

    def __init__(self, allow: frozenset[str], look_up: Resolve) -> None:
        super().__init__(verify=_trusted(), trust_env=False)
        self._pool.close()
        self._pool = httpcore2.ConnectionPool(
            ssl_context=_trusted(),
            max_connections=20,
            keepalive_expiry=30.0,
            network_backend=_VettingBackend(allow, look_up),
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer: status, headers with lower-case names, body after decompression."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Streamed:
    """An answer whose body is read piece by piece, as it was sent; close it. `headers`: lower-case names."""

    def __init__(self, response: httpx2.Response, seconds: float) -> None:
        self.status = response.status_code
        self.headers: Mapping[str, str] = dict(response.headers)
        self._response = response
        self._pieces = response.iter_raw()
        self._deadline = elapsed() + seconds

    def pieces(self) -> Iterator[bytes]:
        """The rest of the body. Raises `OutboundRefused`."""
        with _named_failures():
            for piece in self._pieces:
                if elapsed() > self._deadline:
                    raise PeerFailed(detail="the answer took too long")
                yield piece

    def close(self) -> None:
        """Let go of the connection."""
        self._response.close()


class Outbound:
    """Requests to one other service. Safe to use from several threads; close it, or use it in a `with`."""

    def __init__(
        self,
        base_url: str,
        *,
        headers: Mapping[str, str] | None = None,
        allow: Collection[str] | None = None,
        redirects: bool = False,
        look_up: Resolve = resolve,
    ) -> None:
        """`allow`: the `host:port` of peers to be reached wherever they are; default: the operator's list."""
        permitted: Collection[str] = settings.REPIT_OUTBOUND_ALLOW if allow is None else allow
        self._client = httpx2.Client(
            base_url=base_url,
            headers={"User-Agent": USER_AGENT, **(headers or {})},
            transport=_VettedTransport(frozenset(permitted), look_up),
            follow_redirects=redirects,
            max_redirects=MAX_REDIRECTS,
            timeout=httpx2.Timeout(TOTAL_SECONDS, connect=CONNECT_SECONDS),
            trust_env=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection."""
        self._client.close()

    def get(
        self,
        path: str,
        *,
        params: Mapping[str, str | int | float] | None = None,
        seconds: float = TOTAL_SECONDS,
        max_bytes: int = MAX_BYTES,
    ) -> Answer:
        """GET, at most `seconds` in all and `max_bytes` after decompression. Raises `OutboundRefused`."""
        return self._whole("GET", path, seconds, max_bytes, params=params)

    def post(
        self,
        path: str,
        body: bytes,
        *,
        content_type: str = "application/json",
        seconds: float = TOTAL_SECONDS,
        max_bytes: int = MAX_BYTES,
    ) -> Answer:
        """POST, with the same limits. Raises `OutboundRefused`."""
        return self._whole(
            "POST", path, seconds, max_bytes, content=body, headers={"Content-Type": content_type}
        )

    def put(
        self,
        path: str,
        body: bytes,
        *,
        content_type: str,
        seconds: float = TOTAL_SECONDS,
        max_bytes: int = MAX_BYTES,
    ) -> Answer:
        """PUT, with the same limits. Raises `OutboundRefused`."""
        return self._whole(
            "PUT", path, seconds, max_bytes, content=body, headers={"Content-Type": content_type}
        )

    @contextmanager
    def lines(self, path: str, *, seconds: float, max_bytes: int) -> Iterator[tuple[int, Iterator[str]]]:
        """GET as (status, lines as they come), same limits. Raises `OutboundRefused`, also midway."""
        with _named_failures(), self._client.stream("GET", path, timeout=_timeout(seconds)) as response:
            yield response.status_code, _lines(response, elapsed() + seconds, max_bytes)

    @contextmanager
    def pieces(self, path: str, *, seconds: float, max_bytes: int) -> Iterator[tuple[int, Iterator[bytes]]]:
        """GET as (status, bytes as they come), same limits. Raises `OutboundRefused`, also midway."""
        with _named_failures(), self._client.stream("GET", path, timeout=_timeout(seconds)) as response:
            yield response.status_code, _limited(response, elapsed() + seconds, max_bytes)

    def opened(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, *, seconds: float
    ) -> Streamed:
        """One request as it was signed: the path of `url` goes out unchanged. Raises `OutboundRefused`."""
        with _named_failures():
            parts = urlsplit(url)
            target = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}".encode("ascii")
            request = self._client.build_request(
                method,
                f"{parts.scheme}://{parts.netloc}/",
                headers={"Accept-Encoding": "identity", **headers},
                content=body,
                timeout=_timeout(seconds),
                extensions={"target": target},
            )
            return Streamed(self._client.send(request, stream=True), seconds)

    def _whole(self, method: str, path: str, seconds: float, max_bytes: int, **rest: Any) -> Answer:
        with (
            _named_failures(),
            self._client.stream(method, path, timeout=_timeout(seconds), **rest) as response,
        ):
            body = b"".join(_limited(response, elapsed() + seconds, max_bytes))
            return Answer(response.status_code, dict(response.headers), body)


def _timeout(seconds: float) -> httpx2.Timeout:
    return httpx2.Timeout(seconds, connect=min(CONNECT_SECONDS, seconds))


def _limited(response: httpx2.Response, deadline: float, max_bytes: int) -> Iterator[bytes]:
    codings = response.headers.get("Content-Encoding", "").lower().split(",")
    if not {one.strip() for one in codings} <= _READ:
        raise PeerFailed(detail="a content coding that is not read")
    taken = 0
    for chunk in response.iter_bytes():
        taken += len(chunk)
        if taken > max_bytes:
            raise AnswerTooLarge
        if elapsed() > deadline:
            raise PeerFailed(detail="the answer took too long")
        yield chunk


def _lines(response: httpx2.Response, deadline: float, max_bytes: int) -> Iterator[str]:
    rest = b""
    with _named_failures():
        for chunk in _limited(response, deadline, max_bytes):
            *whole, rest = (rest + chunk).split(b"\n")
            for line in whole:
                yield line.decode("utf-8", "replace")
    if rest:
        yield rest.decode("utf-8", "replace")


@contextmanager
def _named_failures() -> Iterator[None]:
    """httpx2's exceptions into ours; their texts may hold addresses, so only the class is kept."""
    try:
        yield
    except httpx2.TooManyRedirects:
        raise PeerFailed(detail="too many redirects") from None
    except httpx2.TimeoutException as error:
        raise PeerFailed(detail=f"timeout: {type(error).__name__}") from None
    except (httpx2.HTTPError, httpx2.StreamError) as error:
        raise PeerFailed(detail=type(error).__name__) from None
    except (httpx2.InvalidURL, httpx2.CookieConflict) as error:
        raise OutboundRefused(detail=type(error).__name__) from None
