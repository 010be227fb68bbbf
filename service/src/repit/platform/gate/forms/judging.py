"""One verdict, and one decision, on a message that others may read differently.

In: what was found in it, an inspector. Out: `Verdict`. Next: the HTTP door answers with it.

What is known is refused, whatever else the message may hold. Otherwise the message is undecided, unless
something in it is to be reviewed for what is known of it.
"""

from dataclasses import replace

from repit.foundation.clock import elapsed
from repit.platform.gate.decisions import Unwritten
from repit.platform.gate.forms.files import Found
from repit.platform.gate.inspection import Inspector
from repit.platform.gate.upload_buffer import Arriving
from repit.platform.gate.verdict import Verdict


def judged(inspector: Inspector, found: Found, door: str) -> Verdict:
    """Judge an odd message, looking for as long as one upload may take. Raises `Overloaded`."""
    quiet = replace(inspector, recorder=Unwritten(), hold=None)
    until = elapsed() + inspector.budget_seconds
    doubtful: Arriving | None = None
    for upload in found.files:
        seen = quiet.inspect_arrived(upload, door)
        if seen.evidence and "block" in (seen.outcome, seen.would_be):
            return inspector.inspect_arrived(upload, door)
        if seen.evidence and seen.outcome == "review":
            doubtful = upload
        if elapsed() > until:
            break
    policy = inspector.policy
    if doubtful is not None and policy.undecided_doors.get(door, policy.undecided) != "block":
        return inspector.inspect_arrived(doubtful, door)
    return inspector.cannot_look(found.odd, door)
