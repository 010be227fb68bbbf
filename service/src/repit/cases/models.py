"""Cases at rest: a thief of the database learns how many there are and on which days they opened.

In: `receipts`, `service`. Out: rows. Next: nobody outside this room.
"""

from django.db import models

from repit.foundation.fields import RandomKey


class Case(models.Model):
    """One case. Its own random key opens its links, and is sealed under the person's secret.

    `lookup` is a keyed digest of the public number, `verifier` one of what Argon2id makes of the secret. Only
    the day is kept: a time of day would match the moment at which an item appeared in the bank.
    """

    id = RandomKey()
    lookup = models.BinaryField(max_length=32, unique=True)
    salt = models.BinaryField(max_length=16)
    verifier = models.BinaryField(max_length=32)
    sealed_key = models.BinaryField()
    opened_on = models.DateField()

    def __str__(self) -> str:
        return "Case"


class CaseItem(models.Model):
    """A link from a case to an item of the bank, sealed twice: by the case's key, then by the operator's."""

    id = RandomKey()
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="items")
    number = models.SmallIntegerField()
    version = models.IntegerField(default=1)
    sealed = models.BinaryField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["case", "number"], name="case_counts_its_items"),)

    def __str__(self) -> str:
        return "CaseItem"
