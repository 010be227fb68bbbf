"""One connection of a client that believes it speaks with ClamAV.

In: the bytes of a connection. Out: replies as clamd gives them (clamd(8)). Next: the client.

One command and its reply, then the connection ends; after IDSESSION as many as the client likes, each reply
numbered, until END. Commands of a session are answered in their order.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO, Final, NoReturn

from repit import __version__
from repit.foundation.errors import TooLarge
from repit.platform.gate.errors import Overloaded
from repit.platform.integrations.clamd import paths
from repit.platform.integrations.clamd.wire import (
    SCANS,
    UNKNOWN,
    Broken,
    Command,
    Event,
    Handed,
    Piece,
    Reader,
    StreamEnd,
)
from repit.platform.integrations.sockets.connection import (
    READ,
    READ_SECONDS,
    UPLOAD_SECONDS,
    Conversation,
    Hears,
    Says,
)
from repit.platform.integrations.sockets.examiner import BUSY, Answer, Examiner, Failed, Passed, Refused
from repit.platform.integrations.sockets.heard import Heard
from repit.platform.integrations.sockets.local import LocalReader
from repit.platform.integrations.sockets.upstream_scanner import Talk

COMMAND_SECONDS: Final = 30.0
PACKET_SECONDS: Final = 0.1
"""clamd takes what came at once for a command of the old form; this long it may still be on its way."""
_TOO_LONG: Final = "INSTREAM size limit exceeded. ERROR"
_NO_DESCRIPTOR: Final = "No file descriptor received. ERROR"
_SERVED: Final = (
    "SCAN CONTSCAN MULTISCAN ALLMATCHSCAN PING VERSION VERSIONCOMMANDS STATS FILDES INSTREAM IDSESSION END"
)
_IN_SESSIONS: Final = frozenset(
    {"FILDES", "SCAN", "END", "INSTREAM", "VERSION", "VERSIONCOMMANDS", "PING", "STATS"}
)
_NOT_IN_SESSIONS: Final = "Command invalid inside IDSESSION. ERROR"
_OLD_IN_SESSION: Final = (
    "Only new-line terminated nCMDS or NULL-terminated zCMDS are accepted inside IDSESSION. ERROR"
)


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes of a stream; folders whose files may be named."""

    stream: int
    folders: tuple[str, ...] = ()


class _Over(Exception):
    """The connection ends here."""


async def serve(examiner: Examiner, limits: Limits, reader: Hears, writer: Says) -> None:
    """Answer until the client leaves, ends its session, or is no longer understood."""
    session = _Session(examiner, limits, reader, writer)
    try:
        await session.run()
    except _Over:
        await session.conversation.linger()


