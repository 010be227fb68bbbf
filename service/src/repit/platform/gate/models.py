"""What the gate decided, without the media.

In: `decisions`. Out: three tables. Next: the review desk, statements of reasons, counts; `tallies`.

Neither the upload nor any hash of it is kept: a decision names the banked items it rests on, how near they
are, and which parts of the upload agree, as rectangles. Of what was refused or waits for people, a keyed
digest tells the very file again, so that it passes once people have let it go; without the operator's key it
tells nothing. Uploads that
nothing is known of leave no row of their own, only a count by the hour. `review.forgetting` deletes decisions
in time; the counts, which say nothing of anyone, stay.
"""

from django.db import models


class Decision(models.Model):
    """One verdict that was not a plain pass: what, by which rule, on which evidence, how fast.

    `source`: the exchange that the gate follows itself and that `item` came from; empty for the hotline's
    feed. `also`: every item with which it surely agrees, each with its source; `evidence` is cut to the
    strongest few. `file`: by what the very file is known again (`inspection.files`), where there was one.
    """

    name = models.CharField(max_length=32, primary_key=True)
    at = models.DateTimeField()
    channel = models.CharField(max_length=40)
    outcome = models.CharField(max_length=10)
    would_be = models.CharField(max_length=10, blank=True)
    rule = models.CharField(max_length=60)
    undecided = models.CharField(max_length=40, blank=True)
    item = models.CharField(max_length=64, blank=True)
    origin = models.CharField(max_length=100, blank=True)
    kind = models.CharField(max_length=20, blank=True)
    tier = models.CharField(max_length=20, blank=True)
    distance = models.PositiveSmallIntegerField(null=True)
    turned = models.CharField(max_length=20, blank=True)
    items = models.PositiveIntegerField(default=0)
    milliseconds = models.PositiveIntegerField()
    sequence = models.BigIntegerField()
    exchange = models.CharField(max_length=20, blank=True)
    source = models.CharField(max_length=100, blank=True, default="")
    indicators = models.CharField(max_length=600, blank=True)
    evidence = models.JSONField(default=list)
    also = models.JSONField(default=list)
    file = models.CharField(max_length=40, blank=True, default="")
    queued = models.BooleanField(default=False)
    forget_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(fields=["at"], name="gate_decision_at"),
            models.Index(
                fields=["forget_at"],
                name="gate_decision_to_forget",
                condition=models.Q(forget_at__isnull=False),
            ),
            models.Index(fields=["outcome", "queued", "at"], name="gate_decision_to_queue"),
        )
        constraints = (
            models.CheckConstraint(
                condition=models.Q(outcome__in=["allow", "review", "block"]), name="gate_decision_outcome"
            ),
        )

    def __str__(self) -> str:
        return f"Decision({self.outcome}, {self.rule})"

    def sources(self) -> dict[str, str]:
        """The items with which it surely agrees, and where each came from."""
        return dict(self.also)


class DecisionCount(models.Model):
    """How many uploads met one outcome by one rule at one channel within one hour."""

    hour = models.DateTimeField()
    channel = models.CharField(max_length=40)
    outcome = models.CharField(max_length=10)
    rule = models.CharField(max_length=60)
    count = models.BigIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["hour", "channel", "outcome", "rule"], name="gate_count_once"),
        )

    def __str__(self) -> str:
        return f"DecisionCount({self.outcome}, {self.rule})"


class MatchTally(models.Model):
    """How often uploads met one item since a moment; `ends` is set once the count is ready to be reported."""

    item = models.CharField(max_length=64)
    count = models.BigIntegerField()
    begins = models.DateTimeField()
    ends = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["item"], condition=models.Q(ends__isnull=True), name="gate_tally_open_once"
            ),
        )

    def __str__(self) -> str:
        return "MatchTally"
