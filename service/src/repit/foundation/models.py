"""The audit's rows, and when what is done each night was last done.

In: `audit`, `hotline.loops.upkeep`. Out: three tables. Next: `audit.verify`, an operator who must show what
was done.
"""

from django.db import models


class AuditHead(models.Model):
    """One row, locked while a row is appended: the number and digest of the newest."""

    sequence = models.BigIntegerField(default=0)
    digest = models.BinaryField(default=bytes)

    class Meta:
        constraints = (models.CheckConstraint(condition=models.Q(pk=1), name="audit_has_one_head"),)


class AuditRow(models.Model):
    """Who did what to which thing, when and why; chained to the row before. Never of a person's content."""

    sequence = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    actor = models.CharField(max_length=100)
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=100)
    reason = models.CharField(max_length=200, blank=True)
    digest = models.BinaryField()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=models.Q(sequence__gt=0), name="audit_counts_from_one"),
        )


class Upkeep(models.Model):
    """The day on which one thing that is done each night was last done, and how far it came."""

    name = models.CharField(max_length=40, primary_key=True)
    done_on = models.DateField(null=True)
    reached = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return "Upkeep"
