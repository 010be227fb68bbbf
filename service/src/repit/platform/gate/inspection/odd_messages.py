"""Which question speaks for a message that others may read differently.

In: the files that were found in it, a way to look at each that keeps nothing, the policy. Out: the one
question whose verdict is the message's. Next: `inspector` asks it in earnest, once.

What is known is refused, whatever else the message may hold. Otherwise the message is undecided, unless
something in it is to be reviewed for what is known of it.
"""

from collections.abc import Callable

from repit.foundation.clock import elapsed
from repit.platform.gate.inspection.question import LongFile, NotLookedAt, OddMessage, OneUpload, WholeFile
from repit.platform.gate.policy import Policy
from repit.platform.gate.verdict import Verdict


def speaking_for(
    message: OddMessage, look: Callable[[OneUpload], Verdict], policy: Policy, seconds: float
) -> OneUpload:
    """The question to ask, looking for as long as one upload may take. Raises `Overloaded`."""
    until = elapsed() + seconds
    doubtful: WholeFile | LongFile | None = None
    for file in message.files:
        seen = look(file)
        if seen.evidence and "block" in (seen.outcome, seen.would_be):
            return file
        if seen.evidence and seen.outcome == "review":
            doubtful = file
        if elapsed() > until:
            break
    undecided = policy.undecided_channels.get(message.channel, policy.undecided)
    if doubtful is not None and undecided != "block":
        return doubtful
    return NotLookedAt(message.reason, message.channel, message.sender)
