"""Rows that tell nothing: neither what they hold, nor of which kind, nor whose.

In: `store`. Out: rows. Next: nobody outside this room.
"""

from django.db import models

from repit.foundation.fields import RandomKey


class Kept(models.Model):
    """`digest` is of a browser's secret and a use; `until`, to the minute, is when the row is deleted."""

    id = RandomKey()
    digest = models.BinaryField(max_length=32, unique=True)
    sealed = models.BinaryField()
    until = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return "Kept"
