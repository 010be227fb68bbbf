"""Hashing in a child process, where a hostile file can neither crash, hang nor exhaust its parent.

In: bytes, or a path. Out: `Hashed` or `NotHashable`, always, within the time. Next: the gate, `repit-scan`.

The child is this module run as a program. It is bounded in memory (RLIMIT_AS), starts with a bare
environment (no secret of the parent's), is killed when a picture outlasts its time, and is started again
for the next one. The two speak in `frames`: JSON, and the picture's bytes as they are.
"""

import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO, ClassVar, Final, TypeVar

from repit_engine.errors import DamagedPicture, TookTooLong
from repit_engine.frames import PipeClosed, PipeSilent, receive, receive_json, send, send_json, widen
from repit_engine.picture import DEFAULT_LIMITS, Limits
from repit_engine.types import Hash, Hashed, NotHashable

MEMORY: Final = 3 * 1024**3
"""Bytes of address space, enough for a picture at the default limit on pixels."""
MOST_VIEWS: Final = 200
_START_SECONDS: Final = 60.0
_GRACE_SECONDS: Final = 0.5
_KEPT: Final = (
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "TMPDIR",
    "XDG_CACHE_HOME",
    "NUMBA_CACHE_DIR",
    "COVERAGE_PROCESS_START",
)
_Heard = TypeVar("_Heard")


class Child:
    """One child process; calls from several threads take turns. Use as a context manager, or call `close`."""

    program: ClassVar[str] = "repit_engine.child"
    """The module that is run; one that asks for more than a hash runs another."""

    def __init__(self, *, memory: int = MEMORY, arguments: Sequence[str] = ()) -> None:
        """`arguments`: what the program is told on its command line, after the memory."""
        self._memory = memory
        self._arguments = tuple(arguments)
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def hash(
        self, source: bytes | Path, limits: Limits = DEFAULT_LIMITS, *, full: bool = False
    ) -> Hashed | NotHashable:
        """As `repit_engine.hash_picture`, but within `limits.seconds` for certain, whatever the bytes do."""
        return self._asked(
            source, limits, full, lambda pipe, deadline: outcome_of(receive_json(pipe, deadline))
        )

    def _asked(
        self,
        source: bytes | Path,
        limits: Limits,
        full: bool,
        heard: Callable[[BinaryIO, float], _Heard],
    ) -> _Heard | NotHashable:
        """Send one picture and hear the answer until the deadline; `heard` raises what nonsense raises."""
        request: dict[str, Any] = {"limits": asdict(limits), "full": full}
        if isinstance(source, Path):
            request["path"] = os.fsencode(source.absolute()).hex()
        with self._turn:
            try:
                pipe_in, pipe_out = self._running()
                deadline = time.monotonic() + limits.seconds + _GRACE_SECONDS
                send_json(pipe_in, request)
                if isinstance(source, bytes):
                    # No copy of a file that is too large to be read anyway.
                    send(pipe_in, source[: limits.bytes + 1])
                return heard(pipe_out, deadline)
            except PipeSilent:
                self._kill()
                return _refused(TookTooLong, "Decoding the picture took longer than allowed.")
            except (PipeClosed, KeyError, ValueError, TypeError):
                self._kill()
                return _refused(DamagedPicture, "The picture made its decoder fail.")

    def close(self) -> None:
        """End the process; the next call would start another."""
        with self._turn:
            self._kill()

    def __enter__(self) -> "Child":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _running(self) -> tuple[BinaryIO, BinaryIO]:
        if self._process is None or self._process.poll() is not None:
            self._kill()
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                [sys.executable, "-P", "-m", self.program, str(self._memory), *self._arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={name: os.environ[name] for name in _KEPT if name in os.environ},
                close_fds=True,
            )
            pipe_in, pipe_out = self._pipes(self._process)
            widen(pipe_in)
            receive(pipe_out, time.monotonic() + _START_SECONDS)
        return self._pipes(self._process)

    @staticmethod
    def _pipes(process: subprocess.Popen[bytes]) -> tuple[BinaryIO, BinaryIO]:
        if process.stdin is None or process.stdout is None:
            raise PipeClosed
        return process.stdin, process.stdout  # type: ignore[return-value]

    def _kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    try:
                        pipe.close()
                    except OSError:
                        continue
            self._process = None


def _refused(kind: type[DamagedPicture] | type[TookTooLong], message: str) -> NotHashable:
    return NotHashable(kind.code, message, "Save or export it again, then send the new file.")


def outcome_of(answer: dict[str, Any]) -> Hashed | NotHashable:
    """The inverse of `answer_of`. Raises `KeyError`, `ValueError`, `TypeError` for nonsense."""
    if "hash" in answer:
        others = tuple(Hash.from_hex(one) for one in answer["others"][:MOST_VIEWS])
        unseen = None if answer["unseen"] is None else str(answer["unseen"])[:40]
        return Hashed(Hash.from_hex(answer["hash"]), int(answer["quality"]), others, unseen)
    return NotHashable(str(answer["reason"]), str(answer["message"]), str(answer["next_step"]))


def answer_of(outcome: Hashed | NotHashable) -> dict[str, Any]:
    """An outcome as the JSON object of the pipe."""
    if isinstance(outcome, Hashed):
        return {
            "hash": outcome.hash.hex,
            "quality": outcome.quality,
            "others": [one.hex for one in outcome.others],
            "unseen": outcome.unseen,
        }
    return asdict(outcome)


def main() -> None:
    """Answer requests on standard input until it closes."""
    # Imported here: the parent needs neither Pillow's plugins nor the kernels.
    from repit_engine.hash import hash_file, hash_picture  # noqa: PLC0415

    def answer(pipe: BinaryIO, source: bytes | Path, limits: Limits, full: bool) -> None:
        hashed = hash_file if isinstance(source, Path) else hash_picture
        send_json(pipe, answer_of(hashed(source, limits, full=full)))  # type: ignore[arg-type]

    serve(answer)


def serve(answer: Callable[[BinaryIO, bytes | Path, Limits, bool], None]) -> None:
    """Bound this process, say that it is ready, and answer each request, until standard input closes."""
    memory = int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    pipe_in, pipe_out = sys.stdin.buffer, sys.stdout.buffer
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    send(pipe_out, b"ready")
    while True:
        try:
            request = receive_json(pipe_in)
            limits, full = Limits(**request["limits"]), bool(request["full"])
            if "path" in request:
                answer(pipe_out, Path(os.fsdecode(bytes.fromhex(request["path"]))), limits, full)
            else:
                answer(pipe_out, receive(pipe_in), limits, full)
        except PipeClosed:
            return


if __name__ == "__main__":
    main()
