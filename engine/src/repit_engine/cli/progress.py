"""A progress bar for what lasts longer than two seconds, and nothing for what does not.

In: the number of steps, where it is known. Out: a bar on standard error. Next: the person who waits.
"""

import time
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Final, TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

_Step = TypeVar("_Step")
SHOWN_AFTER_SECONDS: Final = 2.0


class DelayedProgress:
    """Shows itself only after two seconds, only on a terminal; standard output stays clean."""

    def __init__(self, what: str, total: int | None, already: int = 0) -> None:
        """`already`: how many of the `total` were done before, by another run."""
        self._bar = Progress(
            TextColumn(what),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
            disable=not Console(stderr=True).is_terminal,
        )
        self._task = self._bar.add_task(what, total=total, rate="")
        self._start = time.monotonic()
        self._done = self._already = already
        self._shown = False

    def advance(self, steps: int = 1) -> None:
        """Count `steps` more as done."""
        self._done += steps
        elapsed = time.monotonic() - self._start
        if not self._shown and elapsed > SHOWN_AFTER_SECONDS:
            self._bar.start()
            self._shown = True
        if self._shown:
            self._bar.update(
                self._task, completed=self._done, rate=f"{(self._done - self._already) / elapsed:,.0f}/s"
            )

    def counted(self, steps: Iterable[_Step]) -> Iterator[_Step]:
        """The same, each counted as it comes."""
        for step in steps:
            self.advance()
            yield step

    def __enter__(self) -> "DelayedProgress":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._shown:
            self._bar.stop()
