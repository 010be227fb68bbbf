"""Decoder processes, handed out in turns, replaced as they fail.

In: the bytes of an upload, who sent it, the time left for it. Out: looks and their stages of hashes, asked
for one by one, always within that time; `NotSeen`, or `Overloaded` where too many wait already. Next:
`repit.platform.gate.inspection`.

`size` uploads are looked at at once. What is dear, by its header or by the processor time that it takes, goes
through a narrow lane of its own, behind everything else on the processor; so a hundred kilobytes that declare
a hundred million pixels keep nobody waiting. One child more than both lanes need stands by, and a new one is
a copy of the zygote, made in milliseconds. In each lane senders take turns. Videos have a third lane, further
behind on the processor, in which few wait: they take seconds, and pictures must not wait for threads that do.

One thread, the keeper, has children made and ends those that outlast their time. Callers only take an idle
child, speak to it in frames, and give it back.
"""

import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from repit.platform.gate.content import Content
from repit.platform.gate.decoder.children import NoChild, Zygote
from repit.platform.gate.decoder.lanes import Lane, Turn, Worker
from repit.platform.gate.decoder.looking import Looking
from repit.platform.gate.decoder.refusals import NotSeen
from repit.platform.gate.decoder.watching import Watching
from repit.platform.gate.errors import Overloaded
from repit_engine.anchors import Stage
from repit_engine.child.process import MEMORY, command_of
from repit_engine.picture import Limits

SPARE: Final = 1
DEAR_SHARE: Final = 4
"""One in so many as are looked at at once may be dear besides, and one in any case."""
QUICK_PART: Final = 0.5
QUICK_SECONDS: Final = 2.0
"""What an upload may use of a processor while others wait: this part of the seconds that it has in all, and
never more than so many."""
STEP_BACK: Final = 10
FILMS_STEP_BACK: Final = 7
"""Behind pictures (`worker.NICE`), yet no further: at 15, with four busy processes beside it on two
processors, a video had a hundredth of one, and none was decided in its time."""
FILMS_WAITING_EACH: Final = 4
"""Videos that may wait for each decoder of their lane: each keeps a thread that waits."""
_LOOK_ROUND: Final = 0.1
_LOOK_AGAIN: Final = 0.05
_SLOWEST_START: Final = 5.0


def decoder_command(memory: int = MEMORY) -> list[str]:
    """How the zygote of the decoders is started."""
    return command_of("repit.platform.gate.decoder.worker", memory)


