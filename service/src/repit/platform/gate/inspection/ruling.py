"""What the engine's rules make of an upload, an error in them apart.

In: a rule that is applied to what a decoder gives. Out: `Evidence`, or None where the rule itself failed:
that leaves an upload undecided, by the operator's policy, and is no reason to answer nothing. Next:
`inspector`, `watching`.
"""

import logging
from collections.abc import Callable
from typing import Final

from repit.foundation.errors import RepitError
from repit.platform.gate.decoder.refusals import NotSeen
from repit.platform.gate.verdict import Evidence

NOT_COMPARED: Final = "not-compared"
VIDEO_NOT_COMPARED: Final = "video-not-compared"
_log: Final = logging.getLogger(__name__)


def ruled(rule: Callable[[], list[Evidence]]) -> list[Evidence] | None:
    """What a rule finds. Raises what the decoder raises meanwhile."""
    try:
        return rule()
    except (NotSeen, RepitError):
        raise
    except Exception as error:  # noqa: BLE001 - its text may hold what an upload shows
        _log.error("an upload could not be compared: %s", type(error).__name__)
        return None
