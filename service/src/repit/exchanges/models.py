"""Other exchanges that this installation pulls from, and what of theirs was not taken.

In: `partners`, `pulling`. Out: rows. Next: the operator, who sees who lags.
"""

from django.db import models
from django.db.models import Q

from repit.foundation.jobs.claims import Claimable, claim_ends, due_index


class Partner(Claimable):
    """Another exchange that is pulled from. Its credentials are sealed.

    `checkpoint` is how far a hotline's bank has come; a gate keeps its own beside what it holds. `run`
    numbers whole readings. It is pulled from when it is due and `active`. `skipped`: records of types that
    are of no use here.
    """

    name = models.CharField(max_length=60, unique=True)
    kind = models.CharField(max_length=20)
    address = models.CharField(max_length=500)
    sealed = models.BinaryField()
    item_kind = models.CharField(max_length=10, default="intimate")
    publish = models.BooleanField(default=True)
    gives_feedback = models.BooleanField(default=False)
    active = models.BooleanField(default=True)
    may_shrink = models.BooleanField(default=False)
    every_seconds = models.IntegerField()
    checkpoint = models.TextField(blank=True, default="")
    run = models.BigIntegerField(default=0)
    records = models.BigIntegerField(default=0)
    skipped = models.BigIntegerField(default=0)
    tried_at = models.DateTimeField(null=True)
    current_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (due_index("partner_is_due"),)
        constraints = (
            claim_ends("partner_claim_ends"),
            models.CheckConstraint(condition=Q(every_seconds__gte=1), name="partner_rests_between"),
            models.CheckConstraint(condition=Q(item_kind__in=["intimate", "deepfake"]), name="partner_kind"),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def source(self) -> str:
        """The origin of what it tells of: exchange and partner."""
        return f"{self.kind}/{self.name}"


class RejectedRecord(models.Model):
    """A partner's record that was not taken: where it stood, why, how often. Never its content."""

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="rejected")
    where = models.CharField(max_length=120)
    reason = models.CharField(max_length=200)
    times = models.IntegerField(default=1)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["partner", "where", "reason"], name="rejected_once_a_record"),
        )

    def __str__(self) -> str:
        return "RejectedRecord"


class UnmatchedHash(models.Model):
    """A hash of a video that a partner holds and that is not matched here, as a keyed digest: it is counted.
    `run`: the whole reading that last saw it."""

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="unmatched")
    digest = models.BinaryField(max_length=32)
    run = models.BigIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["partner", "digest"], name="unmatched_once"),)

    def __str__(self) -> str:
        return "UnmatchedHash"