class DecoderPool:
    """Any number of threads may call `open`. Use `start` and `close`, or `with`."""

    def __init__(self, size: int, command: Sequence[str] | None = None, *, films: int = 1) -> None:
        """`films`: videos that are looked at at once."""
        self.size = size
        self.quick, self.dear = Lane(size), Lane(max(1, size // DEAR_SHARE))
        self.films = Lane(films, FILMS_WAITING_EACH)
        self.wanted = self.quick.width + self.dear.width + self.films.width + SPARE
        self.restarts = 0
        self._command = list(command or decoder_command())
        self._turn = threading.Lock()
        self._tending = threading.Condition(self._turn)
        """Told where the keeper has something to do before `_wakes`."""
        self._wakes = 0.0
        self._idle: deque[Worker] = deque()
        self._workers: set[Worker] = set()
        self._zygote: Zygote | None = None
        self._failed_starts = 0
        self._next_start = 0.0
        self._closing = False
        self._keeper = threading.Thread(target=self._keep, name="decoder-keeper", daemon=True)

    def start(self) -> "DecoderPool":
        """Have the children made; `open` waits for the first of them."""
        self._keeper.start()
        return self

    def close(self) -> None:
        """End every child at once."""
        with self._turn:
            self._closing = True
            for lane in self._lanes:
                for turn in lane.waiting.everything():
                    turn.give(None)
            self._tending.notify()
            zygote = self._zygote
        if zygote is not None:
            zygote.end()
        if self._keeper.ident is not None:
            self._keeper.join()

    def __enter__(self) -> "DecoderPool":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def alive(self) -> int:
        """Children that run."""
        with self._turn:
            return sum(not worker.child.gone for worker in self._workers)

    @property
    def idle(self) -> int:
        """Children that have nothing to do."""
        with self._turn:
            return len(self._idle)

    @property
    def waiting(self) -> int:
        """Uploads that wait for a child."""
        with self._turn:
            return sum(len(lane.waiting) for lane in self._lanes)

    @property
    def films_waiting(self) -> int:
        """Videos among them."""
        with self._turn:
            return len(self.films.waiting)

    @property
    def films_watched(self) -> int:
        """Videos that are looked at now."""
        with self._turn:
            return self.films.width - self.films.free

    @property
    def _lanes(self) -> tuple[Lane, Lane, Lane]:
        return self.quick, self.dear, self.films

    @property
    def process_ids(self) -> list[int]:
        """The children's process ids, for operators and tests."""
        with self._turn:
            return [worker.child.number for worker in self._workers]

    @contextmanager
    def open(
        self, data: bytes, limits: Limits, last: Stage = Stage.TURNED, sender: str = ""
    ) -> Iterator[Looking]:
        """Look at one upload, view by view and stage by stage as far as is asked for, within `limits.seconds`
        in all.

        Waiting for a child counts; an upload that would wait too long, as things go, is turned away at once.
        `sender`: whatever tells senders apart. Raises `Overloaded` and `NotSeen`, here or between the stages.
        """
        looking = Looking(self, data, limits, last, sender)
        looking.begin()
        try:
            yield looking
        except NotSeen:
            looking.finish()
            raise
        except BaseException:
            looking.drop()
            raise
        looking.finish()

    @contextmanager
    def watch(self, content: Content, seconds: float, sender: str = "") -> Iterator[Watching]:
        """Look at one video, stage by stage as far as is asked for, within so many seconds in all.

        Waiting for a child counts. Raises `Overloaded`, where too many wait, and `NotSeen`.
        """
        watching = Watching(self, content, seconds, sender)
        watching.begin()
        try:
            yield watching
        finally:
            watching.stop()

    # --- for `Looking` and `Watching` ---------------------------------------------------------------------

    def take(self, lane: Lane, sender: str, due: float) -> Worker | None:
        """A child, once it is the sender's turn; None where there is none in time. Raises `Overloaded`."""
        turn = Turn(sender, due)
        with self._turn:
            if self._closing:
                return None
            if lane.free > 0 and not len(lane.waiting) and self._ready():
                self._hand(lane, turn)
            else:
                lane.line_up(turn, due - time.monotonic())
                self._tending.notify()  # others wait now: what is dear has to make room
        if not turn.settled.wait(max(0.0, due - time.monotonic())):
            with self._turn:
                lane.waiting.remove(sender, turn)
        if turn.worker is None and turn.settled.is_set() and not self._closing:
            raise Overloaded
        return turn.worker

    def give_back(self, worker: Worker) -> None:
        """The child idles again; one that looked at something dear, or at a video, has made room for a fresh
        one."""
        with self._turn:
            spent = worker.lane is not self.quick
            self._leave(worker)
            known = worker in self._workers
            if known and spent:
                self._workers.discard(worker)
                self._tending.notify()
            elif known:
                self._idle.append(worker)
            self._go_on()
        if spent or not known:
            worker.child.kill()
            worker.child.close()

    def lost(self, worker: Worker) -> None:
        """Have a child replaced that failed."""
        with self._turn:
            self._leave(worker)
            if worker in self._workers:
                self._drop(worker)
            self._tending.notify()
            self._go_on()
        worker.child.kill()
        worker.child.close()

    # --- with the lock ------------------------------------------------------------------------------------

    def _hand(self, lane: Lane, turn: Turn) -> None:
        worker = self._idle.pop()
        lane.free -= 1
        moment = time.monotonic()
        worker.lane, worker.due, worker.taken = lane, turn.due, moment
        worker.used = worker.child.used()
        worker.allowed = min(QUICK_SECONDS, QUICK_PART * max(0.0, turn.due - moment))
        if lane is not self.quick:
            worker.child.step_back(FILMS_STEP_BACK if lane is self.films else STEP_BACK)
        if turn.due < self._wakes:
            self._tending.notify()
        turn.give(worker)

    def _leave(self, worker: Worker) -> None:
        if worker.lane is not None:
            worker.lane.free += 1
            worker.lane.reckon(time.monotonic() - worker.taken)
        worker.lane, worker.due = None, None

    def _go_on(self) -> None:
        """Hand children to those whose turn it is."""
        for lane in self._lanes:
            while lane.free > 0 and len(lane.waiting) and self._ready():
                self._hand(lane, lane.waiting.pop())

    def _ready(self) -> bool:
        """Whether a living child idles: one that was killed meanwhile must not cost an upload its answer."""
        while self._idle and self._idle[-1].child.gone:
            self._drop(self._idle[-1])
            self._tending.notify()
        return bool(self._idle)

    # --- the keeper -----------------------------------------------------------------------------------

    def _keep(self) -> None:
        while True:
            with self._turn:
                if self._closing:
                    break
                wakes = self._tend(time.monotonic())
                lacking = len(self._workers) < self.wanted
                if not lacking or time.monotonic() < self._next_start:
                    self._wakes = min(wakes, self._next_start) if lacking else wakes
                    self._tending.wait(max(0.001, self._wakes - time.monotonic()))
                    continue
            self._bear()
        if self._zygote is not None:
            self._zygote.close()
        with self._turn:
            idle, self._idle = list(self._idle), deque()
            self._workers.clear()
        for worker in idle:
            worker.child.close()

    def _tend(self, moment: float) -> float:
        """End what is due and what makes others wait; when something may need to be done again."""
        wakes = moment + _LOOK_ROUND
        for worker in list(self._workers):
            if worker.due is not None and worker.due <= moment:
                worker.hung = True
                self._drop(worker)
            elif worker.child.gone:
                self._drop(worker)
            elif worker.due is not None:
                wakes = min(wakes, worker.due)
                if worker.lane is self.quick and len(self.quick.waiting):
                    wakes = min(wakes, moment + _LOOK_AGAIN)
                    self._make_way(worker)
        return wakes

    def _make_way(self, worker: Worker) -> None:
        """What takes long while others wait is dear, whatever its header said: it goes on in the other lane,
        or, where that is full, begins anew there."""
        if worker.child.used() - worker.used < worker.allowed:
            return
        if self.dear.free <= 0:
            worker.ousted = True
            self._drop(worker)
            return
        self.quick.free += 1
        self.dear.free -= 1
        worker.lane = self.dear
        worker.child.step_back(STEP_BACK)
        self._go_on()

    def _drop(self, worker: Worker) -> None:
        """Take a child out of the books and end it; whoever holds it finds its pipe closed."""
        self._workers.discard(worker)
        self.restarts += 1
        worker.child.kill()
        if worker in self._idle:
            self._idle.remove(worker)
            worker.child.close()

    def _bear(self) -> None:
        """One child more; where that fails, pause ever longer before the next try."""
        try:
            child = self._mother().child()
        except (NoChild, OSError):
            self._failed()
            return
        with self._turn:
            self._failed_starts = 0
            worker = Worker(child)
            self._workers.add(worker)
            self._idle.append(worker)
            self._go_on()

    def _mother(self) -> Zygote:
        """The zygote, running. Raises `NoChild`, `OSError`."""
        if self._zygote is None:
            zygote = Zygote(self._command)
            with self._turn:
                self._zygote = zygote
                closing = self._closing
            if closing:
                zygote.end()
            zygote.wait()
        return self._zygote

    def _failed(self) -> None:
        with self._turn:
            self.restarts += 1
            self._failed_starts += 1
            pause = min(_SLOWEST_START, 0.1 * 2.0 ** min(self._failed_starts, 10))
            self._next_start = time.monotonic() + pause
            zygote = self._zygote
            if zygote is not None and zygote.broken:
                self._zygote = None
        if zygote is not None and zygote.broken:
            zygote.close()
