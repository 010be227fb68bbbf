"""The channel that speaks ICAP (RFC 3507).

In: an examiner, who may come. Out: a `Listener`. Next: `start`.
"""

from functools import partial

from repit.platform.integrations.icap.replies import BROKEN, FULL
from repit.platform.integrations.icap.session import serve
from repit.platform.integrations.sockets.examiner import Examiner
from repit.platform.integrations.sockets.listener import Listener


def listener(examiner: Examiner, peers: tuple[str, ...]) -> Listener:
    """The ICAP channel."""
    return Listener("icap", partial(serve, examiner), FULL, BROKEN, peers)
