"""Signals that are not matches, from an upload.

In: the bytes of an upload. Out: `Signal`s: what the file states (`repit_engine.provenance`). Next:
`policy.judge`, which may send to review by them; the review desk shows them as facts.

Reading them takes well under a millisecond: containers are walked, nothing is decoded. So they are read
before the verdict is known, and stand beside every verdict that is recorded.
"""

from collections.abc import Callable
from dataclasses import dataclass

from repit.gate.verdict import Signal
from repit_engine.provenance import facts


@dataclass(frozen=True, slots=True)
class Signals:
    """Where signals come from."""

    classifier: Callable[[bytes], list[Signal]] | None = None

    def of(self, data: bytes) -> list[Signal]:
        """Every signal of an upload."""
        stated = [Signal(fact.code, fact.word) for fact in facts(data)]
        return stated if self.classifier is None else [*stated, *self.classifier(data)]
