"""What comes of a video: a child looks at it within limits, and what becomes of the child is known.

In: bytes. Out: `Outcome`, always. Next: the drill, and a test.
"""

import os
import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final, Self

from bench.common import ROOT

from repit_engine.child.process import MEMORY, command_of, started
from repit_engine.child.serving import ask_video
from repit_engine.moments.dialogue import VideoDialogue, VideoNotSeen
from repit_engine.pipe import PipeClosed, PipeSilent, receive, unblock, widen
from repit_engine.video import VideoLimits

LIMITS: Final = VideoLimits(
    bytes=64 << 20, pixels=36_000_000, decoded=2_000_000_000, frames=2_000, seconds=8.0
)
GRACE: Final = 1.0
"""Seconds beyond those of the limits after which a child is ended, as a gate ends it."""
_START: Final = 600.0


class End(StrEnum):
    """What became of a video."""

    SEEN = "seen"
    IN_PART = "seen in part"
    REFUSED = "refused"
    LATE = "ended for its time"
    CRASHED = "crashed"
    OPENED = "tried to open something"


@dataclass(frozen=True)
class Outcome:
    """`why`: the code of the refusal, or the word for what was not seen."""

    end: End
    why: str = ""
    seconds: float = 0.0
    frames: int = 0
    hashes: int = 0
    memory: int = 0


class _Held:
    """A video in memory, as a gate's spool gives it."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    @property
    def size(self) -> int:
        """In bytes."""
        return len(self.content)

    def read_at(self, offset: int, size: int) -> bytes:
        """From there."""
        return self.content[offset : offset + size]


class Looking:
    """One child after another; use as a context manager."""

    def __init__(self, limits: VideoLimits = LIMITS) -> None:
        self.limits = limits
        self.children = 0
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def look(self, content: bytes) -> Outcome:
        """All stages of all tracks."""
        process = self._running()
        begun = time.monotonic()
        deadline = begun + self.limits.seconds + GRACE
        talk = VideoDialogue(process.stdin, process.stdout, _Held(content), self.limits, deadline)  # type: ignore[arg-type]
        frames = hashes = 0
        end, why = End.SEEN, ""
        try:
            for track in talk:
                frames += track.frames
                hashes += sum(len(stage) for stage in track.stages)
            talk.finish()
            end, why = (End.IN_PART, talk.unseen) if talk.unseen else (End.SEEN, "")
        except VideoNotSeen as refused:
            end, why = End.REFUSED, refused.outcome.reason
        except PipeSilent:
            end = End.LATE
        except PipeClosed:
            end = self._ended(process)
        took, memory = time.monotonic() - begun, _most_memory(process.pid)
        if end in {End.LATE, End.CRASHED, End.OPENED}:
            self._end()
        return Outcome(end, why, took, frames, hashes, memory)

    def trespasses(self) -> bool:
        """Whether the witness sees: a child that opens a file is ended for it."""
        process = self._running()
        ask_video(process.stdin, 1, self.limits, time.monotonic() + _START, want="trespass")  # type: ignore[arg-type]
        with suppress(PipeClosed):
            receive(process.stdout, time.monotonic() + _START)  # type: ignore[arg-type]
        seen = self._ended(process) is End.OPENED
        self._end()
        return seen

    @staticmethod
    def _ended(process: "subprocess.Popen[bytes]") -> End:
        try:
            code = process.wait(GRACE)
        except subprocess.TimeoutExpired:
            return End.CRASHED
        return {-signal.SIGSYS: End.OPENED, -signal.SIGXCPU: End.LATE}.get(code, End.CRASHED)

    def _running(self) -> "subprocess.Popen[bytes]":
        if self._process is None:
            os.environ["PYTHONPATH"] = str(ROOT)
            self._process = started(command_of("drills.videos.child", MEMORY))
            unblock(self._process.stdin)  # type: ignore[arg-type]
            widen(self._process.stdin)  # type: ignore[arg-type]
            receive(self._process.stdout, time.monotonic() + _START)  # type: ignore[arg-type]
            self.children += 1
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()


def _most_memory(number: int) -> int:
    """The most bytes that the process has held; 0 where it has ended."""
    try:
        for line in Path(f"/proc/{number}/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0
