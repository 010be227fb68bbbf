"""A fixed number of decoder processes, replaced as they fail.

In: the bytes of an upload and the time left for it. Out: looks and their stages of hashes, asked for one by
one, always within that time; `NotSeen`, or `Overloaded` where too many wait already. Next:
`repit.gate.inspection`.

One thread, the keeper, starts every child (the kernel ends a child with the *thread* that started it, so that
thread must last) and kills those that outlast their time. Callers only take an idle child, speak to it in
frames, and give it back.
"""

import os
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import BinaryIO, Final, cast

from repit.gate.decoder.dialogue import ChildFailed, Dialogue, NotSeen
from repit.gate.errors import Overloaded
from repit_engine.anchors import Stage
from repit_engine.child import MEMORY
from repit_engine.frames import PipeClosed, receive, widen
from repit_engine.picture import Limits
from repit_engine.types import NotHashable

START_SECONDS: Final = 300.0
WAITING_PER_WORKER: Final = 32
_REMEMBERED: Final = 0.1
"""Weight of the latest upload in the mean time that uploads keep a child."""
_SLOWEST_RESTART: Final = 5.0
_KEPT: Final = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "XDG_CACHE_HOME", "NUMBA_CACHE_DIR", "PYTHONPATH")
_ONE_THREAD: Final = {"NUMBA_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
_KEEP_MEMORY: Final = {"MALLOC_MMAP_THRESHOLD_": str(32 * 2**20), "MALLOC_TRIM_THRESHOLD_": str(64 * 2**20)}
"""A picture's planes are let go and taken anew with each upload. Left to itself, glibc gives them back to the
kernel each time, which then hands out zeroed pages one by one: a quarter of a WebP's time. See mallopt(3).
"""


def decoder_command(memory: int = MEMORY) -> list[str]:
    """How a decoder process is started."""
    return [sys.executable, "-P", "-m", "repit.gate.decoder.worker", str(memory), str(os.getpid())]


class _Worker:
    """One child. `due` is when the keeper kills it, on the monotonic clock; None while it idles. `taken` is
    when its upload came.
    """

    def __init__(self, command: Sequence[str]) -> None:
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        self.process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**kept, **_ONE_THREAD, **_KEEP_MEMORY},
            close_fds=True,
        )
        self.pipe_in = cast("BinaryIO", self.process.stdin)
        self.pipe_out = cast("BinaryIO", self.process.stdout)
        widen(self.pipe_in)
        self.due: float | None = time.monotonic() + START_SECONDS
        self.taken = 0.0
        self.hung = False
        self.ready = False

    def end(self) -> None:
        """Kill the process and close the pipes; only for whoever holds the worker, or at the very end."""
        self.process.kill()
        self.process.wait()
        self.close_pipes()

    def close_pipes(self) -> None:
        for pipe in (self.pipe_in, self.pipe_out):
            try:
                pipe.close()
            except OSError:
                continue


