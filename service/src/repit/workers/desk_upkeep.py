"""What the review desk needs done without anyone asking.

In: rows and files whose time has come. Out: claims that ended are freed, decisions become reviews, uploads
held too long are erased, opinions reach the bank. Next: `repit gate` starts it. Every step claims its row, so
several processes may run this at once.
"""

import json
import logging
import threading
from typing import Final

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection

from repit.foundation.errors import RepitError
from repit.foundation.outbound import Outbound
from repit.gate.review import media, opinions, queue

EVERY_SECONDS: Final = 5.0
_EXCHANGE: Final = "repit"
_SECONDS: Final = 15.0
_MOST_AT_ONCE: Final = 200
# A feed that does not know the item or refuses the words will not think otherwise tomorrow.
_FOR_GOOD: Final = frozenset({400, 403, 404, 413, 422})
_log: Final = logging.getLogger(__name__)


def start() -> threading.Event:
    """Do it again and again in a thread of this process; setting the event ends it."""
    stop = threading.Event()
    threading.Thread(target=_run, args=(stop,), name="desk-upkeep", daemon=True).start()
    return stop


def once() -> None:
    """Everything that is due now."""
    queue.free_overdue()
    while queue.take_in():
        pass
    media.forget_old()
    send_opinions()


def send_opinions() -> int:
    """Tell the bank whose feed is followed; how many opinions it took."""
    address: str = settings.REPIT_GATE_FEED_URL
    if not address:
        return 0
    headers = {"Authorization": f"Bearer {settings.REPIT_GATE_FEED_KEY}"}
    taken = 0
    with Outbound(address, headers=headers) as hotline:
        for _ in range(_MOST_AT_ONCE):
            row = opinions.claim(_EXCHANGE)
            if row is None:
                break
            body = json.dumps({"item": row.item, "opinion": row.opinion, "tags": ["reviewed by a person"]})
            try:
                status = hotline.post(
                    f"/exchange/{_EXCHANGE}/v1/opinions", body.encode(), seconds=_SECONDS
                ).status
            except RepitError as error:
                opinions.failed(row, error.code, for_good=False)
                break  # the next would meet the same
            if status == 200:
                opinions.told(row)
                taken += 1
            else:
                opinions.failed(row, f"status {status}", for_good=status in _FOR_GOOD)
    return taken


def _run(stop: threading.Event) -> None:
    while not stop.wait(EVERY_SECONDS):
        try:
            once()
        except (DatabaseError, RepitError, OSError) as error:
            _log.warning("the desk's upkeep waits: %s", type(error).__name__)
        finally:
            connection.close()
