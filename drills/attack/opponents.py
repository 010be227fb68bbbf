"""The opponents, in a process of their own: `python -m drills.attack.opponents PORTS… KEY SEQUENCE`.

In: the ports of hotline, gate and its ICAP channel, a subscriber's key that got about, the feed's head. Out:
what became of their connections, as one line of JSON, once standard input closes. Next: `attacked`.

Each holds as many connections as it can, and opens another where one was ended. Addresses are told apart as a
proxy tells them (X-Forwarded-For): each opponent has one, and may make up what an opponent may.
"""

import asyncio
import json
import random
import socket
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable

from drills.attack.pictures import bomb, jpeg

BODIES, HEADS, POLLS, UNREAD, ICAP = 200, 100, 150, 30, 100
BOMBERS, FLOODERS, CALLERS = 2, 16, 16
FLOOD_PACE, CALL_PACE = 60.0, 150.0
"""Uploads and page requests a second, in all: beyond what two cores can do."""
DRIBBLE_SECONDS = 2.0
_REST = 0.2


class Opponents:
    """Everything that is done to one installation."""

    def __init__(self, hotline: int, gate: int, icap: int, key: str, sequence: int) -> None:
        self.hotline, self.gate, self.icap = hotline, gate, icap
        self.key, self.sequence = key, sequence
        self.seen: Counter[str] = Counter()
        self._bomb, self._small = bomb(), [jpeg(7000 + number) for number in range(8)]

    async def attack(self, over: asyncio.Event) -> None:
        """Until it is over."""
        tasks = [asyncio.ensure_future(self._again(over, *plan)) for plan in self._plan()]
        await over.wait()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _plan(self) -> list[tuple[str, Callable[[int], Awaitable[None]], int]]:
        plan: list[tuple[str, Callable[[int], Awaitable[None]], int]] = []
        for name, ask, count in (
            ("unfinished body", self._body, BODIES),
            ("unfinished head", self._head, HEADS),
            ("long poll", self._poll, POLLS),
            ("unread snapshot", self._unread, UNREAD),
            ("unfinished ICAP", self._icap, ICAP),
            ("bomb", self._bombs, BOMBERS * 2),
            ("upload", self._flood, FLOODERS),
            ("page", self._call, CALLERS),
        ):
            plan += [(name, ask, number) for number in range(count)]
        return plan

    async def _again(
        self, over: asyncio.Event, name: str, ask: Callable[[int], Awaitable[None]], number: int
    ) -> None:
        while not over.is_set():
            try:
                await ask(number)
            except (OSError, asyncio.IncompleteReadError, ValueError):
                self.seen[f"{name}: ended by the other side"] += 1
            await asyncio.sleep(_REST * random.random())

    # --- held connections ---------------------------------------------------------------------------------

    async def _dribbled(self, name: str, port: int, begun: bytes) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write(begun)
            while True:
                try:
                    async with asyncio.timeout(DRIBBLE_SECONDS):
                        sent = await reader.read(4096)
                except TimeoutError:
                    writer.write(b"x")
                    await writer.drain()
                else:
                    self.seen[f"{name}: {_status(sent)}"] += 1
                    return
        finally:
            writer.close()

    async def _body(self, number: int) -> None:
        port, path = [(self.hotline, "/api/v1/cases"), (self.gate, "/v1/check")][number % 2]
        await self._dribbled("unfinished body", port, _post(path, 90_000, number) + b"{")

    async def _head(self, number: int) -> None:
        port = (self.hotline, self.gate)[number % 2]
        await self._dribbled("unfinished head", port, b"GET /en/ HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: ")

    async def _icap(self, number: int) -> None:
        head = b"PUT / HTTP/1.1\r\nHost: a\r\n\r\n"
        sent = b"REQMOD icap://gate/repit ICAP/1.0\r\nHost: gate\r\nX-Client-IP: 10.0.0.%d\r\n" % (
            number % 250
        )
        sent += b"Allow: 204\r\nEncapsulated: req-hdr=0, req-body=%d\r\n\r\n" % len(head)
        await self._dribbled("unfinished ICAP", self.icap, sent + head + b"fffff\r\n")

    async def _poll(self, number: int) -> None:
        del number
        path = f"/exchange/repit/v1/changes?after={self.sequence}&wait=25"
        await self._whole("long poll", self.hotline, _get(path, "192.0.2.10", self.key))

    async def _unread(self, number: int) -> None:
        del number
        connection = socket.socket()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.setblocking(False)
        await asyncio.get_running_loop().sock_connect(connection, ("127.0.0.1", self.hotline))
        reader, writer = await asyncio.open_connection(sock=connection, limit=1024)
        try:
            writer.write(_get("/exchange/repit/v1/snapshot", "192.0.2.11", self.key))
            self.seen[f"unread snapshot: {_status(await reader.read(64))}"] += 1
            await asyncio.sleep(60.0)
        finally:
            writer.close()

    # --- work ---------------------------------------------------------------------------------------------

    async def _bombs(self, number: int) -> None:
        sender = f"bomber-{number % BOMBERS}"
        await self._upload("bomb", self._bomb, sender)

    async def _flood(self, number: int) -> None:
        await self._paced(FLOOD_PACE / FLOODERS)
        await self._upload("upload", random.choice(self._small), f"flooder-{number % 2}")

    async def _call(self, number: int) -> None:
        await self._paced(CALL_PACE / CALLERS)
        await self._whole("page", self.hotline, _get("/en/", f"192.0.2.{20 + number % 4}"))

    async def _paced(self, each: float) -> None:
        await asyncio.sleep(random.expovariate(each))

    async def _upload(self, name: str, content: bytes, sender: str) -> None:
        head = _post("/v1/check", len(content), 0, f"Repit-Sender: {sender}\r\n")
        await self._whole(name, self.gate, head + content)

    async def _whole(self, name: str, port: int, sent: bytes) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write(sent)
            self.seen[f"{name}: {_status(await reader.read(4096))}"] += 1
            while await reader.read(65_536):
                pass
        finally:
            writer.close()


def _post(path: str, length: int, number: int, more: str = "") -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Forwarded-For: 192.0.2.{100 + number % 4}\r\n{more}"
    return f"{head}Content-Length: {length}\r\nContent-Type: image/png\r\nConnection: close\r\n\r\n".encode()


def _get(path: str, address: str, key: str = "") -> bytes:
    shown = f"Authorization: Bearer {key}\r\n" if key else ""
    head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Forwarded-For: {address}\r\n{shown}"
    return f"{head}Connection: close\r\n\r\n".encode()


def _status(sent: bytes) -> str:
    """The status of an answer, or that there was none."""
    words = sent.split(b" ", 2)
    return words[1].decode("ascii", "replace") if len(words) > 1 else "ended without an answer"


async def main(arguments: list[str]) -> None:
    """Attack until standard input closes."""
    opponents = Opponents(*map(int, arguments[:3]), arguments[3], int(arguments[4]))
    over = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.run_in_executor(None, lambda: (sys.stdin.read(), loop.call_soon_threadsafe(over.set)))
    begun = time.process_time()
    await opponents.attack(over)
    seconds = time.process_time() - begun
    print(json.dumps({"seen": dict(opponents.seen), "processor_seconds": seconds}), flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
