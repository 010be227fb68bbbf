"""Who follows our feeds, and what they have taken in and think of it.

In: `subscribers`. Out: rows. Next: the operator, who sees who lags.
"""

from django.db import models
from django.db.models import Q


class Subscriber(models.Model):
    """A platform or hotline with a key. The key itself is shown once and kept as a keyed digest only."""

    name = models.CharField(max_length=100, unique=True)
    key_id = models.CharField(max_length=20, unique=True)
    key_digest = models.BinaryField(max_length=32)
    active = models.BooleanField(default=True)
    sees_anchored = models.BooleanField(default=False)
    min_confirmations = models.IntegerField(default=1)
    added_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    acknowledged = models.BigIntegerField(default=0)
    acknowledged_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(acknowledged__gte=0), name="subscriber_counts_up"),
            models.CheckConstraint(condition=Q(min_confirmations__gte=1), name="subscriber_demands_one"),
        )

    def __str__(self) -> str:
        return self.name


class WithdrawalAcknowledged(models.Model):
    """A subscriber says that it has forgotten an item."""

    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE, related_name="withdrawals")
    item = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["subscriber", "item"], name="withdrawal_acknowledged_once"),
        )


class Opinion(models.Model):
    """What a subscriber thinks of an item. Append-only: of several by one subscriber the latest counts.

    `tags`: one a line.
    """

    id = models.BigAutoField(primary_key=True)
    subscriber = models.ForeignKey(Subscriber, on_delete=models.PROTECT, related_name="opinions")
    item = models.CharField(max_length=64, db_index=True)
    opinion = models.CharField(max_length=12)
    tags = models.CharField(max_length=600, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(opinion__in=["blocked", "not_blocked", "pending", "none"]), name="opinion_known"
            ),
        )
