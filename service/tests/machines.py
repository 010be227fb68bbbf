"""State machines of Hypothesis over a database: every story finds it as it was and leaves nothing in it.

A story is told within a savepoint of the test's own transaction, which is taken back at its end; its clock
begins at the same moment always. Names that code draws by chance and that decide an order are drawn from
`random`, which Hypothesis begins anew with every story: so the same steps always tell the same story, a
failing one shrinks, and what is printed can be told again.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, TypeVar

from django.db import transaction
from hypothesis import Phase, event, seed, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from repit.foundation import clock
from repit.foundation.errors import RepitError

T = TypeVar("T")
SHRINKING = 600
"""Seconds for `pytest.mark.timeout`: Hypothesis itself gives up shrinking after five minutes."""
BEGINS = datetime(2026, 3, 4, 9, 30, tzinfo=UTC)


class Story(RuleBasedStateMachine):
    """A machine in a test that is marked `django_db`."""

    reached: ClassVar[Counter[str]]
    opening: ClassVar[str]
    """What led others to a state already, so that a story gets far in few steps."""

    def __init__(self) -> None:
        super().__init__()
        self.moment = BEGINS
        self.within = ExitStack()
        """What ends with the story."""
        self.within.enter_context(_taken_back())
        self.within.enter_context(clock.at(lambda: self.moment))

    def teardown(self) -> None:
        self.within.close()

    def wait(self, time: timedelta) -> None:
        self.moment += time

    def note(self, what: str) -> None:
        """Something that stories ought to reach."""
        self.reached[what] += 1
        event(what)

    def whole_or_refused(self, deed: Callable[[], T], *refusals: type[RepitError]) -> T | None:
        """Do it in a transaction of its own, as a request would; None where it is refused by name."""
        try:
            with transaction.atomic():
                return deed()
        except refusals as refused:
            self.note(f"refused: {type(refused).__name__}")
            return None

    def done_or_refused(self, deed: Callable[[], object], allowed: bool, *refusals: type[RepitError]) -> None:
        """Done where it is allowed, refused by name where it is not: never the other."""
        try:
            with transaction.atomic():
                deed()
        except refusals as refused:
            assert not allowed, f"refused: {type(refused).__name__}"
            self.note(f"refused: {type(refused).__name__}")
            return
        assert allowed, "done, and ought to have been refused"


@contextmanager
def _taken_back() -> Iterator[None]:
    with transaction.atomic():
        try:
            yield
        finally:
            transaction.set_rollback(True)


def tell(machine: type[Story], *, stories: int, steps: int, openings: Sequence[str] = ("",)) -> Counter[str]:
    """Tell so many stories that begin with each of these openings, always the same; what they reached."""
    machine.reached = Counter()
    configured = settings(
        max_examples=stories,
        stateful_step_count=steps,
        derandomize=True,
        deadline=None,
        print_blob=True,
        phases=(Phase.generate, Phase.shrink),
    )
    for number, machine.opening in enumerate(openings):
        run_state_machine_as_test(seed(number)(machine), settings=configured)
    return machine.reached


def pick(some: Sequence[Any], number: int) -> Any:
    """One of these, by a number of any size; a smaller one is simpler."""
    return some[number % len(some)]


def token(_bits: int = 128) -> str:
    """In place of `foundation.ids.token`."""
    return random.randbytes(16).hex()


def random_key() -> int:
    """In place of `foundation.ids.random_key`."""
    return random.getrandbits(62) + 1
