"""Reports of matches that the bank no longer needs one by one.

In: reports older than the settings say. Out: their rows, deleted; how often each item matched stays, as one
number. Next: `hotline.loops.expire_items` asks every hour.

The rule against floods looks at one day. Who met which item in which second says more of platforms, and of
the person whose picture it is, than anybody needs to know for ever; and a busy gate reports every moment.
What a person must still decide about keeps its evidence: reports stay of items that are suspended or asked
about.
"""

from collections import Counter
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from repit.foundation import audit
from repit.foundation.clock import now
from repit.foundation.jobs import retention
from repit.hotline.bank import feed
from repit.hotline.bank.models import MatchReport, MatchTotal, Question

_TOGETHER: Final = 250


def sweep() -> int:
    """Mark what is due, delete what was marked a day ago; how many reports are gone."""
    retention.mark(_due(), now())
    gone = 0
    while some := _delete_some():
        gone += some
    if gone:
        audit.record("retention", "match reports deleted", "", str(gone))
    return gone


def _due() -> QuerySet[MatchReport]:
    before = now() - timedelta(days=settings.REPIT_MATCH_REPORT_DAYS)
    open_question = Question.objects.filter(item=OuterRef("item"), closed_at__isnull=True)
    old = MatchReport.objects.filter(at__lt=before).exclude(item__state="disputed")
    return old.filter(~Exists(open_question))


def _delete_some() -> int:
    """A few at a time, in the bank's own turn: no report counts twice, and nobody waits long."""
    with transaction.atomic():
        feed.locked()
        ripe = _due().filter(forget_at__lte=now()).order_by("forget_at", "pk")
        rows = list(ripe.values_list("pk", "item_id", "count")[:_TOGETHER])
        met = Counter[int]()
        for _, item, count in rows:
            met[item] += count
        met.update(dict(MatchTotal.objects.filter(item__in=list(met)).values_list("item", "count")))
        MatchTotal.objects.bulk_create(
            [MatchTotal(item_id=item, count=count) for item, count in met.items()],
            update_conflicts=True,
            unique_fields=["item"],
            update_fields=["count"],
        )
        MatchReport.objects.filter(pk__in=[pk for pk, _, _ in rows]).delete()
    return len(rows)
