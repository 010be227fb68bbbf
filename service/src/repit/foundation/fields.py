"""A primary key that betrays nothing.

In: nothing. Out: `RandomKey`, a model field. Next: tables whose rows must not be linkable to those of others.

Rows with counted keys lie in the order of their making, so the n-th case and the n-th item would be known
to belong together. Under this key SQLite itself stores rows in the order of the random number (`integer
primary key` is its row number). PostgreSQL keeps its own order on disk until the table is rewritten: see
THREAT-MODEL.
"""

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from repit.foundation.ids import random_key


class RandomKey(models.BigIntegerField):  # type: ignore[type-arg]
    """62 random bits, as primary key."""

    def __init__(self, **options: Any) -> None:
        options.update(primary_key=True, default=random_key, editable=False)
        super().__init__(**options)

    def deconstruct(self) -> Any:
        name, path, args, options = super().deconstruct()
        for option in ("primary_key", "default", "editable"):
            options.pop(option, None)
        return name, path, args, options

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return "integer" if connection.vendor == "sqlite" else "bigint"

    def rel_db_type(self, connection: BaseDatabaseWrapper) -> str:
        return self.db_type(connection)
