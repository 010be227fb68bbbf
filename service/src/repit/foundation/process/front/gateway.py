"""From a connection to an answer: slow clients wait here, and no thread waits with them.

In: requests as they come (ASGI). Out: whole requests to the lanes of threads; answers, no faster than they
are read. Next: `handling`, which asks Django.

`/health` is answered here and needs nobody. A body is received before a thread has anything to do with it. A
request that waits for changes is parked. An answer of many pieces is made as it is read. What one subscriber
may have waiting or reading is bounded; whoever goes beyond hears so.
"""

import asyncio
import json
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, Final, Protocol

from django.conf import settings

from repit.foundation.admission.errors import Busy
from repit.foundation.admission.lanes import Lane
from repit.foundation.clock import elapsed
from repit.foundation.errors import RepitError, Unavailable
from repit.foundation.metrics.requests import REQUESTS
from repit.foundation.process.front import requests
from repit.foundation.process.front.bodies import Body, Cut
from repit.foundation.process.front.errors import TooManyStreams, TooManyWaiting
from repit.foundation.process.front.handling import Flow, Headers, Whole
from repit.foundation.process.front.protocol import together
from repit.foundation.process.front.rules import LaneName, Rules
from repit.foundation.web.parking import MAY_PARK, WAITED, Parked
from repit.foundation.web.problems import MACHINE_PATHS

MOST_PARKED: Final = 4096
MOST_PARKED_BY_ONE: Final = 128
MOST_STREAMS: Final = 2048
MOST_STREAMS_BY_ONE: Final = 4
"""Snapshots and other long answers to one subscriber."""
MOST_FILES_BY_ONE: Final = 64
"""Large files of pages to one address, behind which a whole school may sit."""
_RETURNING: Final[Mapping[LaneName, int]] = {"feeds": MOST_PARKED, "streams": MOST_STREAMS}
LINGER_SECONDS: Final = 2.0
LINGER_BYTES: Final = 16 * 1024**2
"""More than a proxy that is set up as our guide has it passes on of what is too large."""
RETRY_SECONDS: Final = b"2"
_CLOSE: Final = (b"connection", b"close")
_log: Final = logging.getLogger(__name__)

Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[Any]]


class Asked(Protocol):
    """What is asked about a whole request, in a thread."""

    def answer(self, environ: dict[str, Any]) -> Whole | Flow | Parked:
        """See `handling.Handler`."""


