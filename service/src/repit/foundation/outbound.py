"""The only way to the network: one HTTP client whose every connection goes to a vetted address.

In: a base URL, headers, the peers that the operator named. Out: `Answer`, `Streamed`, streamed lines, within
limits on time and on unpacked bytes. Next: every client of another service.

`seconds` bind the whole exchange: the name, the connection, TLS, what is sent, the head however many parts
it comes in, redirects, the body. `vetted` opens connections; a redirect opens a new one and so is vetted
again, and what a redirect says besides is not read. The host name in TLS and in the request stays the
caller's. Peers outside the public internet, such as a hotline on the same machine, are reached only if the
operator lists them as `host:port` (`REPIT_OUTBOUND_ALLOW`); so are ports other than 80 and 443.

The HTTP client itself (`outbound_http`) is loaded with the first `Outbound`: a process that reaches out to
nobody, or not yet, starts without it.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import urlsplit

from django.conf import settings

from repit.foundation import unpacking
from repit.foundation.errors import PeerFailed

if TYPE_CHECKING:
    from repit.foundation.outbound_http import Exchange, Response

TOTAL_SECONDS: Final = 30.0
MAX_BYTES: Final = 2 * 1024 * 1024
MAX_REDIRECTS: Final = 5
USER_AGENT: Final = "repit/0.1"
LONG: Final = 60.0
"""Seconds beyond which an exchange must keep a pace, and never be silent for so long."""
SILENCE: Final = 120.0
PACE: Final = 1024
"""Bytes a second, on the average, that a long answer brings at least; whoever dribbles is not waited for."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer: status, headers with lower-case names, body after decompression."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Streamed:
    """An answer whose body is read piece by piece, as it was sent; close it. `headers`: lower-case names."""

    def __init__(self, response: "Response", pieces: Iterator[bytes]) -> None:
        self.status = response.status_code
        self.headers: Mapping[str, str] = dict(response.headers)
        self._response = response
        self._pieces = pieces

    def pieces(self) -> Iterator[bytes]:
        """The rest of the body. Raises `OutboundRefused`."""
        return self._pieces

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
        look_up: Callable[[str, int], list[str]] | None = None,
    ) -> None:
        """`allow`: the `host:port` of peers to be reached wherever they are; default: the operator's list.
        `look_up`: what gives all addresses of a name; default: the system's resolver."""
        from repit.foundation import outbound_http  # noqa: PLC0415 - an eighth of a second, for who reaches out

        permitted: Collection[str] = settings.REPIT_OUTBOUND_ALLOW if allow is None else allow
        sent = {"User-Agent": USER_AGENT, "Accept-Encoding": unpacking.ACCEPTED, **(headers or {})}
        self._http = outbound_http
        self._client = outbound_http.client(base_url, sent, frozenset(permitted), look_up)
        self._redirects = MAX_REDIRECTS if redirects else 0

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
    def lines(
        self, path: str, *, seconds: float, max_bytes: int, max_line: int = unpacking.MAX_LINE
    ) -> Iterator[tuple[int, Iterator[str]]]:
        """GET as (status, lines as they come), same limits. Raises `OutboundRefused`, also midway."""
        with self._answered("GET", path, seconds) as (response, exchange):
            pieces = self._named(_body(response, exchange, max_bytes))
            yield response.status_code, unpacking.lines(pieces, max_line)

    @contextmanager
    def pieces(self, path: str, *, seconds: float, max_bytes: int) -> Iterator[tuple[int, Iterator[bytes]]]:
        """GET as (status, bytes as they come), same limits. Raises `OutboundRefused`, also midway."""
        with self._answered("GET", path, seconds) as (response, exchange):
            yield response.status_code, self._named(_body(response, exchange, max_bytes))

    def opened(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, *, seconds: float
    ) -> Streamed:
        """One request as it was signed: the path of `url` goes out unchanged. Raises `OutboundRefused`."""
        with self._http.named_failures():
            exchange = self._exchange(seconds)
            parts = urlsplit(url)
            target = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}".encode("ascii")
            request = self._client.build_request(
                method,
                f"{parts.scheme}://{parts.netloc}/",
                headers={"Accept-Encoding": "identity", **headers},
                content=body,
                timeout=exchange,
                extensions={"target": target},
            )
            response = self._client.send(request, stream=True)
            exchange.body()
            return Streamed(response, self._named(_raw(response, exchange)))

    def _whole(self, method: str, path: str, seconds: float, max_bytes: int, **rest: Any) -> Answer:
        with self._answered(method, path, seconds, **rest) as (response, exchange):
            body = b"".join(_body(response, exchange, max_bytes))
            return Answer(response.status_code, dict(response.headers), body)

    @contextmanager
    def _answered(
        self, method: str, path: str, seconds: float, **rest: Any
    ) -> Iterator[tuple["Response", "Exchange"]]:
        """The answer's head, its body still to be read, after as many redirects as are followed."""
        with self._http.named_failures():
            exchange = self._exchange(seconds)
            request = self._client.build_request(method, path, timeout=exchange, **rest)
            response = self._client.send(request, stream=True)
            try:
                for _ in range(self._redirects):
                    if response.next_request is None:
                        break
                    response.close()
                    exchange.head()
                    response = self._client.send(response.next_request, stream=True)
                if self._redirects and response.next_request is not None:
                    raise PeerFailed(detail="too many redirects")
                exchange.body()
                yield response, exchange
            finally:
                response.close()

    def _exchange(self, seconds: float) -> "Exchange":
        return self._http.Exchange(seconds, SILENCE if seconds > LONG else None)

    def _named(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        with self._http.named_failures():
            yield from pieces


def _raw(response: "Response", exchange: "Exchange") -> Iterator[bytes]:
    """The body as it was sent, while there is time for it and, where that is long, a pace in it."""
    came, begun = 0, exchange.left()
    for piece in response.iter_raw():
        came += len(piece)
        if exchange.over:
            raise PeerFailed(detail="the answer took too long")
        took = begun - exchange.left()
        if took > LONG and came < took * PACE:
            raise PeerFailed(detail="the answer came too slowly")
        yield piece


def _body(response: "Response", exchange: "Exchange", most: int) -> Iterator[bytes]:
    coding = response.headers.get("content-encoding", "")
    return unpacking.unpacked(_raw(response, exchange), coding, most)
