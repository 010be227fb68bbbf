"""One connection of a client that believes it speaks with ClamAV.

In: the bytes of a connection. Out: replies as clamd gives them (clamd(8)). Next: the client.

One command and its reply, then the connection ends; after IDSESSION as many as the client likes, each reply
numbered, until END. Commands of a session are answered in their order.
"""

import asyncio
from dataclasses import dataclass
from typing import Final

from repit import __version__
from repit.foundation.errors import TooLarge
from repit.gate.errors import Overloaded
from repit.interfaces.gate_daemon.chain import Talk
from repit.interfaces.gate_daemon.clamd import paths
from repit.interfaces.gate_daemon.clamd.wire import Broken, Command, Event, Piece, Reader, StreamEnd
from repit.interfaces.gate_daemon.conversation import READ, READ_SECONDS, UPLOAD_SECONDS, Conversation, Hears
from repit.interfaces.gate_daemon.examine import BUSY, Answer, Examiner, Failed, Passed, Refused

COMMAND_SECONDS: Final = 30.0
_COMMANDS: Final = "SCAN CONTSCAN MULTISCAN PING VERSION VERSIONCOMMANDS STATS INSTREAM IDSESSION END"
_TOO_LONG: Final = "INSTREAM size limit exceeded. ERROR"
_SCANS: Final = frozenset({"SCAN", "CONTSCAN", "MULTISCAN"})
_NOT_HERE: Final = frozenset({"RELOAD", "SHUTDOWN", "DETSTATS", "DETSTATSCLEAR"})


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes of a stream; folders whose files may be named."""

    stream: int
    folders: tuple[str, ...] = ()


class _Over(Exception):
    """The connection ends here."""


async def serve(examiner: Examiner, limits: Limits, reader: Hears, writer: asyncio.StreamWriter) -> None:
    """Answer until the client leaves, ends its session, or is no longer understood."""
    session = _Session(examiner, limits, reader, writer)
    try:
        await session.run()
    except _Over:
        await session.conversation.linger()


class _Session:
    def __init__(
        self,
        examiner: Examiner,
        limits: Limits,
        reader: Hears,
        writer: asyncio.StreamWriter,
    ) -> None:
        self._examiner, self._limits = examiner, limits
        self._writer = writer
        self.conversation: Conversation[Event] = Conversation(Reader(limits.stream), reader, writer)
        self._number = 0
        self._numbered = False
        self._end = b"\n"

    async def run(self) -> None:
        """Command by command. Raises `_Over`."""
        while True:
            event = await self._event(COMMAND_SECONDS)
            if event is None:
                return
            if isinstance(event, Broken):
                await self._give_up(event)
            if isinstance(event, Command):
                self._end = event.end
                self._number += 1
                await self._answer(event)
                if not self._numbered:
                    return

    async def _answer(self, command: Command) -> None:
        name = command.name
        if name == "INSTREAM":
            await self._instream()
        elif name in _SCANS:
            await self._scan(name, command.argument)
        elif name == "PING":
            await self._say("PONG")
        elif name == "VERSION":
            await self._say(self._version())
        elif name == "VERSIONCOMMANDS":
            await self._say(f"{self._version()}| COMMANDS: {_COMMANDS}")
        elif name == "STATS":
            await self._say(self._stats())
        elif name == "IDSESSION" and command.prefixed and not self._numbered:
            self._numbered, self._number = True, 0
        elif name == "END" and self._numbered:
            self._numbered = False
        elif name in _NOT_HERE:
            await self._say("COMMAND UNAVAILABLE")
        else:
            await self._say("UNKNOWN COMMAND")
            raise _Over

    # --- uploads ------------------------------------------------------------------------------------------

    async def _instream(self) -> None:
        talk: Talk | None = None
        try:
            async with asyncio.timeout(UPLOAD_SECONDS):
                with self._examiner.arriving() as upload:
                    talk = await self._examiner.begin_chain()
                    while isinstance(piece := await self._event(READ_SECONDS), Piece):
                        upload.write(piece.data)
                        if talk is not None:
                            await talk.tell(piece.data)
                    if not isinstance(piece, StreamEnd):
                        await self._give_up(piece)
                    answer = await self._examiner.judge(upload, talk)
        except (Overloaded, TooLarge) as refused:
            busy = isinstance(refused, Overloaded)
            await self._say(_said("stream", self._examiner.turned_away()) if busy else _TOO_LONG)
            raise _Over from None
        finally:
            if talk is not None:
                await talk.end()
        await self._say(_said("stream", answer))

    async def _scan(self, name: str, argument: bytes) -> None:
        """SCAN ends at the first file that is found; CONTSCAN and MULTISCAN go on."""
        named = argument.decode("utf-8", "surrogateescape")
        shown = paths.printable(named)
        try:
            files = await asyncio.to_thread(paths.files_under, named, self._limits.folders)
        except paths.PathRefused as refused:
            await self._say(f"{shown}: {refused.reason}. ERROR")
            return
        clean = True
        for path in files:
            answer = await self._file(path)
            if isinstance(answer, Passed):
                continue
            clean = False
            await self._say(_said(paths.printable(path), answer))
            if name == "SCAN" and isinstance(answer, Refused):
                return
        if clean:
            await self._say(f"{shown}: OK")

    async def _file(self, path: str) -> Answer:
        talk: Talk | None = None
        try:
            file = await asyncio.to_thread(paths.open_file, path, self._limits.folders)
            with file, self._examiner.arriving() as upload:
                talk = await self._examiner.begin_chain()
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

    async def _give_up(self, event: Event | None) -> None:
        if isinstance(event, Broken):
            self._end = event.end
            await self._say(event.reply)
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
            await self._say("COMMAND READ TIMED OUT")
            raise _Over from None


def _said(what: str, answer: Answer) -> str:
    match answer:
        case Passed():
            return f"{what}: OK"
        case Refused(threat=threat):
            return f"{what}: {threat} FOUND"
        case Failed(text=text):
            return f"{what}: {text}. ERROR"