class Gateway:
    """One for the process; for the thread of the event loop."""

    def __init__(self, rules: Rules, handler: Asked) -> None:
        self._rules, self._handler = rules, handler
        self._lanes: dict[LaneName, Lane] = {
            name: Lane(name, size, _RETURNING.get(name, 0)) for name, size in rules.threads.items()
        }
        REQUESTS.served_by(self._lanes)
        self._parked, self._streams = Counter[str](), Counter[str]()
        self._parked_with = Counter[str]()
        """By key as it was sent: who has too many waiting costs no thread, and no look into the database."""
        self._closing = asyncio.Event()

    async def __call__(self, scope: requests.Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            return
        exchange = _Exchange(scope, receive, send)
        try:
            alive = self._rules.health.get(scope["path"]) if scope["method"] in ("GET", "HEAD") else None
            if alive is not None:
                await exchange.say(Whole(200, _machine(alive), alive))
            else:
                await self._answered(exchange)
        except Cut:
            return
        except RepitError as refused:
            await exchange.refuse(refused)
        except Exception as error:  # noqa: BLE001 - one request must not end the loop's task with a trace
            _log.error("a request failed: %s", type(error).__name__, exc_info=error)
            await exchange.refuse(RepitError())

    def close(self) -> None:
        """Answer those who wait, begin nothing more."""
        self._closing.set()

    # --- one request --------------------------------------------------------------------------------------

    async def _answered(self, exchange: "_Exchange") -> None:
        scope, rules = exchange.scope, self._rules
        exchange.lane = lane = rules.lane(scope["method"], scope["path"])
        admitted = lane != "uploads" or self._admitted(scope)
        who = requests.who(scope, rules.proxies, key=lane == "uploads" and admitted)
        most, kept = (rules.most_upload, rules.kept) if lane == "uploads" else (rules.most, rules.most)
        announced = requests.announced(scope)
        exchange.body = body = Body(exchange.receive, rules.room, most)
        try:
            if announced == 0:
                body.whole = True
            elif (announced or 0) > most or not admitted:
                body.refuse()  # the view refuses by the head alone
            elif (announced or 0) <= kept:
                await body.arrive(kept)
            length = body.size if body.whole and not body.refused else announced
            lane = lane if body.whole else "long"
            await self._served(exchange, lane, who, requests.environ(scope, body, length))
        finally:
            body.forget()

    async def _served(self, exchange: "_Exchange", lane: LaneName, who: str, environ: dict[str, Any]) -> None:
        environ[MAY_PARK] = True
        exchange.whole_at = elapsed()
        if _would_wait(environ) and self._parked_with[_key(environ)] >= MOST_PARKED_BY_ONE:
            raise TooManyWaiting
        outcome = await self._lanes[lane].run(who, lambda: self._outcome(environ, lane))
        if isinstance(outcome, Parked):
            begun = elapsed()
            await self._wait(exchange, outcome, _key(environ))
            exchange.whole_at += elapsed() - begun
            again = {**environ, MAY_PARK: False, WAITED: True}
            outcome = await self._lanes[lane].run(who, lambda: self._outcome(again, lane))
        if isinstance(outcome, Flow):
            await self._flow(exchange, lane, outcome)
        elif isinstance(outcome, Whole):
            await exchange.say(outcome)

    def _outcome(self, environ: dict[str, Any], lane: LaneName) -> Whole | Flow | Parked:
        """In a thread. Most files of pages are small, and there at once. Of a long answer to a subscriber
        nothing is made before it is known that the subscriber may have another."""
        outcome = self._handler.answer(environ)
        return outcome.begun() if isinstance(outcome, Flow) and lane != "feeds" else outcome

    def _admitted(self, scope: requests.Scope) -> bool:
        """Whether an upload may come at all: without one of the keys nothing of it is taken in."""
        return self._rules.admits(requests.header(scope, b"authorization"))

    # --- waiting ------------------------------------------------------------------------------------------

    async def _wait(self, exchange: "_Exchange", parked: Parked, key: str) -> None:
        """Until something came, or the time is over, or the client left (`Cut`)."""
        if self._parked.total() >= MOST_PARKED:
            raise Busy
        with (
            _counted(self._parked, parked.who, MOST_PARKED_BY_ONE, TooManyWaiting),
            _counted(self._parked_with, key, MOST_PARKED, TooManyWaiting),
        ):
            loop, came = asyncio.get_running_loop(), asyncio.Event()

            def tell() -> None:
                loop.call_soon_threadsafe(came.set)

            stop = parked.watch(tell)
            left = asyncio.ensure_future(exchange.left())
            waiting = [asyncio.ensure_future(event.wait()) for event in (came, self._closing)]
            try:
                await asyncio.wait(
                    [left, *waiting], timeout=parked.seconds, return_when=asyncio.FIRST_COMPLETED
                )
                if left.done():
                    raise Cut("the client left")
            finally:
                stop()
                for task in (left, *waiting):
                    task.cancel()

    # --- answers of many pieces ---------------------------------------------------------------------------

    async def _flow(self, exchange: "_Exchange", lane: LaneName, flow: Flow) -> None:
        streams = self._lanes["streams"]
        subscriber = lane == "feeds"  # with a key that was good; a file for a page has none
        who = requests.who(exchange.scope, self._rules.proxies, key=subscriber)
        most = MOST_STREAMS_BY_ONE if subscriber else MOST_FILES_BY_ONE
        try:
            if self._streams.total() >= MOST_STREAMS:
                raise Busy
            with _counted(self._streams, who, most, TooManyStreams):
                left = asyncio.ensure_future(exchange.left())
                try:
                    begun = flow if flow.first else await streams.run(who, flow.begun)
                    if isinstance(begun, Whole):
                        await exchange.say(begun)
                        return
                    await exchange.begin(flow.status, flow.headers)
                    await exchange.more(flow.first)
                    while not flow.ended and not left.done():
                        await exchange.more(await streams.run(who, flow.step))
                    if not left.done():
                        await exchange.end()
                finally:
                    left.cancel()
        finally:
            try:
                await streams.run(who, flow.close)
            except Busy:
                flow.close()


def _would_wait(environ: Mapping[str, Any]) -> bool:
    return "wait=" in environ["QUERY_STRING"]


def _key(environ: Mapping[str, Any]) -> str:
    authorization: str = environ.get("HTTP_AUTHORIZATION", "")
    return authorization


@contextmanager
def _counted(counts: Counter[str], who: str, most: int, refusal: Callable[[], RepitError]) -> Iterator[None]:
    if counts[who] >= most:
        raise refusal()
    counts[who] += 1
    try:
        yield
    finally:
        counts[who] -= 1
        if not counts[who]:
            del counts[who]


class _Exchange:
    """One request and its answer on the wire."""

    def __init__(self, scope: requests.Scope, receive: Receive, send: Send) -> None:
        self.scope, self.receive, self._send = scope, receive, send
        self.body: Body | None = None
        self.lane, self.whole_at = "", 0.0
        """Where it is answered, empty for what needs no lane; since when there is work with it."""
        self._begun = False

    @property
    def unread(self) -> bool:
        """Whether something of the body may still be coming: the connection is then of no more use."""
        return self.body is not None and (self.body.refused or not (self.body.whole or self.body.ended))

    async def left(self) -> None:
        """Return once the client is gone; what it still sends is not kept."""
        while (await self.receive())["type"] == "http.request":
            pass

    async def say(self, answer: Whole) -> None:
        """A whole answer."""
        empty = answer.status in (204, 304)
        headers = [header for header in answer.headers if header[0] != b"content-length"]
        if not empty:
            headers.append((b"content-length", str(len(answer.body)).encode()))
        body = b"" if empty else answer.body
        if self.unread:
            await self._say_to_a_sender(answer.status, headers, body)
            return
        with together(self.scope):
            await self.begin(answer.status, headers)
            await self._send({"type": "http.response.body", "body": body})

    async def begin(self, status: int, headers: Headers) -> None:
        """The head of an answer."""
        self._begun = True
        if self.lane:
            REQUESTS.answered(self.lane, status, elapsed() - self.whole_at if self.whole_at else 0.0)
        headers = [*headers, _CLOSE] if self.unread else headers
        await self._send({"type": "http.response.start", "status": status, "headers": headers})

    async def more(self, piece: bytes) -> None:
        """The next piece, once the client has read enough of those before."""
        if piece:
            await self._send({"type": "http.response.body", "body": piece, "more_body": True})

    async def end(self) -> None:
        """That was all."""
        await self._send({"type": "http.response.body", "body": b""})

    async def refuse(self, error: RepitError) -> None:
        """Say why not; where an answer has begun, it is cut off instead."""
        if self._begun:
            raise error
        french = self._language().startswith("fr")
        headers = [(b"content-language", b"fr" if french else b"en")]
        if isinstance(error, Unavailable) or error.status == 429:
            headers.append((b"retry-after", RETRY_SECONDS))
        if self.scope["path"].startswith(MACHINE_PATHS):
            problem = json.dumps(error.problem(self._language()), ensure_ascii=False).encode()
            shape = _machine(problem, b"application/problem+json; charset=utf-8")
            await self.say(Whole(error.status, [*headers, *shape], problem))
            return
        message, step = error.shown(self._language())
        text = f"{message}\n{step}\n".encode()
        await self.say(Whole(error.status, [*headers, *_machine(text, b"text/plain; charset=utf-8")], text))

    def _language(self) -> str:
        wanted = requests.header(self.scope, b"accept-language").strip().lower()[:2]
        default: str = settings.REPIT_LANGUAGE
        return wanted if wanted in ("fr", "en") else default

    async def _say_to_a_sender(self, status: int, headers: Headers, body: bytes) -> None:
        """An answer to a client that may still be sending. Most read it only once all is sent, and proxies
        drop it where they cannot go on sending: so what is coming is taken first, and once more before the
        connection is closed, since closing it on data makes the answer be lost (RFC 9112, section 9.6)."""
        asks_first = bool(requests.header(self.scope, b"expect"))
        over = not asks_first and await self._take_some()
        await self.begin(status, headers)
        await self.more(body)
        if not over:
            await self._take_some()
        await self.end()

    async def _take_some(self) -> bool:
        """Whether nothing more is coming."""
        taken = 0
        with suppress(TimeoutError):
            async with asyncio.timeout(LINGER_SECONDS):
                while taken < LINGER_BYTES:
                    message = await self.receive()
                    taken += len(message.get("body", b""))
                    if message["type"] != "http.request" or not message.get("more_body"):
                        return True
        return False


def _machine(body: bytes, kind: bytes = b"application/json") -> Headers:
    return [
        (b"content-type", kind),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"no-referrer"),
        (b"content-security-policy", b"default-src 'none'"),
    ]