class _Session:
    def __init__(self, examiner: Examiner, limits: Limits, reader: Hears, writer: Says) -> None:
        self._examiner, self._limits = examiner, limits
        self._writer = writer
        heard = reader.source if isinstance(reader, Heard) else reader
        self._local = heard if isinstance(heard, LocalReader) else None
        self._wire = Reader(limits.stream)
        self.conversation: Conversation[Event] = Conversation(self._wire, reader, writer)
        self._number = 0
        self._numbered = False
        self._end = b"\n"

    async def run(self) -> None:
        """Command by command. Raises `_Over`."""
        while True:
            event = await self._command()
            if event is None:
                return
            self._number += 1
            if isinstance(event, Broken):
                await self._give_up(event)
            if isinstance(event, Command):
                self._end = event.end
                await self._answer(event)
                if not self._numbered:
                    return

    async def _command(self) -> Event | None:
        """The next command, or None if the client is gone. Raises `_Over`."""
        while (event := self._wire.next()) is None:
            if self._wire.may_be_whole:
                try:
                    more = await self.conversation.more(PACKET_SECONDS)
                except TimeoutError:
                    more = False
                if not more:
                    self._wire.cut()
            elif not await self._more(COMMAND_SECONDS):
                return None
        return event

    async def _answer(self, command: Command) -> None:
        if refusal := self._refusal(command):
            await self._refuse(refusal)
        match command.name:
            case "INSTREAM":
                await self._instream()
            case "FILDES":
                await self._fildes()
            case "IDSESSION":
                self._numbered, self._number = True, 0
            case "END":
                self._numbered = False
            case name if name in SCANS:
                await self._scan(name, command.argument)
            case name:
                await self._say(self._answer_to(name))

    def _refusal(self, command: Command) -> str:
        """Why a command is not carried out, in clamd's words; or nothing."""
        if self._numbered and not command.prefixed:
            return _OLD_IN_SESSION
        if self._numbered and (command.name not in _IN_SESSIONS or not command.known):
            return _NOT_IN_SESSIONS
        if not command.known or (command.name == "END" and not self._numbered):
            return UNKNOWN
        return ""

    # --- uploads ------------------------------------------------------------------------------------------

    async def _instream(self) -> None:
        talk: Talk | None = None
        try:
            async with asyncio.timeout(UPLOAD_SECONDS):
                with self._examiner.buffer() as upload:
                    talk = await self._examiner.begin_upstream()
                    while isinstance(piece := await self._event(READ_SECONDS), Piece):
                        upload.write(piece.data)
                        if talk is not None:
                            await talk.tell(piece.data)
                    if not isinstance(piece, StreamEnd):
                        await self._give_up(piece)
                    answer = await self._examiner.judge(upload, talk)
        except (Overloaded, TooLarge) as refused:
            busy = isinstance(refused, Overloaded)
            await self._say(_reply("stream", Failed(BUSY)) if busy else _TOO_LONG)
            raise _Over from None
        finally:
            if talk is not None:
                await talk.end()
        await self._say(_reply("stream", answer))

    async def _scan(self, name: str, argument: bytes) -> None:
        """SCAN ends at the first file that is found; CONTSCAN and MULTISCAN go on."""
        named = argument.decode("utf-8", "surrogateescape")
        shown = paths.printable(named)
        try:
            files, closed = await asyncio.to_thread(paths.files_under, named, self._limits.folders)
        except paths.PathRefused as refused:
            await self._say(f"{shown}: {refused.reason}. ERROR")
            return
        clean = not closed
        for path in closed:
            await self._say(_reply(paths.printable(path), Failed("Folder not looked into")))
        for path in files:
            answer = await self._looked_at(partial(paths.open_file, path, self._limits.folders))
            if isinstance(answer, Passed):
                continue
            clean = False
            await self._say(_reply(paths.printable(path), answer))
            if name == "SCAN" and isinstance(answer, Refused):
                return
        if clean:
            await self._say(f"{shown}: OK")

    async def _fildes(self) -> None:
        """A file that the client has opened; only a socket in the file system can carry it."""
        if self._local is None and not self._numbered:
            # clamd would wait for the byte beside which nothing can come.
            with suppress(TimeoutError):
                while self._wire.next() is None and await self.conversation.more(PACKET_SECONDS):
                    pass
                await self._refuse(_NO_DESCRIPTOR)
            await self._refuse(UNKNOWN)
        if not isinstance(event := await self._event(READ_SECONDS), Handed):
            await self._give_up(event)
        descriptor = None if self._local is None else self._local.take_descriptor()
        if descriptor is None:
            await self._refuse(_NO_DESCRIPTOR)
        handed = paths.Handed(descriptor)
        await self._say(_reply(f"fd[{descriptor}]", await self._looked_at(handed.opened)))

    async def _looked_at(self, opened: Callable[[], BinaryIO | paths.Handed]) -> Answer:
        talk: Talk | None = None
        try:
            file = await asyncio.to_thread(opened)
            with file, self._examiner.buffer() as upload:
                talk = await self._examiner.begin_upstream()
                while piece := await asyncio.to_thread(file.read, READ):
                    upload.write(piece)
                    if talk is not None:
                        await talk.tell(piece)
                return await self._examiner.judge(upload, talk)
        except paths.PathRefused as refused:
            return Failed(refused.reason)
        except OSError:
            return Failed("Can't read file")
        except (Overloaded, TooLarge) as refusal:
            return Failed(BUSY if isinstance(refusal, Overloaded) else "File too large")
        finally:
            if talk is not None:
                await talk.end()

    # --- what is said -------------------------------------------------------------------------------------

    def _answer_to(self, name: str) -> str:
        match name:
            case "PING":
                return "PONG"
            case "VERSION":
                return self._version()
            case "VERSIONCOMMANDS":
                return f"{self._version()}| COMMANDS: {_SERVED}"
            case "STATS":
                return self._stats()
            case _:  # what clamd does to itself, or did in former times
                return "COMMAND UNAVAILABLE"

    def _version(self) -> str:
        sequence, newest = self._examiner.state()
        return f"Repit {__version__}/{sequence}/{newest or 'never'}"

    def _stats(self) -> str:
        alive, waiting, held = self._examiner.workers()
        return (
            "POOLS: 1\n\nSTATE: VALID PRIMARY\n"
            f"THREADS: live {alive}  idle 0 max {alive} idle-timeout 30\n"
            f"QUEUE: {waiting} items\n\n"
            f"MEMSTATS: heap N/A mmap N/A used {held / 2**20:.3f}M free N/A releasable N/A pools 1"
            " pools_used N/A pools_total N/A\nEND"
        )

    async def _give_up(self, event: Event | None) -> NoReturn:
        if isinstance(event, Broken):
            self._end = event.end
            unknown = self._numbered and event.reply == UNKNOWN
            await self._refuse(_NOT_IN_SESSIONS if unknown else event.reply)
        raise _Over

    async def _refuse(self, reply: str) -> NoReturn:
        """Say so, and end. Clients take whatever does not end in ERROR for fine inside a session."""
        await self._say(reply)
        raise _Over

    async def _say(self, reply: str) -> None:
        numbered = f"{self._number}: {reply}" if self._numbered else reply
        self._writer.write(numbered.encode("utf-8", "surrogateescape") + self._end)
        await self._writer.drain()

    async def _event(self, seconds: float) -> Event | None:
        """The next event, or None if the client is gone. Raises `_Over` if it is silent for too long."""
        try:
            return await self.conversation.event(seconds)
        except TimeoutError:
            await self._silent()

    async def _more(self, seconds: float) -> bool:
        try:
            return await self.conversation.more(seconds)
        except TimeoutError:
            await self._silent()

    async def _silent(self) -> NoReturn:
        self._numbered = False  # as clamd; with its number, it would be taken for the answer to a file
        await self._refuse("COMMAND READ TIMED OUT")


def _reply(what: str, answer: Answer) -> str:
    match answer:
        case Passed():
            return f"{what}: OK"
        case Refused(threat=threat):
            return f"{what}: {threat} FOUND"
        case Failed(text=text):
            return f"{what}: {text}. ERROR"
