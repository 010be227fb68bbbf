"""Which installation this database is of, the audit's rows, and when what is done each night was last done.

In: `installation`, `audit`, `hotline.loops.upkeep`. Out: four tables. Next: `installation.prove`,
`audit.verify`, an operator who must show what was done.
"""

from django.db import models


class Installation(models.Model):
    """One row, by which a database knows its key, its role and the version that brought it into form."""

    identity = models.CharField(max_length=32)
    role = models.CharField(max_length=8)
    key_check = models.BinaryField()
    fingerprint = models.CharField(max_length=9)
    version = models.CharField(max_length=40)
    made_on = models.DateField()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=models.Q(pk=1), name="database_has_one_installation"),
        )

    def __str__(self) -> str:
        return "Installation"


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
