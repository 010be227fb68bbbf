"""An antivirus channel of a gate, on one thread with an event loop of its own.

In: an address, and what listens at it. Out: a context manager that holds the channel open. Next: `clamd` and
`icap`, which `platform.commands.serve` has opened beside the HTTP server.
"""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from django.conf import settings

from repit.platform.gate import runtime
from repit.platform.integrations.sockets.examiner import Examiner
from repit.platform.integrations.sockets.listener import Listener, listen
from repit.platform.integrations.sockets.upstream_scanner import UpstreamScanner

Opening = Callable[[], AbstractContextManager[object]]


@contextmanager
def opened(
    address: str, make: Callable[[Examiner, tuple[str, ...]], Listener], name: str = ""
) -> Iterator[None]:
    """Hold one channel open. Raises `PortTaken`, `SettingsRefused`, `GateNotRunning`."""
    name = name or make.__module__.rsplit(".", 1)[1]
    upstream = UpstreamScanner(settings.REPIT_GATE_UPSTREAM) if settings.REPIT_GATE_UPSTREAM else None
    must = settings.REPIT_GATE_UPSTREAM_FAILURE == "error"
    seconds = getattr(settings, f"REPIT_GATE_{name.upper()}_VIDEO_SECONDS")
    examiner = Examiner(runtime.current(), name, upstream, upstream_must_answer=must, video_seconds=seconds)
    listening = listen(address)
    channel = _Serving(make(examiner, settings.REPIT_GATE_PEERS), listening, name)
    try:
        with channel:
            yield
    finally:
        examiner.close()
        listening.close()


class _Serving:
    """An event loop on a thread."""

    def __init__(self, listener: Listener, listening: socket.socket, name: str) -> None:
        self._listener, self._listening = listener, listening
        self._loop = asyncio.new_event_loop()
        self._ending = asyncio.Event()
        self._ready = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name=f"channel-{name}", daemon=True)

    def __enter__(self) -> None:
        self._thread.start()
        self._ready.wait()
        if self._failure is not None:
            raise self._failure

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._ending.set)
        self._thread.join()

    def _run(self) -> None:
        try:
            with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
                runner.run(self._serve())
        except BaseException as error:  # noqa: BLE001 - raised again where the channel is being opened
            self._failure = error
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        server = await self._listener.serve(self._listening)
        self._ready.set()
        await self._ending.wait()
        server.close()
