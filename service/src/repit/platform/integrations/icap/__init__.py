"""The door that speaks ICAP (RFC 3507).

In: an examiner, who may come. Out: a `Doorway`. Next: `opening`.
"""

from functools import partial

from repit.platform.integrations.icap.replies import BROKEN, FULL
from repit.platform.integrations.icap.session import serve
from repit.platform.integrations.sockets.examiner import Examiner
from repit.platform.integrations.sockets.listener import Doorway


def doorway(examiner: Examiner, peers: tuple[str, ...]) -> Doorway:
    """The ICAP door."""
    return Doorway("icap", partial(serve, examiner), FULL, BROKEN, peers)
