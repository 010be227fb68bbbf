"""One verdict on a message that others may read differently.

In: what was found in it, an inspector. Out: `Verdict`. Next: the HTTP door answers with it.

What is known is refused, whatever else the message may hold. Otherwise the message is undecided, unless what
was found in it is to be reviewed anyway, by rules that say why.
"""

from repit.foundation.clock import elapsed
from repit.gate.forms.files import Found
from repit.gate.inspection import Inspector
from repit.gate.verdict import Verdict


def judged(inspector: Inspector, found: Found, door: str) -> Verdict:
    """Judge an odd message, looking for as long as one upload may take. Raises `Overloaded`."""
    until = elapsed() + inspector.budget_seconds
    reviewed: Verdict | None = None
    for upload in found.files:
        verdict = inspector.inspect_arrived(upload, door)
        if verdict.outcome == "block":
            return verdict
        if verdict.outcome == "review":
            reviewed = verdict
        if elapsed() > until:
            break
    policy = inspector.policy
    if reviewed is not None and policy.undecided_doors.get(door, policy.undecided) != "block":
        return reviewed
    return inspector.cannot_look(found.odd, door)
