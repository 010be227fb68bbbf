"""Requests to partners that are tried again, ever more slowly, and that leave a busy partner alone.

In: a request. Out: an answer of status 2xx. Next: the clients of other exchanges. At most `TRIES` tries, with
pauses that double from half a second, spread at random so that hotlines do not all come back at once. What
`Retry-After` says is kept; beyond `LONGEST_PAUSE` the reading ends and goes on another time (`PeerBusy`).
"""

import random
import threading
from collections.abc import Callable
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Final

from repit.foundation.clock import now
from repit.foundation.errors import KeyRefused, NotGranted, PeerBusy, PeerFailed
from repit.foundation.outbound import Answer

TRIES: Final = 4
FIRST_PAUSE: Final = 0.5
LONGEST_PAUSE: Final = 20.0
LONGEST_ABSENCE: Final = 86_400.0
BUSY: Final = frozenset({429, 500, 502, 503, 504})

Wait = Callable[[float], object]


def pause(seconds: float) -> None:
    """Wait without anything to wake for."""
    threading.Event().wait(seconds)


def ask(request: Callable[[], Answer], wait: Wait = pause) -> Answer:
    """The answer, once it is one of success.

    Raises `PeerBusy`, `PeerFailed` (also for an answer that no repetition would change), `KeyRefused` for
    401, `NotGranted` for 403.
    """
    seconds = FIRST_PAUSE
    for tried in range(1, TRIES + 1):
        try:
            answer = request()
        except PeerFailed:
            if tried == TRIES:
                raise
            asked_seconds = None
        else:
            if 200 <= answer.status < 300:
                return answer
            _refuse(answer.status)
            asked_seconds = retry_after(answer)
            if tried == TRIES or (asked_seconds or 0) > LONGEST_PAUSE:
                raise PeerBusy(asked_seconds or 0.0, detail=f"status {answer.status}")
        spread = random.uniform(0.5, 1.0)  # noqa: S311 - only spreads retries
        wait(asked_seconds if asked_seconds is not None else seconds * spread)
        seconds = min(seconds * 2, LONGEST_PAUSE)
    raise PeerFailed(detail="never reached")


def retry_after(answer: Answer) -> float | None:
    """Seconds to wait as the header says, as a number or a date; None where it says no time."""
    header = answer.headers.get("retry-after", "").strip()
    if header.isascii() and header.isdigit():
        return min(float(header[:9]), LONGEST_ABSENCE)
    try:
        moment = parsedate_to_datetime(header)
    except (TypeError, ValueError):
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max(0.0, (aware - now()).total_seconds()), LONGEST_ABSENCE)


def peer_second(answer: Answer) -> int:
    """The partner's clock, or ours where that is earlier: what lies later may still be added to.

    A clock of ours that runs ahead would otherwise lead the reading past records not yet made.
    """
    ours = int(now().timestamp())
    try:
        moment = parsedate_to_datetime(answer.headers.get("date", ""))
    except (TypeError, ValueError):
        return ours
    return min(ours, int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()))


def _refuse(status: int) -> None:
    if status == 401:
        raise KeyRefused(detail="by the partner")
    if status == 403:
        raise NotGranted(detail="by the partner")
    if status not in BUSY:
        raise PeerFailed(detail=f"status {status}")
