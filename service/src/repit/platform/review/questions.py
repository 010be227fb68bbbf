"""Questions about banked items that refuse uploads here, put to the platform's own people.

In: refused uploads as they are recorded, objections, a bank's wish that someone look again. Out: one review
an item, whoever sends how much. Next: `queue`, `deciding`; `let_go` for what they let pass. The rule is
`asking`, and pure.

Nothing here changes what is refused: that takes two people, and the bank hears of it as an opinion.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db.models import F

from repit.foundation.clock import now
from repit.foundation.ids import token
from repit.platform.gate.decisions import Met
from repit.platform.gate.models import Decision
from repit.platform.gate.pictures import Signature
from repit.platform.gate.verdict import SURE
from repit.platform.review import asking, let_go, rules
from repit.platform.review.asking import Stands
from repit.platform.review.models import AskedItem, Part, Review

_OURS: Final = "repit"

# --- what is met --------------------------------------------------------------------------------------------


def met(uploads: Sequence[Met]) -> set[str]:
    """Count uploads, and ask where it is time to; the decisions whose upload people should see. Within the
    transaction that records them."""
    wanted = set[str]()
    for upload in uploads:
        row = _row(upload)
        if upload.refused and upload.counts:
            _count(row)
        review = _open(upload.item)
        if review is None and _asks(row, upload.refused):
            review = _ask(row, upload, "again" if row.again else "counts")
        if review is not None and not review.compared and _at_hand(review, upload.decision):
            wanted.add(upload.decision)
    return wanted


def _row(upload: Met) -> AskedItem:
    row, _ = AskedItem.objects.get_or_create(
        item=upload.item, defaults={"exchange": upload.exchange, "day": now().date()}
    )
    return row


def _count(row: AskedItem) -> None:
    today = now().date()
    if row.day != today:
        AskedItem.objects.filter(pk=row.pk, day=row.day).update(day=today, refused=0)
    AskedItem.objects.filter(pk=row.pk).update(refused=F("refused") + 1)
    row.refresh_from_db()


def _asks(row: AskedItem, refused: bool) -> bool:
    if row.outcome == "refer":
        return False
    if row.again:
        return True
    stands = Stands(row.refused, 0, row.looks, row.answered_at)
    if not refused or not asking.asks(stands, now()):
        return False
    day = now() - timedelta(days=1)
    today = Review.objects.filter(why="counts", taken_in_at__gt=day).count()
    return asking.asks(stands, now(), today)


def _ask(row: AskedItem, upload: Met, why: str, not_before: datetime | None = None) -> Review | None:
    """A review of the item with this upload at hand; whoever asks at the same moment has the same one."""
    moment = now()
    risk = rules.risk(upload.tier, upload.confirmations, undecided=False)
    fresh = Review(
        name=token(),
        decision_id=upload.decision,
        risk=risk,
        basis=rules.basis(upload.tier, undecided=False),
        taken_in_at=moment,
        due_at=rules.due(max(moment, not_before or moment), settings.REPIT_REVIEW_HOURS, risk),
        about=upload.item,
        why=why,
        not_before=not_before,
    )
    Review.objects.bulk_create([fresh], ignore_conflicts=True)
    AskedItem.objects.filter(pk=row.pk).update(again=False)
    review = _open(upload.item)
    if review is not None:
        _belongs(upload.decision, review)
    return review


def _belongs(decision: str, review: Review) -> None:
    Part.objects.update_or_create(decision_id=decision, defaults={"review": review})


def _open(item: str) -> Review | None:
    return Review.objects.filter(about=item).exclude(state="decided").first()


def _at_hand(review: Review, decision: str) -> bool:
    """Put this upload before those who look, in place of one that nobody can compare any more."""
    if review.decision_id == decision:
        return True
    changed = Review.objects.filter(pk=review.pk, compared=False, holder__isnull=True)
    if not changed.update(decision=decision):
        return False
    _belongs(decision, review)
    return True


def compared(decision: str, depths: Mapping[str, int | None], signature: Signature | None) -> None:
    """How much of each item's family the upload at hand agrees with, and by what it is known again."""
    for review in Review.objects.filter(decision=decision, compared=False).exclude(state="decided"):
        seal = None if signature is None else let_go.sealed(review.name, signature)
        held = Review.objects.filter(pk=review.pk, compared=False).exclude(state="decided")
        held.update(compared=True, depths=dict(depths), signature=seal)


# --- objections ---------------------------------------------------------------------------------------------


def objected(decision: Decision) -> Review | None:
    """The review by which an objection to a refusal is answered; None where there is nothing to look at
    again.

    A former answer rests for a while (`asking.rest`): then it is taken up again.
    """
    if decision.tier not in SURE or not decision.item:
        return None
    evidence = decision.evidence[0] if decision.evidence else {}
    upload = Met(
        decision.pk,
        decision.item,
        decision.exchange,
        decision.tier,
        int(evidence.get("confirmations", 1)),
        refused=True,
        counts=False,
    )
    row = _row(upload)
    review = _open(decision.item)
    if review is None:
        earliest = None if row.answered_at is None else row.answered_at + asking.rest(row.looks)
        review = _ask(row, upload, "objection", earliest if earliest and earliest > now() else None)
    if review is not None:
        _belongs(decision.pk, review)
    return review


# --- answers ------------------------------------------------------------------------------------------------


def answered(review: Review, outcome: str, freed: Iterable[str]) -> None:
    """People have looked at an item. `freed`: the items with which the picture agrees that they let go."""
    if not review.about:
        return
    moment, items = now(), set(freed)
    AskedItem.objects.get_or_create(
        item=review.about, defaults={"exchange": review.decision.exchange, "day": moment.date()}
    )
    AskedItem.objects.filter(item=review.about).update(
        looks=F("looks") + 1, answered_at=moment, outcome=outcome, again=False
    )
    if items:
        let_go.add(review, items, items if review.decision.tier == "exact" else ())
    elif outcome != "allow":
        let_go.end_for(review.about)
    Review.objects.filter(pk=review.pk).update(signature=None)


# --- what banks say -----------------------------------------------------------------------------------------


def bank_asks(asked: Mapping[str, int], gone: Iterable[str]) -> None:
    """A bank asks that people look once more, so often in all; or has withdrawn items.

    What was let go stays so until they have looked; what rests is taken up now.
    """
    for row in AskedItem.objects.filter(item__in=list(asked)):
        if asked[row.item] <= row.asked:
            continue
        AskedItem.objects.filter(pk=row.pk).update(asked=asked[row.item])
        if not Review.objects.filter(about=row.item).exclude(state="decided").update(not_before=None):
            AskedItem.objects.filter(pk=row.pk, looks__gt=0).update(again=True)
    AskedItem.objects.filter(item__in=list(gone)).delete()


def only(held: Collection[str]) -> None:
    """Of what a feed of ours once brought, this is all that there is: the rest was withdrawn unheard."""
    rows = AskedItem.objects.filter(exchange=_OURS).values_list("item", flat=True)
    bank_asks({}, [item for item in rows if item not in held])
