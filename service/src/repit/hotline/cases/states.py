"""The life of a case, as a table.

In: a state, the state asked for, who asks. Out: whether that step exists. Next: `casefile.Turn.move`, which
leaves a row for each step taken. Pure.
"""

from typing import Final, Literal, NamedTuple

from repit.foundation.errors import TransitionRefused

CaseState = Literal["new", "in-hand", "waiting", "closed", "kept"]
Role = Literal["person", "helper", "caseworker", "desk", "clock"]


class Step(NamedTuple):
    """What a transition means, and whose it is."""

    about: str
    by: frozenset[Role]


_STAFF: Final[frozenset[Role]] = frozenset({"caseworker", "desk"})
_ENDS: Final[frozenset[Role]] = frozenset({"person", "caseworker", "clock"})
TRANSITIONS: Final[dict[tuple[CaseState, CaseState], Step]] = {
    ("new", "in-hand"): Step("a caseworker takes it up", _STAFF),
    ("in-hand", "new"): Step("nobody has it any more", _STAFF),
    ("in-hand", "waiting"): Step("the person was asked something", frozenset({"caseworker"})),
    ("waiting", "in-hand"): Step("the person answered", frozenset({"person", "caseworker"})),
    ("waiting", "new"): Step("nobody has it any more", _STAFF),
    ("new", "closed"): Step("closed", _ENDS),
    ("in-hand", "closed"): Step("closed", _ENDS),
    ("waiting", "closed"): Step("closed", _ENDS),
    ("closed", "new"): Step("the person came back", frozenset({"person"})),
    ("closed", "in-hand"): Step("taken up again", _STAFF),
    ("closed", "kept"): Step(
        "messages and addresses are destroyed, the protection goes on", frozenset({"clock", "person"})
    ),
}
LIVE: Final[tuple[CaseState, ...]] = ("new", "in-hand", "waiting")
STATES: Final[tuple[CaseState, ...]] = (*LIVE, "closed", "kept")


def step(before: CaseState, after: CaseState, by: Role) -> Step:
    """The transition from one state to another. Raises `TransitionRefused`."""
    found = TRANSITIONS.get((before, after))
    if found is None or by not in found.by:
        raise TransitionRefused(detail=f"{before} to {after} by {by}")
    return found
