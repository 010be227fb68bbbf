"""The desk's tables.

In: `queue`, `deciding`, `wellbeing`, `opinions`. Out: rows. Next: the desk, the platform's own software,
`platform.loops.tell_banks`. No media is in them; a sealed copy, if the operator wants one, lies in a file
that goes with the decision (`media`).
"""

from django.conf import settings
from django.db import models
from django.db.models import Q

from repit.foundation.jobs.claims import Claimable, Leased, claim_ends, due_index
from repit.platform.gate.models import Decision
from repit.platform.review.states import HELD, OPEN, OUTCOMES

_MEMBER = settings.AUTH_USER_MODEL
_STATES = [*HELD, *OPEN, "decided"]


class Review(Leased):
    """What a person must look at. `holder`: who holds it, with a claim. `due_at`: by when it should be
    decided; people may take it before. `first`, `second`: outcomes of those who looked so far.

    Of an upload that is a banked item's very picture, `about` names that item: all uploads of it that wait
    are one review (`Also`). `why`: what brought it up, where it is a question about the item itself (counts,
    objection, again); `depths`: of items that the upload at hand agrees with, how much of each one's family
    does, of a hundred; `signature`: of that upload, sealed, until it is decided. `not_before`: nobody takes
    it earlier. `picture`, `first_picture`: whether it was, and whether the first would have, let go with all
    that agrees with it.
    """

    name = models.CharField(max_length=32, unique=True)
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, default="waiting")
    risk = models.PositiveSmallIntegerField()
    basis = models.CharField(max_length=12)
    taken_in_at = models.DateTimeField()
    due_at = models.DateTimeField()
    holder = models.ForeignKey(_MEMBER, null=True, on_delete=models.PROTECT, related_name="+")
    first = models.CharField(max_length=10, blank=True)
    second = models.CharField(max_length=10, blank=True)
    outcome = models.CharField(max_length=10, blank=True)
    decided_at = models.DateTimeField(null=True)
    appeals = models.PositiveSmallIntegerField(default=0)
    reference = models.CharField(max_length=300, blank=True)
    forget_at = models.DateTimeField(null=True)
    about = models.CharField(max_length=64, blank=True, default="")
    why = models.CharField(max_length=10, blank=True, default="")
    depths = models.JSONField(default=dict)
    compared = models.BooleanField(default=False)
    signature = models.BinaryField(null=True)
    not_before = models.DateTimeField(null=True)
    first_picture = models.BooleanField(default=False)
    picture = models.BooleanField(default=False)

    class Meta:
        indexes = (
            models.Index(fields=["state", "due_at"], name="review_by_deadline"),
            models.Index(fields=["why", "taken_in_at"], name="review_by_why"),
            models.Index(fields=["holder"], name="review_by_holder", condition=Q(holder__isnull=False)),
        )
        constraints = (
            models.CheckConstraint(condition=Q(state__in=_STATES), name="review_state_known"),
            models.CheckConstraint(condition=Q(outcome__in=["", *OUTCOMES]), name="review_outcome_known"),
            claim_ends("review_claim_ends"),
            models.CheckConstraint(
                condition=Q(state__in=list(OPEN), holder__isnull=False, claimed_until__isnull=False)
                | Q(state__in=[*HELD, "decided"], holder__isnull=True, claimed_until__isnull=True),
                name="review_held_by_someone",
            ),
            models.CheckConstraint(
                condition=~Q(state="decided") | ~Q(outcome=""), name="review_decided_has_outcome"
            ),
            models.UniqueConstraint(
                fields=["about"], condition=~Q(about="") & ~Q(state="decided"), name="review_once_an_item"
            ),
        )

    def __str__(self) -> str:
        return f"Review({self.state})"


class PendingDecision(Claimable):
    """What a member has decided and may still undo; at `due_at` it takes effect, and the row goes. Until then
    the review stays held by them, and nobody else is told anything."""

    review = models.OneToOneField(Review, on_delete=models.PROTECT, related_name="pending")
    member = models.ForeignKey(_MEMBER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    outcome = models.CharField(max_length=10)
    ground = models.CharField(max_length=40, blank=True)
    why = models.TextField(blank=True)
    picture = models.BooleanField(default=False)

    class Meta:
        indexes = (due_index("review_pending_due"),)
        constraints = (
            claim_ends("review_pending_claim_ends"),
            models.CheckConstraint(condition=Q(outcome__in=OUTCOMES), name="review_pending_outcome"),
        )

    def __str__(self) -> str:
        return "PendingDecision"


class Part(models.Model):
    """An upload and the review that it belongs to, the latest of them: what is decided there holds for it."""

    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, primary_key=True, related_name="+")
    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="parts")

    def __str__(self) -> str:
        return "Part"


