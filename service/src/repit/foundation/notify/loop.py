"""Looking for news, and delivering it, beside a server.

In: rows with a due time. Out: messages. Next: `hotline.process`, `platform.process` start it. One process at
a time looks; several may deliver.
"""

import logging
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from repit.foundation.clock import now
from repit.foundation.jobs.backoff import Backoff
from repit.foundation.jobs.claims import Claims
from repit.foundation.jobs.loop import Loop
from repit.foundation.notify import outbox, problems, smtp, work_mail
from repit.foundation.notify.models import Look

EVERY_SECONDS: Final = 20.0
_log: Final = logging.getLogger(__name__)
_LOOKS: Final[dict[str, tuple[timedelta, Callable[[], None]]]] = {
    "problems": (timedelta(minutes=1), problems.look),
    "staff": (timedelta(minutes=15), work_mail.look),
    "forget": (timedelta(hours=6), outbox.forget),
}
_claims: Final = Claims(Look.objects.all(), timedelta(minutes=5), Backoff(30.0, 600.0))


def start() -> Loop:
    """Look again and again in a thread of this process."""
    return Loop("repit-news", _turn, first=EVERY_SECONDS).start()


def once() -> None:
    """Everything that is due now."""
    for name in _LOOKS:
        Look.objects.get_or_create(name=name, defaults={"due_at": now()})
    while (row := _claims.claim()) is not None:
        every, look = _LOOKS.get(row.name, (timedelta(days=1), _nothing))
        if row.name == "staff" and not smtp.is_set_up():
            look = _nothing
        try:
            look()
        except Exception as error:  # noqa: BLE001 - what waits to be delivered does not wait for it
            _claims.fail(row, "failed")
            _log.warning("a look for news (%s) waits: %s", row.name, type(error).__name__)
        else:
            _claims.end(row, due_at=now() + every)
    while outbox.deliver():
        pass
    while smtp.is_set_up() and work_mail.deliver():
        pass


def _turn(_stop: threading.Event) -> float:
    once()
    return EVERY_SECONDS


def _nothing() -> None:
    """A look that an older version knew, or that nobody can be told of."""
