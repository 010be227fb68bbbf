"""What has been done lately, and what was used up: rows that tell neither what, nor by whom.

In: `counting`, `once`, `hour`. Out: rows. Next: nobody outside this room.

`Count` and `Salt` are kept out of PostgreSQL's log (`unlogged`): no archive and no replica gets the salt of
an hour, and a count costs no write to the disk. A server that crashes begins them anew; what was used up once
(`Spent`) stays used.
"""

from django.db import models


class Count(models.Model):
    """When something was done: pairs of a moment, in seconds since 1970, and how often; until none counts."""

    slot = models.CharField(max_length=64, primary_key=True)
    moments = models.JSONField()
    ends_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return "Count"


class Salt(models.Model):
    """One row: the salt of the hour, without which no count of an origin is found."""

    salt = models.BinaryField(max_length=32)
    ends_at = models.DateTimeField()

    class Meta:
        constraints = (models.CheckConstraint(condition=models.Q(pk=1), name="limits_has_one_salt"),)

    def __str__(self) -> str:
        return "Salt"


class Spent(models.Model):
    """Something that works once and was used (`once`), until it could not be used any more in any case."""

    digest = models.CharField(max_length=64, primary_key=True)
    ends_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return "Spent"
