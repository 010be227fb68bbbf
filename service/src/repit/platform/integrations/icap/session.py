"""One connection of an ICAP client.

In: the bytes of a connection. Out: for each request "unchanged", a page of refusal, or an error. Next: the
client.

A connection carries request after request until the client wants it closed. An error ends it, since what
follows on the wire is then uncertain.
"""

import asyncio
from contextlib import ExitStack
from functools import partial
from typing import Final

from django.conf import settings

from repit.foundation.errors import TooLarge
from repit.platform.gate.errors import Overloaded
from repit.platform.gate.upload_buffer import UploadBuffer
from repit.platform.integrations.icap import bodies, heads, replies
from repit.platform.integrations.icap.wire import BodyEnd, Broken, Event, Piece, Reader, Request
from repit.platform.integrations.sockets.connection import (
    READ_SECONDS,
    UPLOAD_SECONDS,
    Conversation,
    Hears,
    Says,
)
from repit.platform.integrations.sockets.examiner import Answer, Examiner, Failed, Passed
from repit.platform.integrations.sockets.examiner import Refused as Blocked
from repit.platform.integrations.sockets.upstream_scanner import Talk
from repit_engine.picture.kinds import Refused, sniffed

IDLE_SECONDS: Final = 60.0
ENOUGH: Final = 1024
"""Bytes of a file that tell its format for sure."""


class _Over(Exception):
    """The connection ends; `status` is said before, where there is one."""

    def __init__(self, status: int | None = None) -> None:
        self.status = status


async def serve(examiner: Examiner, reader: Hears, writer: Says) -> None:
    """Answer until the client leaves or is no longer understood."""
    session = _Session(examiner, reader, writer)
    try:
        await session.run()
    except _Over as over:
        if over.status is not None:
            writer.write(replies.failed(session.istag, over.status))
        await session.conversation.linger()


class _Session:
    def __init__(self, examiner: Examiner, reader: Hears, writer: Says) -> None:
        self._examiner, self._writer = examiner, writer
        self._wire = Reader()
        self.conversation: Conversation[Event] = Conversation(self._wire, reader, writer)

    @property
    def istag(self) -> str:
        """The tag of the present state of the gate."""
        return replies.tag(*self._examiner.state())

    async def run(self) -> None:
        """Request by request. Raises `_Over`."""
        while True:
            event = await self._event(IDLE_SECONDS)
            if event is None:
                return
            if isinstance(event, Broken):
                raise _Over(event.status)
            if isinstance(event, Request):
                if event.method == "OPTIONS":
                    await self._skip_body(event)
                    self._writer.write(replies.options(self.istag, closes=event.closes))
                else:
                    await self._adapt(event)
                await self._writer.drain()
                if event.closes:
                    return

    async def _adapt(self, request: Request) -> None:
        try:
            async with asyncio.timeout(UPLOAD_SECONDS):
                with self._examiner.buffer(_sender(request)) as upload:
                    answer, in_preview = await self._judged(request, upload)
                    self._writer.write(self._reply(request, answer, upload, in_preview=in_preview))
        except Overloaded:
            raise _Over(503) from None
        except TooLarge:
            raise _Over(413) from None
        except TimeoutError:
            raise _Over(408) from None

    async def _judged(self, request: Request, upload: UploadBuffer) -> tuple[Answer, bool]:
        """What becomes of a message, and whether the client still waits after its preview."""
        if not request.has_body:
            return Passed(), False
        body = bodies.body_of(request)
        talk = await self._examiner.begin_upstream() if body.boundary is None else None
        most: int = settings.REPIT_GATE_MAX_FILE_BYTES
        try:
            with ExitStack() as held:
                room = partial(self._examiner.buffer, _sender(request))
                taking = bodies.Taking(body, upload, room, held, most)
                if (nothing := await self._take(request, body, upload, taking, talk)) is not None:
                    return await self._examiner.cannot_look(nothing.why.code, nothing.kind), True
                found = await asyncio.to_thread(taking.found, settings.REPIT_GATE_MAX_BYTES)
                return await self._examiner.judge_all(found, talk), False
        finally:
            if talk is not None:
                await talk.end()

    async def _take(
        self,
        request: Request,
        body: bodies.Body,
        upload: UploadBuffer,
        taking: bodies.Taking,
        talk: Talk | None,
    ) -> Refused | None:
        """Take the body in, or its preview alone where that shows that there is nothing to look at."""
        while True:
            event = await self._event(READ_SECONDS)
            match event:
                case Piece(data=data):
                    taking.take(data, keep=not request.may_204)
                    if talk is not None:
                        await talk.tell(data)
                case BodyEnd(more=True):
                    nothing = self._nothing(upload) if body.is_one_file else None
                    if nothing is not None:
                        self._wire.leave()
                        return nothing
                    self._writer.write(replies.CONTINUE)
                    await self._writer.drain()
                    self._wire.go_on()
                case BodyEnd():
                    return None
                case Broken(status=status):
                    raise _Over(status)
                case _:
                    raise _Over

    def _nothing(self, upload: UploadBuffer) -> Refused | None:
        """What a preview shows of which the rest need not be seen: no picture, and no whole file is known."""
        data = upload.data
        if data is None or len(data) < ENOUGH or self._examiner.needs_whole_files:
            return None
        if self._examiner.watches(upload):
            return None
        seen = sniffed(data)
        return seen if isinstance(seen, Refused) and seen.why.code == "not-a-picture" else None

    async def _skip_body(self, request: Request) -> None:
        if request.has_body:
            while not isinstance(event := await self._event(READ_SECONDS), BodyEnd) or event.more:
                if event is None or isinstance(event, Broken):
                    raise _Over(400)
                if isinstance(event, BodyEnd):
                    self._wire.leave()
                    return

    def _reply(self, request: Request, answer: Answer, upload: UploadBuffer, *, in_preview: bool) -> bytes:
        match answer:
            case Blocked():
                return replies.refused(self.istag, answer, language=_language(request), closes=request.closes)
            case Failed(busy=busy):
                raise _Over(503 if busy else 500)
            case Passed():
                if in_preview or request.may_204:
                    return replies.unchanged(self.istag, closes=request.closes)
                body = upload.data
                if body is None:
                    raise _Over(413)  # not kept, so it cannot be sent back; `Allow: 204` would help
                return replies.sent_back(self.istag, request, body, closes=request.closes)

    async def _event(self, seconds: float) -> Event | None:
        """The next event, or None if the client is gone. Raises `_Over` if it is silent for too long."""
        try:
            return await self.conversation.event(seconds)
        except TimeoutError:
            raise _Over(408 if self._wire.waiting else None) from None


def _sender(request: Request) -> str:
    """Who sent the upload, as the proxy tells it (draft-stecher-icap-subid); kept while it waits."""
    names = (request.headers.get(name, "") for name in ("x-authenticated-user", "x-client-ip"))
    return next(filter(None, names), "")


def _language(request: Request) -> str:
    """The first language that the person's browser asks for, else the installation's."""
    asked = heads.values(request.request_head, "accept-language")
    first = asked[0].strip().lower()[:2] if asked else ""
    default: str = settings.REPIT_LANGUAGE
    return first if first in ("fr", "en") else default
