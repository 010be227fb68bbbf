"""How much of each item's family an upload agrees with that people will see, measured once the answer is out.

In: its verdict, its views. Out: depths by item, and its signature. Next: the review desk, by
`Inspector.compared`. Rare: once for each question.
"""

import logging
import threading
from collections.abc import Callable
from typing import Final

from django.db import connection

from repit.platform.gate.index.protocol import Index
from repit.platform.gate.pictures import Signature, agreement, signature
from repit.platform.gate.verdict import SURE, Verdict
from repit_engine.anchors import QueryHashes
from repit_engine.stoplist import StopList

_log: Final = logging.getLogger(__name__)


def in_thread(work: Callable[[], None]) -> None:
    """Do this while the answer goes out already."""

    def done() -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001 - the next upload is compared instead
            _log.warning("an upload could not be compared: %s", type(error).__name__)
        finally:
            connection.close()

    threading.Thread(target=done, name="compare", daemon=True).start()


def measured(
    verdict: Verdict, looks: list[list[QueryHashes]] | None, index: Index, stoplist: StopList
) -> tuple[dict[str, int | None], Signature | None] | None:
    """What is known of it; None where it cannot be measured, which is left to the next upload."""
    sure = [evidence for evidence in verdict.evidence if evidence.tier in SURE]
    views = None if looks is None else [stage for stages in looks for stage in stages]
    if views is None and verdict.evidence[0].tier != "exact":
        return None
    families = index.anchored([evidence.key for evidence in sure])
    depths: dict[str, int | None] = {
        evidence.item: 100 if evidence.tier == "exact" else agreement(views or (), families[evidence.key])
        for evidence in sure
    }
    # Of a file that viewers may show in several ways nobody knows which of them people saw.
    one_way = views is not None and len(looks or ()) == 1
    return depths, signature(views, stoplist) if views is not None and one_way else None
