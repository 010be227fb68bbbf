"""The life of a review, as a table.

In: a state and the state asked for. Out: whether that step exists. Next: `queue` and `deciding`, which leave
a row for each step taken. Pure.

Four kinds of work wait, each in a state of its own: a first look, a second look, a disagreement of the two,
an objection. Whoever takes one holds it for a while in the state beside it.
"""

from typing import Final, Literal

from repit.foundation.errors import TransitionRefused
from repit.foundation.staff.roles import Permission

State = Literal[
    "waiting", "held", "second", "second-held", "split", "split-held", "appealed", "appeal-held", "decided"
]
Outcome = Literal["refuse", "allow", "refer"]
OUTCOMES: Final[tuple[Outcome, ...]] = ("refuse", "allow", "refer")

HELD: Final[dict[State, State]] = {
    "waiting": "held",
    "second": "second-held",
    "split": "split-held",
    "appealed": "appeal-held",
}
OPEN: Final[dict[State, State]] = {held: waiting for waiting, held in HELD.items()}
TRANSITIONS: Final[dict[tuple[State, State], str]] = {
    ("waiting", "held"): "taken",
    ("held", "waiting"): "given back, or its time ran out",
    ("held", "decided"): "decided",
    ("held", "second"): "decided; someone else must look too",
    ("second", "second-held"): "taken for a second look",
    ("second-held", "second"): "given back, or its time ran out",
    ("second-held", "decided"): "both decide alike",
    ("second-held", "split"): "they decide differently; a third must look",
    ("split", "split-held"): "taken by a third",
    ("split-held", "split"): "given back, or its time ran out",
    ("split-held", "decided"): "the third decides",
    ("decided", "appealed"): "someone objects",
    ("appealed", "appeal-held"): "the objection is taken",
    ("appeal-held", "appealed"): "given back, or its time ran out",
    ("appeal-held", "decided"): "the objection is answered",
}
NEEDS: Final[dict[State, Permission]] = {
    "waiting": "review.work",
    "second": "review.second",
    "split": "review.second",
    "appealed": "review.second",
}


def step(before: State, after: State) -> str:
    """What a step means. Raises `TransitionRefused`."""
    try:
        return TRANSITIONS[before, after]
    except KeyError:
        raise TransitionRefused(detail=f"{before} to {after}") from None
