"""Indicators that are not matches, from an upload.

In: the bytes of an upload, and what is known of it. Out: `Indicator`s: what the file states
(`repit_engine.provenance`), what the platform's own classifier says. Next: `policy.judge`, which may send to
review by them; the review desk shows them as facts.

What the file states is read in well under a millisecond: containers are walked, nothing is decoded. The
classifier is asked only where nothing surer is known, since a match needs no guess.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from repit.platform.gate.classifier import Classifier
from repit.platform.gate.verdict import Evidence, Indicator, Undecided
from repit_engine.provenance import facts


@dataclass(frozen=True, slots=True)
class Indicators:
    """Where indicators come from."""

    classifier: Classifier | None = None

    def of(self, data: bytes, seen: Sequence[Evidence] | Undecided) -> list[Indicator]:
        """Every indicator of an upload."""
        stated = [Indicator(fact.code, fact.word) for fact in facts(data)]
        if (
            self.classifier is None
            or isinstance(seen, Undecided)
            or any(_sure(evidence) for evidence in seen)
        ):
            return stated
        return [*stated, *self.classifier.of(data)]

    def close(self) -> None:
        """End the classifier's process."""
        if self.classifier is not None:
            self.classifier.close()


def _sure(evidence: Evidence) -> bool:
    return evidence.tier != "possible"
