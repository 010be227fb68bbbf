"""What each role may do, as data.

In: a role's name. Out: permissions, one word for each thing that a page guards. Next: `guards`, the desks.
Pure. A member may hold several roles; nobody inherits anything that does not stand here.
"""

from collections.abc import Iterable
from typing import Final, Literal, get_args

Role = Literal["moderator", "senior", "supervisor", "caseworker", "administrator"]
Permission = Literal[
    "review.work",  # take uploads from the queue and decide
    "review.second",  # give the second look, and answer appeals
    "review.oversee",  # see the queue whole, free a claim, set budgets, read who looked at what
    "cases.work",  # work on the cases that one is assigned to
    "bank.decide",  # decide about items of the bank, on counts and opinions
    "pages.edit",  # say who the hotline is, when it is open, whom to call
    "cases.oversee",  # see how many cases there are and how long they wait, nothing in them
    "staff.manage",  # add, reset and close members
    "staff.let-in",  # see whom strangers hold up at the sign-in, and give their members a link
]
ROLES: Final[tuple[Role, ...]] = get_args(Role)
GRANTS: Final[dict[Role, frozenset[Permission]]] = {
    "moderator": frozenset({"review.work"}),
    "senior": frozenset({"review.work", "review.second"}),
    "supervisor": frozenset({"review.oversee", "cases.oversee", "pages.edit", "bank.decide", "staff.let-in"}),
    "caseworker": frozenset({"cases.work", "bank.decide"}),
    # Who keeps the machines running looks at neither uploads nor cases.
    "administrator": frozenset({"staff.manage", "staff.let-in"}),
}


def granted(roles: Iterable[str]) -> frozenset[Permission]:
    """Everything that these roles may do together; a role that nobody knows grants nothing."""
    found: frozenset[Permission] = frozenset()
    for role in ROLES:
        if role in roles:
            found |= GRANTS[role]
    return found