class DecoderPool:
    """`size` children; any number of threads may call `open`. Use `start` and `close`, or `with`."""

    def __init__(self, size: int, command: Sequence[str] | None = None) -> None:
        self.size = size
        self.restarts = 0
        self._command = list(command or decoder_command())
        self._turn = threading.Lock()
        self._freed = threading.Condition(self._turn)
        """Told of each child that idles: one caller is woken, who takes it."""
        self._tending = threading.Condition(self._turn)
        """Told where the keeper has something to do before `_wakes`."""
        self._wakes = 0.0
        self._idle: deque[_Worker] = deque()
        self._workers: set[_Worker] = set()
        self._waiting = 0
        self._seconds = 0.0
        self._failed_starts = 0
        self._next_start = 0.0
        self._closing = False
        self._kernels_kept = False
        self._keeper = threading.Thread(target=self._keep, name="decoder-keeper", daemon=True)

    def start(self) -> "DecoderPool":
        """Start the children; `open` waits for the first of them."""
        self._keeper.start()
        return self

    def close(self) -> None:
        """End every child at once."""
        with self._turn:
            self._closing = True
            self._freed.notify_all()
            self._tending.notify()
        if self._keeper.ident is not None:
            self._keeper.join()

    def __enter__(self) -> "DecoderPool":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def alive(self) -> int:
        """Children that run and have loaded their code."""
        with self._turn:
            return sum(worker.ready and worker.process.poll() is None for worker in self._workers)

    @property
    def waiting(self) -> int:
        """Uploads that wait for a child."""
        with self._turn:
            return self._waiting

    @property
    def process_ids(self) -> list[int]:
        """The children's process ids, for operators and tests."""
        with self._turn:
            return [worker.process.pid for worker in self._workers]

    @contextmanager
    def open(self, data: bytes, limits: Limits, last: Stage = Stage.TURNED) -> Iterator[Dialogue]:
        """Look at one upload, view by view and stage by stage as far as is asked for, within `limits.seconds`
        in all.

        Waiting for a child counts; an upload that would wait too long, as things go, is turned away at once.
        Raises `Overloaded`, and `NotSeen` here or between the stages.
        """
        due = time.monotonic() + limits.seconds
        worker = self._take(due)
        if worker is None:
            raise NotSeen(_not_in_time("no-time", "No decoder became free in time."))
        talk = Dialogue(worker.pipe_in, worker.pipe_out, data, _shortened(limits, due), last)
        try:
            yield talk
        except ChildFailed:
            raise NotSeen(self._lost(worker)) from None
        except NotSeen:
            self._give_back(worker)
            raise
        except BaseException:
            self._lost(worker)
            raise
        try:
            talk.finish()
        except ChildFailed:
            self._lost(worker)
            return
        self._give_back(worker)

    def _lost(self, worker: _Worker) -> NotHashable:
        """Let the keeper replace a child that failed; what to say of the upload."""
        with self._turn:
            self._reckon(worker)
            worker.due = 0.0
            hung = worker.hung
            self._tending.notify()
        worker.end()
        if hung:
            return _not_in_time("decoder-hung", "Decoding took longer than allowed and was ended.")
        return NotHashable(
            "decoder-crashed", "The file made its decoder fail.", "Save it again, then send the new file."
        )

    def _give_back(self, worker: _Worker) -> None:
        with self._turn:
            self._reckon(worker)
            known = worker in self._workers
            if known:
                worker.due = None
                self._idle.append(worker)
                self._freed.notify()
        if not known:  # the keeper ended it at the last moment
            worker.close_pipes()

    def _take(self, due: float) -> _Worker | None:
        with self._turn:
            if not self._idle and self._crowded(due - time.monotonic()):
                raise Overloaded
            self._waiting += 1
            try:
                while not self._idle:
                    left = due - time.monotonic()
                    if left <= 0 or self._closing:
                        return None
                    self._freed.wait(left)
                worker = self._idle.pop()
            finally:
                self._waiting -= 1
            worker.due, worker.taken = due, time.monotonic()
            if due < self._wakes:
                self._tending.notify()
            return worker

    def _reckon(self, worker: _Worker) -> None:
        """Count how long an upload kept a child, whether it came back or not."""
        self._seconds += _REMEMBERED * (time.monotonic() - worker.taken - self._seconds)

    def _crowded(self, left: float) -> bool:
        """Whether too many wait, or one more would have to wait longer than the seconds it has."""
        expected = (self._waiting + 1) / self.size * self._seconds
        return self._waiting >= self.size * WAITING_PER_WORKER or expected > left

    # --- the keeper -----------------------------------------------------------------------------------

    def _keep(self) -> None:
        with self._turn:
            while not self._closing:
                left = self._tend()
                self._wakes = time.monotonic() + left
                self._tending.wait(left)
            workers = list(self._workers)
            self._workers.clear()
            self._idle.clear()
        for worker in workers:
            worker.end()

    def _tend(self) -> float:
        """Kill what is due, start what is missing; seconds until something may need to be done."""
        moment = time.monotonic()
        wake = moment + 1.0
        for worker in list(self._workers):
            if worker.due is not None and worker.due <= moment:
                worker.hung = True
                self._drop(worker)
            elif worker.process.poll() is not None:
                self._drop(worker)
            elif worker.due is not None:
                wake = min(wake, worker.due)
        # On a new machine the first child compiles its kernels and keeps them; the others then load them
        # instead of all compiling the same.
        wanted = self.size if self._kernels_kept else 1
        while len(self._workers) < wanted and moment >= self._next_start:
            self._begin()
        if len(self._workers) < wanted:
            wake = min(wake, self._next_start)
        return max(0.001, wake - time.monotonic())

    def _drop(self, worker: _Worker) -> None:
        self._workers.discard(worker)
        if worker in self._idle:
            self._idle.remove(worker)
            worker.close_pipes()
        self.restarts += 1
        if not worker.ready:
            self._failed_starts += 1
            pause = min(_SLOWEST_RESTART, 0.1 * 2.0 ** min(self._failed_starts, 10))
            self._next_start = time.monotonic() + pause
        worker.process.kill()
        worker.process.wait()

    def _begin(self) -> None:
        try:
            worker = _Worker(self._command)
        except OSError:
            self._failed_starts += 1
            self._next_start = time.monotonic() + _SLOWEST_RESTART
            return
        self._workers.add(worker)
        threading.Thread(target=self._welcome, args=(worker,), name="decoder-start", daemon=True).start()

    def _welcome(self, worker: _Worker) -> None:
        try:
            receive(worker.pipe_out)
        except (PipeClosed, OSError, ValueError):
            with self._turn:
                worker.due = 0.0
                self._tending.notify()
            worker.end()
            return
        with self._turn:
            worker.ready, worker.due = True, None
            self._failed_starts = 0
            self._kernels_kept = True
            if worker in self._workers:
                self._idle.append(worker)
                self._freed.notify()
            self._tending.notify()  # others may start now


def _shortened(limits: Limits, due: float) -> Limits:
    return replace(limits, seconds=max(0.001, due - time.monotonic()))


def _not_in_time(reason: str, message: str) -> NotHashable:
    return NotHashable(reason, message, "Send it again, or send a smaller file.")
