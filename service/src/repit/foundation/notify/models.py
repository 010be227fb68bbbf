"""News on its way, problems that are known, and where members of staff want mail.

In: `problems`, `work_mail`. Out: five tables. Next: `outbox`, `work_mail`. An address is sealed; of what
waits only keyed digests stand here, which say nothing of which case it is.
"""

from django.db import models
from django.db.models import Q

from repit.foundation.fields import RandomKey
from repit.foundation.jobs.claims import Claimable, claim_ends, due_index
from repit.foundation.staff.models import Member


class Look(Claimable):
    """Something that one process at a time looks after; `due_at`: when next."""

    name = models.CharField(max_length=20, primary_key=True)

    class Meta:
        constraints = (claim_ends("notify_look_claim"),)

    def __str__(self) -> str:
        return "Look"


class KnownProblem(models.Model):
    """A problem that was seen. `seen`: in how many looks in a row; `missed`: since how many it is gone."""

    key = models.CharField(max_length=100, primary_key=True)
    mark = models.CharField(max_length=200, blank=True)
    seen = models.PositiveIntegerField(default=0)
    missed = models.PositiveIntegerField(default=0)
    announced = models.BooleanField(default=False)
    words = models.JSONField(default=dict)

    def __str__(self) -> str:
        return "KnownProblem"


class OperatorNews(Claimable):
    """One message on its way by one channel; it goes once it was delivered. `given_up_on`: the day on which
    nothing more was tried."""

    id = models.CharField(max_length=40, primary_key=True)
    channel = models.CharField(max_length=10)
    content = models.JSONField()
    made_at = models.DateTimeField()
    given_up_on = models.DateField(null=True)

    class Meta:
        constraints = (
            claim_ends("notify_news_claim"),
            models.CheckConstraint(
                condition=Q(channel__in=["mail", "webhook"]), name="notify_news_channel_known"
            ),
        )
        indexes = (due_index("notify_news_due"),)

    def __str__(self) -> str:
        return "OperatorNews"


class WorkAddress(Claimable):
    """Where a member wants to be told that something waits; `due_at`: when the next mail goes. Quiet hours
    are minutes of the day on the clocks of `zone`; equal: none."""

    id = RandomKey()
    member = models.OneToOneField(Member, on_delete=models.CASCADE, related_name="work_address")
    sealed = models.BinaryField()
    version = models.PositiveIntegerField(default=1)
    zone = models.CharField(max_length=40)
    quiet_from = models.PositiveSmallIntegerField(default=0)
    quiet_to = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            claim_ends("notify_address_claim"),
            models.CheckConstraint(
                condition=Q(quiet_from__lt=1440) & Q(quiet_to__lt=1440), name="notify_quiet_hours_of_a_day"
            ),
        )
        indexes = (due_index("notify_address_due"),)

    def __str__(self) -> str:
        return "WorkAddress"


class Announced(models.Model):
    """That a member was told of one thing that waits: a keyed digest, which names it to nobody."""

    id = RandomKey()
    address = models.ForeignKey(WorkAddress, on_delete=models.CASCADE, related_name="announced")
    mark = models.BinaryField(max_length=16)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["address", "mark"], name="notify_told_once"),)

    def __str__(self) -> str:
        return "Announced"
