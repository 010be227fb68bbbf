"""How any decision of the gate stands: what holds now, who decided it, what was objected.

In: a recorded decision, of any outcome and any channel. Out: `Standing`. Next: the platform's software
(`integrations.http_api.reviews`), the operator (`repit decision show`).

What the gate decided alone holds until people have decided otherwise; only what waits for a first look has no
outcome.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from repit.foundation.errors import NotFound
from repit.platform.gate.models import Decision
from repit.platform.review import objections, queue, statements
from repit.platform.review.models import Appeal, Review
from repit.platform.review.states import OUTCOMES, Outcome

State = Literal["decided", "waiting", "appealed"]
_BY_GATE: Final[dict[str, Outcome]] = {"block": "refuse", "allow": "allow"}


@dataclass(frozen=True, slots=True)
class Standing:
    """`state`: whether people are asked, for a first time or since somebody objects. `outcome`: what holds
    now; None while it waits for a first look. `automated`: no person has decided."""

    decision: Decision
    review: Review | None
    state: State
    outcome: Outcome | None
    automated: bool
    due_at: datetime | None
    decided_at: datetime | None
    objections: list[Appeal]

    def statement(self, language: str | None) -> statements.Shown | None:
        """Why it is refused, where it is. Raises `SettingsRefused`."""
        if self.outcome != "refuse":
            return None
        if self.automated:
            return statements.of_gate(self.decision, language)
        written = getattr(self.review, "statement", None)
        return None if written is None else statements.shown(written, language)


def named(number: str) -> Decision:
    """The decision of that number. Raises `NotFound`."""
    found = Decision.objects.filter(pk=number).first()
    if found is None:
        raise NotFound
    return found


def of(decision: Decision) -> Standing:
    """How it stands now."""
    review = queue.reviewed(decision)
    decided = review is not None and bool(review.outcome)
    outcome = _of_people(review) if review is not None and decided else _BY_GATE.get(decision.outcome)
    said = list(objections.to(decision))
    at = review.decided_at if review is not None and decided else decision.at
    return Standing(
        decision,
        review,
        _state(review, said),
        outcome,
        not decided and outcome is not None,
        None if review is None else review.due_at,
        None if outcome is None else at,
        said,
    )


def _state(review: Review | None, said: list[Appeal]) -> State:
    if review is None or review.state == "decided":
        return "decided"
    if review.appeals or any(appeal.answered_at is None for appeal in said):
        return "appealed"
    return "waiting"


def _of_people(review: Review) -> Outcome | None:
    return next((outcome for outcome in OUTCOMES if outcome == review.outcome), None)
