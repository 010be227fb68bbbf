"""The life of a post or profile that was told of, as a table.

In: a state and the state asked for. Out: whether that step exists. Next: `queue`, which leaves a row for each
step. Pure.

Nothing leads from a match to a measure against an account: a match opens a report, which people read. Only
what a person at the gate's desk refused may go on to `restrict`, where the operator wants that.
"""

from typing import Final, Literal

from repit.foundation.errors import TransitionRefused

State = Literal["judge", "desk", "report", "restrict", "clear", "reported", "restricted", "gone", "given-up"]
WORK: Final[tuple[State, ...]] = ("judge", "desk", "report", "restrict")
DONE: Final[tuple[State, ...]] = ("clear", "reported", "restricted", "gone", "given-up")
TRANSITIONS: Final[dict[tuple[State, State], str]] = {
    ("judge", "clear"): "nothing known agrees with it, or only a record is wanted",
    ("judge", "desk"): "a person at the gate's desk must look first",
    ("judge", "report"): "it agrees with a banked picture",
    ("judge", "gone"): "it is not there any more",
    ("desk", "clear"): "the person lets it stand",
    ("desk", "report"): "the person refuses it, or refers it",
    ("report", "reported"): "the moderators have a report",
    ("report", "restrict"): "they have a report, and a person had refused it before",
    ("report", "gone"): "the post or the account is not there any more",
    ("report", "given-up"): "the server takes no such report",
    ("restrict", "restricted"): "the account's media are marked as sensitive",
    ("restrict", "gone"): "the account is not there any more",
    ("restrict", "given-up"): "the server takes no such measure",
}


def step(before: State, after: State) -> str:
    """What a step means. Raises `TransitionRefused`."""
    try:
        return TRANSITIONS[before, after]
    except KeyError:
        raise TransitionRefused(detail=f"{before} to {after}") from None
