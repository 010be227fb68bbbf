"""A thread that does one kind of work whenever it is told that there may be some.

In: a step that says whether it did anything. Out: its effects; a failure is kept for whoever asks next.
Next: `index` has one for segments and one for merges.
"""

import threading
from collections.abc import Callable


class Worker:
    """Runs `step` until it returns False, each time `wake` is called."""

    def __init__(self, name: str, step: Callable[[], bool]) -> None:
        self._step = step
        self._changed = threading.Condition()
        self._wanted = self._busy = self._stopping = False
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """There may be work."""
        with self._changed:
            self._wanted = True
            self._changed.notify_all()

    def wait(self) -> None:
        """Return when there is nothing left to do; raise what the work failed with."""
        with self._changed:
            self._changed.wait_for(lambda: not (self._wanted or self._busy) or self._failure)
        self.check()

    def check(self) -> None:
        """Raise what the work failed with, if it did: a bank must not fall behind in silence."""
        if self._failure is not None:
            raise self._failure

    def stop(self) -> None:
        """Finish the step in hand and end."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        self._thread.join()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._wanted or self._stopping)
                if self._stopping:
                    return
                self._wanted, self._busy = False, True
            try:
                while not self._stopping and self._step():
                    pass
            except BaseException as failure:  # noqa: BLE001 (kept for the caller, who raises it)
                self._failure = failure
            with self._changed:
                self._busy = False
                self._changed.notify_all()
                if self._failure is not None:
                    return
