"""Who follows our feeds, what they have taken in and think of it, and what partners are told of theirs.

In: `subscribers`, `opinions`, `feedback`. Out: rows. Next: the operator, who sees who lags.
"""

from django.db import models
from django.db.models import Q

from repit.exchanges.models import Partner
from repit.foundation.jobs.claims import Claimable, claim_ends, due_index


class Subscriber(models.Model):
    """A platform or hotline that may follow, what it was granted, what it requires, and how far it is.

    `exchanges`, `kinds` and `confirmed_by`: one a line. `fetched` is the change up to which everything
    was sent to it, whatever the protocol; `acknowledged` the one up to which it says that it has taken it in.
    `people`: whether moderators of its own speak through its desk's key; `party`: who it belongs to, where
    several subscribers belong to one (empty: to itself). What it says does not count while `muted_at` is set.
    `by_hash_…`: of a subscriber that is told by hash what to forget, the last day it came, what was sent
    last, the second it was told to go on from, and how far it has everything (`by_hash`). `public_name`: how
    it is called on the pages for people, once it is `named`: "yes"; "asked" where it waits for the hotline.
    """

    name = models.CharField(max_length=100, unique=True)
    active = models.BooleanField(default=True)
    exchanges = models.CharField(max_length=100, default="repit\nstopncii\nncmec")
    kinds = models.CharField(max_length=100, default="intimate\ndeepfake")
    sees_anchored = models.BooleanField(default=False)
    min_confirmations = models.IntegerField(default=1)
    confirmed_by = models.CharField(max_length=1100, blank=True, default="")
    people = models.BooleanField(default=False)
    party = models.CharField(max_length=100, blank=True, default="")
    muted_at = models.DateTimeField(null=True)
    agreed_on = models.DateField(null=True)
    added_at = models.DateTimeField()
    begins_after = models.BigIntegerField(default=0)
    last_used_at = models.DateTimeField(null=True)
    fetched = models.BigIntegerField(default=0)
    fetched_at = models.DateTimeField(null=True)
    acknowledged = models.BigIntegerField(default=0)
    acknowledged_at = models.DateTimeField(null=True)
    by_hash_on = models.DateField(null=True)
    by_hash_sent = models.BigIntegerField(default=0)
    by_hash_next = models.BigIntegerField(null=True)
    by_hash_heard = models.BigIntegerField(default=0)
    public_name = models.CharField(max_length=60, blank=True, default="")
    named = models.CharField(max_length=5, blank=True, default="")

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(named="", public_name="") | (Q(named__in=["asked", "yes"]) & ~Q(public_name="")),
                name="subscriber_named_by_a_name",
            ),
            models.CheckConstraint(condition=Q(acknowledged__gte=0), name="subscriber_counts_up"),
            models.CheckConstraint(condition=Q(min_confirmations__gte=1), name="subscriber_requires_one"),
        )

    def __str__(self) -> str:
        return self.name


class SubscriberKey(models.Model):
    """A key that opens for a subscriber. It is shown once and kept as a keyed digest only.

    `ends_at` is set when another takes its place: until then both open. `desk`: it opens nothing but
    opinions, and what is said with it was said by people.
    """

    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE, related_name="keys")
    key_id = models.CharField(max_length=20, unique=True)
    digest = models.BinaryField(max_length=32)
    desk = models.BooleanField(default=False)
    added_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return "SubscriberKey"


class Access(models.Model):
    """What one subscriber fetched from one endpoint in one minute: numbers of changes, not their content."""

    id = models.BigAutoField(primary_key=True)
    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE, related_name="accesses")
    endpoint = models.CharField(max_length=20)
    minute = models.DateTimeField(db_index=True)
    begins = models.BigIntegerField()
    through = models.BigIntegerField()
    fetches = models.IntegerField()
    records = models.BigIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["subscriber", "endpoint", "minute"], name="access_once_a_minute"),
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

    `tags`: one a line. `people`: given with its desk's key; `depth`: how much of the item's family agreed
    with what these people saw, of a hundred.
    """

    id = models.BigAutoField(primary_key=True)
    subscriber = models.ForeignKey(Subscriber, on_delete=models.PROTECT, related_name="opinions")
    item = models.CharField(max_length=64, db_index=True)
    opinion = models.CharField(max_length=12)
    tags = models.CharField(max_length=600, blank=True)
    people = models.BooleanField(null=True)  # null: said before there were desks' keys, by who knows whom
    depth = models.SmallIntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(opinion__in=["blocked", "not_blocked", "pending", "none"]), name="opinion_known"
            ),
        )


class Moved(models.Model):
    """How much one subscriber moved in one hour, by what it was; kept for two days."""

    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE, related_name="moved")
    what = models.CharField(max_length=12)
    hour = models.DateTimeField()
    count = models.BigIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["subscriber", "what", "hour"], name="moved_once_an_hour"),
        )

    def __str__(self) -> str:
        return "Moved"


class Alarm(models.Model):
    """A subscriber moved more than one may, by `what`; open until a person has seen to it."""

    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE, related_name="alarms")
    what = models.CharField(max_length=12)
    at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    by = models.CharField(max_length=100, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["subscriber", "what"],
                condition=Q(closed_at__isnull=True),
                name="alarm_once_open",
            ),
        )

    def __str__(self) -> str:
        return "Alarm"


class Feedback(Claimable):
    """What is thought here of a partner's item, to be told to it when due; the latest opinion only."""

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="+")
    item = models.CharField(max_length=64)
    view = models.CharField(max_length=12)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (due_index("feedback_is_due"),)
        constraints = (
            claim_ends("feedback_claim_ends"),
            models.UniqueConstraint(fields=["partner", "item"], name="feedback_once_an_item"),
            models.CheckConstraint(
                condition=Q(view__in=["blocked", "not_blocked", "pending"]), name="feedback_view_known"
            ),
        )

    def __str__(self) -> str:
        return "Feedback"


class FeedbackCursor(models.Model):
    """Up to which opinion and which transition a partner's items were looked through for what to tell it."""

    partner = models.OneToOneField(Partner, on_delete=models.CASCADE, primary_key=True, related_name="+")
    opinion = models.BigIntegerField(default=0)
    transition = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return "FeedbackCursor"
