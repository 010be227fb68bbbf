"""The door that speaks ICAP (RFC 3507).

In: an examiner, who may come. Out: a `Doorway`. Next: `opening`.
"""

from functools import partial

from repit.interfaces.gate_daemon.doorway import Doorway
from repit.interfaces.gate_daemon.examine import Examiner
from repit.interfaces.gate_daemon.icap.replies import BROKEN, FULL
from repit.interfaces.gate_daemon.icap.session import serve


def doorway(examiner: Examiner, peers: tuple[str, ...]) -> Doorway:
    """The ICAP door."""
    return Doorway("icap", partial(serve, examiner), FULL, BROKEN, peers)
