"""What the engine's rules make of an upload, an error in them apart.

In: a rule that is applied to what a decoder gives. Out: `Ruled`. Where the rule itself failed, or could not
compare everything, an upload is undecided, by the operator's policy; that is no reason to answer nothing.
Next: `inspector`, `watching`.
"""

import logging
from collections.abc import Callable
from typing import Final, NamedTuple

from repit.foundation.errors import RepitError
from repit.platform.gate.decoder.refusals import NotSeen
from repit.platform.gate.films import InPart
from repit.platform.gate.verdict import Evidence

NOT_COMPARED: Final = "not-compared"
VIDEO_NOT_COMPARED: Final = "video-not-compared"
_log: Final = logging.getLogger(__name__)


class Ruled(NamedTuple):
    """What was found; `whole`: all was compared."""

    found: list[Evidence]
    whole: bool = True


def ruled(rule: Callable[[], list[Evidence]]) -> Ruled:
    """What a rule finds. Raises what the decoder raises meanwhile."""
    try:
        return Ruled(rule())
    except (NotSeen, RepitError):
        raise
    except InPart as part:
        return Ruled(part.found, whole=False)
    except Exception as error:  # noqa: BLE001 - its text may hold what an upload shows
        _log.error("an upload could not be compared: %s", type(error).__name__)
        return Ruled([], whole=False)
