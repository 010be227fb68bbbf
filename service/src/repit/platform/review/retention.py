"""What the gate and its desk no longer need to know.

In: decisions and decided reviews that are older than the settings say. Out: their rows, deleted. Next:
`platform.loops.review_upkeep` asks every hour. Counts by the hour and the audit, which names who did what and
nothing of an upload, stay.

Never deleted: a review that is not decided, an objection without its answer, an opinion that is still owed to
a bank, and what was stopped because it may show a minor, which waits for a person and not for a program.

Whoever made an upload may object for six months, to people's decisions and to the gate's own (article 20(1)
of Regulation (EU) 2022/2065), so both are kept at least that long: the settings take no less than 184 days.

A clock that is wrong for a while must not empty the desk. So a row is marked when it is due and deleted a day
later, if it still is.
"""

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from repit.foundation import audit
from repit.foundation.clock import now
from repit.foundation.jobs.retention import mark
from repit.platform.gate.models import Decision
from repit.platform.review import media
from repit.platform.review.models import Appeal, OutgoingOpinion, Part, Review, Statement, Step

_TOGETHER: Final = 200


def sweep() -> int:
    """Mark what is due, delete what was marked a day ago; how many decisions are gone."""
    moment = now()
    mark(_reviews_due(moment), moment)
    mark(_decisions_due(moment), moment)
    gone = 0
    while some := _forget_reviews(moment):
        gone += some
    if gone:
        audit.record("retention", "reviews forgotten", "", str(gone))
    while some := _forget_decisions(moment):
        gone += some
    return gone


def sweep_all() -> None:
    """The same after a restore, with uploads that were held for longer than anyone may."""
    sweep()
    media.forget_old()


def _reviews_due(moment: datetime) -> QuerySet[Review]:
    before = moment - timedelta(days=settings.REPIT_REVIEW_DAYS)
    owed = OutgoingOpinion.objects.filter(review=OuterRef("pk"), state="due")
    unanswered = Appeal.objects.filter(review=OuterRef("pk"), answered_at__isnull=True)
    old = Review.objects.filter(state="decided", decided_at__lt=before).exclude(outcome="refer")
    return old.filter(~Exists(owed), ~Exists(unanswered))


def _decisions_due(moment: datetime) -> QuerySet[Decision]:
    """Those of which no review was made, nor will be."""
    before = moment - timedelta(days=settings.REPIT_GATE_DECISION_DAYS)
    old = Decision.objects.filter(_needed_by_none(), at__lt=before)
    return old.exclude(outcome="review", queued=False)


def _needed_by_none() -> Q:
    """That no review, and no objection, has anything to do with a decision."""
    mine = {"decision": OuterRef("pk")}
    some = [Exists(table._default_manager.filter(**mine)) for table in (Review, Part, Appeal)]
    return ~(Q(some[0]) | Q(some[1]) | Q(some[2]))


def _forget_reviews(moment: datetime) -> int:
    with transaction.atomic():
        ripe = _locked(_reviews_due(moment).filter(forget_at__lte=moment))
        keys = [review.pk for review in ripe]
        others = list(Part.objects.filter(review__in=keys).values_list("decision", flat=True))
        for parts in (OutgoingOpinion, Appeal, Statement, Part):
            parts.objects.filter(review__in=keys).delete()
        Step.objects.filter(review__in=keys).update(forget_at=moment)
        Step.objects.filter(review__in=keys).delete()
        Review.objects.filter(pk__in=keys).delete()
        gone = [*others, *(review.decision_id for review in ripe)]
        Decision.objects.filter(_needed_by_none(), pk__in=gone).delete()
    return len(keys)


def _forget_decisions(moment: datetime) -> int:
    ripe = _decisions_due(moment).filter(forget_at__lte=moment).values_list("pk", flat=True)
    keys = list(ripe[:_TOGETHER])
    Decision.objects.filter(pk__in=keys).delete()
    return len(keys)


def _locked(reviews: QuerySet[Review]) -> list[Review]:
    """Held, so that nobody objects to one meanwhile; SQLite takes the whole database for a transaction."""
    if connection.features.has_select_for_update:
        reviews = reviews.select_for_update(of=("self",))
    return list(reviews.order_by("pk")[:_TOGETHER])
