"""Messages to the operator: written down by channel, delivered at least once, given up after three days.

In: problems that began or are over. Out: mail, the webhook. Next: the operator. A message that was given up
is counted for a month (`given_up`), so that it can be shown elsewhere.
"""

import logging
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final

from django.conf import settings

from repit.foundation.clock import now
from repit.foundation.errors import RepitError
from repit.foundation.ids import token
from repit.foundation.jobs.backoff import Backoff
from repit.foundation.jobs.claims import Claims
from repit.foundation.notify import smtp, webhook, wording
from repit.foundation.notify.errors import RecipientRefused
from repit.foundation.notify.models import OperatorNews
from repit.foundation.notify.problem import Problem

LEASE: Final = timedelta(minutes=2)
TRIES_FOR: Final = timedelta(days=3)
COUNTED_FOR: Final = timedelta(days=30)


def _today() -> dict[str, date]:
    return {"given_up_on": now().date()}


_claims: Final = Claims(OperatorNews.objects.all(), LEASE, Backoff(60.0, 6 * 3600.0, 0.25), given_up=_today)
_log: Final = logging.getLogger(__name__)


def channels() -> list[str]:
    """By which the operator can be told."""
    found = ["mail"] if smtp.is_set_up() and settings.REPIT_OPERATOR_MAIL else []
    return [*found, "webhook"] if webhook.is_set_up() else found


def tell(begun: Sequence[Problem], over: Sequence[Problem]) -> None:
    """Write a message down for each channel, within the caller's transaction."""
    content = wording.content(begun, over)
    for channel in channels():
        OperatorNews.objects.create(
            id=token(160), channel=channel, content=content, made_at=now(), due_at=now()
        )


def deliver() -> bool:
    """One message that is due; whether there was one."""
    row = _claims.claim()
    if row is None:
        return False
    try:
        everyone = _send(row.channel, row.id, row.content)
    except RepitError as error:
        _log.warning("a message to the operator waits: %s %s", row.channel, error.code)
        _claims.fail(row, error.code, for_good=now() - row.made_at > TRIES_FOR)
    else:
        if not everyone:
            _log.warning("a message to the operator was not taken for every address")
        _claims.remove(row)
    return True


def waiting() -> int:
    """Messages that are still to be delivered."""
    return OperatorNews.objects.filter(given_up_on__isnull=True).count()


def given_up() -> int:
    """Messages of the last month that nobody took."""
    return OperatorNews.objects.filter(given_up_on__isnull=False).count()


def forget() -> None:
    """Messages that were given up a month ago."""
    OperatorNews.objects.filter(given_up_on__lt=(now() - COUNTED_FOR).date()).delete()


def test(channel: str) -> None:
    """One message at once, to try a channel. Raises what delivering raises."""
    if not _send(channel, token(160), wording.trial()):
        raise RecipientRefused


def _send(channel: str, name: str, content: dict[str, Any]) -> bool:
    """Whether it was taken for everyone: whoever else was told must not be told again and again."""
    if channel == "mail":
        subject, body = wording.mail(content)
        return smtp.send(settings.REPIT_OPERATOR_MAIL, subject, body, name=name)
    webhook.send(name, content)
    return True
