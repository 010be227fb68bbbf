"""Whether the hotline is alive, and whether it can do its work.

In: nothing. Out: JSON; `/ready` answers 503 when the database cannot be written to, or keys are missing.
Next: supervisors, `repit demo`. Counts and times only, nothing of a person.
"""

from dataclasses import asdict

from django.db import transaction
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_GET

from repit.exchanges import partners
from repit.foundation.clock import now
from repit.foundation.errors import SettingsRefused, Unavailable
from repit.hotline.bank import feed, proving
from repit.hotline.bank.models import Feed
from repit.hotline.feeds import feedback


@require_GET
def health(_request: HttpRequest) -> HttpResponseBase:
    """The process answers."""
    return JsonResponse({"alive": True, "role": "hotline"}, headers={"Cache-Control": "no-store"})


@require_GET
def ready(_request: HttpRequest) -> HttpResponseBase:
    """A write was tried and taken back, and the keys were tried. Raises `DatabaseUnavailable` or
    `Unavailable`, which are answered with 503."""
    with transaction.atomic():
        line = feed.locked()
        Feed.objects.filter(pk=line.pk).update(sequence=line.sequence)
        transaction.set_rollback(True)
    try:
        proving.prove()
    except SettingsRefused as refused:
        raise Unavailable(refused.message, refused.next_step) from None
    newest, due = feed.newest_change(), feedback.due()
    return JsonResponse(
        {
            "ready": True,
            "role": "hotline",
            "feed_id": str(line.feed_id),
            "sequence": line.sequence,
            "exchanges": [{**asdict(lag), "feedback_due": due.get(lag.name, 0)} for lag in partners.lags()],
            "newest_change_age_seconds": None
            if newest is None
            else round((now() - newest).total_seconds(), 3),
        },
        headers={"Cache-Control": "no-store"},
    )
