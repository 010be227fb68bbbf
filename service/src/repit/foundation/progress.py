"""How far something is that lasts longer than two seconds.

In: steps, as they are done. Out: a bar on standard error, if somebody is looking. Next: commands.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from repit.foundation.clock import elapsed
from repit.foundation.errors import Text
from repit.foundation.terminal import language

_SHOWN_AFTER: Final = 2.0
Advance = Callable[[int], None]
"""Called with how much is done in all."""


@contextmanager
def shown(label: Text, total: int | None = None) -> Iterator[Advance]:
    """`total`: how much there is, where that is known."""
    from rich.console import Console  # noqa: PLC0415 - a tenth of a second, and most commands end before
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    measure = TextColumn("{task.completed:,}") if total is None else TextColumn("{task.percentage:>3.0f} %")
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        measure,
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    task, begun = bar.add_task(label.in_language(language()), total=total), elapsed()
    running = False

    def advance(done: int) -> None:
        nonlocal running
        bar.update(task, completed=done)
        if not running and bar.console.is_terminal and elapsed() - begun > _SHOWN_AFTER:
            bar.start()
            running = True

    try:
        yield advance
    finally:
        if running:
            bar.stop()
