"""The channel that speaks as ClamAV's daemon does.

In: an examiner, who may come. Out: a `Listener`. Next: `start`.
"""

from functools import partial
from typing import Final

from django.conf import settings

from repit.platform.integrations.clamd.session import Limits, serve
from repit.platform.integrations.sockets.examiner import Examiner
from repit.platform.integrations.sockets.listener import Listener

_FULL: Final = b"Too many connections. ERROR\n"
_FAILED: Final = b"Error processing command. ERROR\n"


def listener(examiner: Examiner, peers: tuple[str, ...]) -> Listener:
    """The clamd channel."""
    limits = Limits(stream=settings.REPIT_GATE_MAX_FILE_BYTES, folders=settings.REPIT_GATE_CLAMD_PATHS)
    return Listener("clamd", partial(serve, examiner, limits), _FULL, _FAILED, peers)
