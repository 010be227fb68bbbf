"""What waits at the storage's channel, what was found there, and how far a scan has come.

In: `queue`, `findings`, `scan_worker`. Out: rows. Next: `worker`, the commands.

The names of objects may say who uploaded them, and an ETag is often a digest of the file. Both stand only
sealed under the operator's key; rows are found again by a keyed digest.
"""

from django.db import models
from django.db.models import Q

from repit.foundation.clock import now
from repit.foundation.jobs.claims import Claimable, claim_ends, due_index
from repit.platform.integrations.s3.states import FINDING, QUEUED, SCAN


class QueuedObject(Claimable):
    """One object to be looked at. `news` changes with each notification, so that none is lost while the
    object is in someone's hands; `decision` is what was decided of these very news and could not be carried
    out yet."""

    digest = models.CharField(max_length=64, unique=True)
    location = models.BinaryField()
    news = models.CharField(max_length=32)
    state = models.CharField(max_length=10, default="waiting")
    decision = models.CharField(max_length=32, blank=True, default="")
    taken_in_at = models.DateTimeField()

    class Meta:
        indexes = (due_index("storage_queued_due"),)
        constraints = (
            claim_ends("storage_queued_claim_ends"),
            models.CheckConstraint(condition=Q(state__in=QUEUED), name="storage_queued_state"),
        )

    def __str__(self) -> str:
        return f"QueuedObject({self.state})"


class Scan(Claimable):
    """One walk through a bucket, claimed for a page at a time. `marker` is where it goes on, sealed like the
    bucket's name."""

    name = models.CharField(max_length=32, unique=True)
    location = models.BinaryField()
    marker = models.BinaryField(default=bytes)
    version = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=10, default="running")
    versions = models.BooleanField(default=False)
    dry_run = models.BooleanField(default=False)
    per_second = models.PositiveIntegerField(default=0)
    begun_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    forget_at = models.DateTimeField(null=True)
    seen = models.BigIntegerField(default=0)
    bytes = models.BigIntegerField(default=0)
    passed = models.BigIntegerField(default=0)
    blocked = models.BigIntegerField(default=0)
    review = models.BigIntegerField(default=0)
    unread = models.BigIntegerField(default=0)

    class Meta:
        indexes = (due_index("storage_scan_due"),)
        constraints = (
            claim_ends("storage_scan_claim_ends"),
            models.CheckConstraint(condition=Q(state__in=SCAN), name="storage_scan_state"),
        )

    def __str__(self) -> str:
        return f"Scan({self.state})"


class Finding(models.Model):
    """One object that was not simply let be, and what was done with it.

    `item` and `reason`: on what it rests, or why it could not be decided; both outlive the decision.
    `looked_for_at`: when it was last known whether it stands there; `gone_at`: since when it does not."""

    name = models.CharField(max_length=32, unique=True)
    digest = models.CharField(max_length=64, db_index=True)
    location = models.BinaryField()
    state = models.CharField(max_length=10)
    decision = models.CharField(max_length=32, blank=True, db_index=True)
    outcome = models.CharField(max_length=10)
    rule = models.CharField(max_length=60, blank=True)
    tier = models.CharField(max_length=20, blank=True)
    reason = models.CharField(max_length=60, blank=True)
    item = models.CharField(max_length=64, blank=True, default="")
    followed = models.CharField(max_length=10, blank=True)
    at = models.DateTimeField()
    looked_for_at = models.DateTimeField(default=now, db_index=True)
    gone_at = models.DateTimeField(null=True)
    forget_at = models.DateTimeField(null=True)
    scan = models.ForeignKey(Scan, null=True, on_delete=models.PROTECT, related_name="findings")

    class Meta:
        indexes = (models.Index(fields=["outcome", "state"], name="storage_finding_reviewed"),)
        constraints = (models.CheckConstraint(condition=Q(state__in=FINDING), name="storage_finding_state"),)

    def __str__(self) -> str:
        return f"Finding({self.state})"


class Step(models.Model):
    """One change of a finding: when, by whom (the gate or a person), why. Append-only."""

    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="steps")
    at = models.DateTimeField()
    before = models.CharField(max_length=10, blank=True)
    after = models.CharField(max_length=10)
    actor = models.CharField(max_length=20)
    why = models.CharField(max_length=200, blank=True)
    forget_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"Step({self.before} → {self.after})"
