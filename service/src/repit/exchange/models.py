"""Who follows our feeds, and what they have taken in and think of it.

In: `subscribers`. Out: rows. Next: the operator, who sees who lags.
"""

from django.db import models
from django.db.models import Q


class Subscriber(models.Model):
    """A platform or hotline that may follow, what it was granted, what it demands, and how far it is.

    `exchanges`, `kinds` and `confirmed_by`: one a line. `fetched` is the change up to which everything was
    sent to it, whatever the protocol; `acknowledged` the one up to which it says that it has taken it in.
    """

    name = models.CharField(max_length=100, unique=True)
    active = models.BooleanField(default=True)
    exchanges = models.CharField(max_length=100, default="repit\nstopncii\nncmec")
    kinds = models.CharField(max_length=100, default="intimate\ndeepfake")
    sees_anchored = models.BooleanField(default=False)
    min_confirmations = models.IntegerField(default=1)
    confirmed_by = models.CharField(max_length=1100, blank=True, default="")
    agreed_on = models.DateField(null=True)
    added_at = models.DateTimeField()
    begins_after = models.BigIntegerField(default=0)
    last_used_at = models.DateTimeField(null=True)
    fetched = models.BigIntegerField(default=0)
    fetched_at = models.DateTimeField(null=True)
    acknowledged = models.BigIntegerField(default=0)
    acknowledged_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(acknowledged__gte=0), name="subscriber_counts_up"),
            models.CheckConstraint(condition=Q(min_confirmations__gte=1), name="subscriber_demands_one"),
        )

    def __str__(self) -> str:
        return self.name


class SubscriberKey(models.Model):
    """A key that opens for a subscriber. It is shown once and kept as a keyed digest only.

    `ends_at` is set when another takes its place: until then both open.
    """

    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE, related_name="keys")
    key_id = models.CharField(max_length=20, unique=True)
    digest = models.BinaryField(max_length=32)
    added_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return "SubscriberKey"


class Access(models.Model):
    """What one subscriber fetched through one door in one minute: numbers of changes, not what they hold."""

    id = models.BigAutoField(primary_key=True)
    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE, related_name="accesses")
    door = models.CharField(max_length=20)
    minute = models.DateTimeField(db_index=True)
    begins = models.BigIntegerField()
    through = models.BigIntegerField()
    fetches = models.IntegerField()
    records = models.BigIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["subscriber", "door", "minute"], name="access_once_a_minute"),
        )


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