class AskedItem(models.Model):
    """How one banked item stands here: how often it refused this day (each sender once), how often people
    looked and what they said, how often its bank asked them to look again.

    `again`: the next upload of it is looked at, whatever was decided.
    """

    item = models.CharField(max_length=64, primary_key=True)
    exchange = models.CharField(max_length=20)
    day = models.DateField()
    refused = models.PositiveIntegerField(default=0)
    looks = models.PositiveIntegerField(default=0)
    answered_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, blank=True, default="")
    asked = models.PositiveIntegerField(default=0)
    again = models.BooleanField(default=False)

    def __str__(self) -> str:
        return "AskedItem"


class LetGo(models.Model):
    """What people let pass here. A picture that two let go: its signature, sealed; the items that it was seen
    to agree with, and those of which it was the very file. Or one `file` alone, which the gate had refused,
    with all items with which it surely agreed then. It goes with its review (`name`)."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="let_go")
    name = models.CharField(max_length=32, unique=True)
    at = models.DateTimeField()
    items = models.JSONField(default=list)
    exact = models.JSONField(default=list)
    sealed = models.BinaryField(null=True)
    file = models.CharField(max_length=40, blank=True, default="")

    def __str__(self) -> str:
        return "LetGo"


class Step(models.Model):
    """One step of one review: who, when, why. Append-only, until its whole review is forgotten."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="steps")
    at = models.DateTimeField()
    before = models.CharField(max_length=12)
    after = models.CharField(max_length=12)
    member = models.ForeignKey(_MEMBER, null=True, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=10, blank=True)
    why = models.TextField(blank=True)
    forget_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"Step({self.before} → {self.after})"


class Statement(models.Model):
    """Why an upload is refused, field by field as article 17(3) of Regulation (EU) 2022/2065 asks."""

    review = models.OneToOneField(Review, on_delete=models.PROTECT, related_name="statement")
    restriction = models.CharField(max_length=20)
    scope = models.CharField(max_length=200)
    until = models.DateTimeField(null=True)
    facts = models.TextField()
    source = models.CharField(max_length=20)
    automated_detection = models.BooleanField()
    automated_decision = models.BooleanField()
    ground = models.CharField(max_length=40)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return "Statement"


class Appeal(models.Model):
    """An objection to a decision, and its answer. `decision`: the upload, where it is another than the one at
    hand. `against`: what stood when it came, `refuse` or `allow`; it is upheld where something else does
    after."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="objections")
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, null=True, related_name="+")
    number = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    text = models.TextField()
    against = models.CharField(max_length=10, default="refuse")
    answer = models.TextField(blank=True)
    upheld = models.BooleanField(null=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["review", "number"], name="review_appeal_once"),)

    def __str__(self) -> str:
        return "Appeal"


class Worker(models.Model):
    """How someone at the desk is doing: their stretch of work, what they saw today, their wishes."""

    member = models.OneToOneField(_MEMBER, on_delete=models.CASCADE, related_name="review_worker")
    began_at = models.DateTimeField(null=True)
    last_at = models.DateTimeField(null=True)
    resting_until = models.DateTimeField(null=True)
    day = models.DateField(null=True)
    looks = models.PositiveIntegerField(default=0)
    decisions = models.PositiveIntegerField(default=0)
    budget = models.PositiveIntegerField(null=True)
    shortcuts = models.BooleanField(default=True)
    undo_seconds = models.PositiveSmallIntegerField(default=10)

    def __str__(self) -> str:
        return "Worker"


class OutgoingOpinion(Claimable):
    """What the desk found of a banked item, for the bank that the hash came from. `source`: the exchange that
    is followed without a hotline, empty for the hotline's feed. `depth`: of a hundred, how much of the item's
    family agreed with what was looked at."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="opinions")
    exchange = models.CharField(max_length=20)
    source = models.CharField(max_length=100, blank=True, default="")
    item = models.CharField(max_length=64)
    opinion = models.CharField(max_length=12)
    depth = models.PositiveSmallIntegerField(null=True)
    state = models.CharField(max_length=10, default="due")
    made_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(
                fields=["source", "due_at"], name="review_opinion_due", condition=Q(due_at__isnull=False)
            ),
        )
        constraints = (
            claim_ends("review_opinion_claim_ends"),
            models.CheckConstraint(
                condition=Q(state__in=["due", "answered", "replaced", "given-up"]),
                name="review_opinion_state",
            ),
        )

    def __str__(self) -> str:
        return f"OutgoingOpinion({self.opinion}, {self.state})"
