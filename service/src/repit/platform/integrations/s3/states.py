"""The lives of what stands at the storage's channel, as tables.

In: a state and the state asked for. Out: whether that step exists. Next: `findings`, which leaves a row for
each step. Pure.
"""

from typing import Final, Literal

from repit.foundation.errors import TransitionRefused

QUEUED: Final = ("waiting", "dead")
"""A queued object waits until it was looked at and is gone, or dies with a reason, for a person to see."""

SCAN: Final = ("running", "stopped", "done", "failed")

State = Literal["review", "tagged", "moved", "listed", "unread", "released"]
FINDING: Final[tuple[State, ...]] = ("review", "tagged", "moved", "listed", "unread", "released")
TRANSITIONS: Final[dict[tuple[str, State], str]] = {
    ("", "review"): "tagged, and a person is asked",
    ("", "tagged"): "blocked by its tag",
    ("", "moved"): "moved into quarantine",
    ("", "listed"): "only written down: a dry run, or found before",
    ("", "unread"): "could not be looked at in a scan",
    ("review", "tagged"): "a person refuses it",
    ("review", "moved"): "a person refuses it",
    ("review", "released"): "a person allows it, or it is known no more",
    ("tagged", "released"): "allowed after all",
    ("moved", "released"): "put back",
    ("released", "tagged"): "refused after all",
    ("released", "moved"): "refused after all",
}


def step(before: str, after: State) -> str:
    """What a step means. Raises `TransitionRefused`."""
    try:
        return TRANSITIONS[before, after]
    except KeyError:
        raise TransitionRefused(detail=f"{before} to {after}") from None
