"""The tables of a database as they are, be that the form of today or an earlier one.

In: a connection. Out: its form: the migrations that it has had, and models of that form; the rows of a model,
line by line. Next: `making`, `restoring`.

Models are those that the migrations make, not the classes of the code: so a backup can be made after new code
was installed and before the database is migrated, as the message at that start asks.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader
from django.db.models import TextField
from django.db.models.functions import Cast

from repit.foundation.backups import columns, parts, refusals

AT_ONCE: Final = 2_000
Migration = tuple[str, str]
Model = type[models.Model]


@dataclass(frozen=True, slots=True)
class Form:
    """`migrations`: sorted; `tables`: models of that form, without those that no backup holds."""

    migrations: tuple[Migration, ...]
    tables: tuple[Model, ...]

    def table(self, label: str) -> Model | None:
        """The model of this label, in lower case."""
        return next((model for model in self.tables if model._meta.label_lower == label), None)


def present() -> Form:
    """The form that the database has now. Raises `InputRefused` where this code cannot know it."""
    loader = MigrationLoader(connection)
    applied = sorted(loader.applied_migrations)
    if not applied:
        raise refusals.nothing_there()
    strange = sorted({app for app, _ in applied} - loader.migrated_apps)
    if strange:
        raise refusals.more_than_this_role(strange)
    if any(key not in loader.disk_migrations and key not in loader.replacements for key in applied):
        raise refusals.database_is_newer()
    nodes = [key for key in applied if key in loader.graph.nodes]
    made = loader.project_state(nodes).apps.get_models(include_auto_created=True)
    out = parts.left_out()
    kept = [model for model in made if model._meta.managed and model._meta.label_lower not in out]
    return Form(tuple(applied), tuple(sorted(kept, key=lambda model: model._meta.label_lower)))


def known() -> frozenset[Migration]:
    """Every migration that this code has."""
    return frozenset(MigrationLoader(None).disk_migrations)


def fields(model: Model) -> list[Any]:
    """The columns of a table, in the order of its model."""
    return list(model._meta.concrete_fields)


def lines(model: Model, using: BaseDatabaseWrapper = connection) -> Iterator[str]:
    """A line that names the table and its columns, then one for each row, by its key."""
    held = fields(model)
    kinds = [columns.kind(field) for field in held]
    yield json.dumps({"table": model._meta.label_lower, "columns": [field.attname for field in held]})
    asked = [
        Cast(field.attname, TextField()) if kind is columns.JSON else field.attname
        for field, kind in zip(held, kinds, strict=True)
    ]
    turned = [(place, kind.out) for place, kind in enumerate(kinds) if kind.out is not None]
    rows = model._base_manager.using(using.alias).order_by("pk").values_list(*asked)
    for row in rows.iterator(chunk_size=AT_ONCE):
        values = list(row)
        for place, out in turned:
            if values[place] is not None:
                values[place] = out(values[place])
        yield json.dumps(values, separators=(",", ":"))
