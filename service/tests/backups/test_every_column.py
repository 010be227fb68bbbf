"""Every column of every table comes back as it was, on either database and from one to the other."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.apps.registry import Apps
from django.db import connections, models
from django.db.models import Value
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from repit.foundation.backups import columns, filling, tables
from repit.foundation.configuration.databases import database

pytestmark = pytest.mark.timeout(1800)

JSON_NULL = object()
PATHS = {
    "SQLite": ("one", "two", "one"),
    "PostgreSQL": ("pg", "pg", "pg"),
    "SQLite to PostgreSQL and back": ("one", "pg", "two"),
    "PostgreSQL to SQLite and back": ("pg", "one", "pg"),
}


def bare(field: Any) -> Any:
    """A column of this shape, without what binds it to other columns and rows."""
    while isinstance(field, models.ForeignKey):
        field = field.target_field
    if field.primary_key and isinstance(field, models.IntegerField):
        return models.BigIntegerField(null=True)
    alone = field.clone()
    alone.primary_key = alone._unique = alone.db_index = False
    alone.auto_created = False
    alone.default = models.NOT_PROVIDED
    return alone


def shapes() -> dict[tuple[Any, ...], Any]:
    found = {}
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.concrete_fields:
            column = bare(field)
            found[(column.get_internal_type(), column.max_length, column.null)] = column
    # What no table of ours has yet, but a later column may.
    for column in (
        models.JSONField(null=True),
        models.DurationField(null=True),
        models.TimeField(null=True),
        models.FloatField(null=True),
        models.DecimalField(null=True, max_digits=12, decimal_places=3),
        models.UUIDField(null=True),
    ):
        found.setdefault((column.get_internal_type(), column.max_length, column.null), column)
    return found


SHAPES = list(shapes().values())


class Meta:
    apps = Apps()
    app_label = "scratch"


Everything: Any = type(
    "Everything",
    (models.Model,),
    {
        "__module__": __name__,
        "Meta": Meta,
        "id": models.BigIntegerField(primary_key=True),
        **{f"c{number}": field for number, field in enumerate(SHAPES)},
    },
)

# Neither database holds a NUL, nor half of a pair of surrogates, in a text.
TEXT = st.characters(exclude_categories=["Cs"], exclude_characters="\x00")
# PostgreSQL writes a larger number that is no whole one in all its digits, as if it were.
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**80), 2**80) | st.floats(-(2**53), 2**53) | st.text(TEXT),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(TEXT), inner, max_size=3),
    max_leaves=6,
)
INTEGERS = {
    "SmallIntegerField": (-(2**15), 2**15 - 1),
    "PositiveSmallIntegerField": (0, 2**15 - 1),
    "IntegerField": (-(2**31), 2**31 - 1),
    "PositiveIntegerField": (0, 2**31 - 1),
}


def values(field: Any) -> st.SearchStrategy[Any]:
    match field:
        case models.JSONField():
            of = JSON.map(lambda value: JSON_NULL if value is None else value)
        case models.BinaryField():
            of = st.binary()
        case models.DateTimeField():
            of = st.datetimes(timezones=st.just(UTC))
        case models.DateField():
            of = st.dates()
        case models.TimeField():
            of = st.times()
        case models.DurationField():
            # SQLite holds microseconds in 64 bits.
            of = st.timedeltas(-timedelta(days=10**8), timedelta(days=10**8))
        case models.DecimalField():
            of = st.decimals(-(10**8), 10**8, places=3)
        case models.UUIDField():
            of = st.uuids()
        case models.BooleanField():
            of = st.booleans()
        case models.IntegerField():
            of = st.integers(*INTEGERS.get(field.get_internal_type(), (-(2**63), 2**63 - 1)))
        case models.FloatField():
            of = st.floats(allow_nan=False)
        case _:
            of = st.text(TEXT, max_size=field.max_length)
    return st.none() | of if field.null else of


ROWS = st.lists(st.tuples(*map(values, SHAPES)), min_size=1, max_size=3)


@pytest.fixture(scope="module")
def databases(
    postgresql: tuple[str, Path], tmp_path_factory: pytest.TempPathFactory, django_db_blocker: Any
) -> Iterator[None]:
    folder = tmp_path_factory.mktemp("columns")
    added = {name: database("", folder / f"{name}.sqlite3") for name in ("one", "two")}
    added["pg"] = database(postgresql[0], folder)
    before = dict(connections.databases)
    with django_db_blocker.unblock():
        for name, settings_of in added.items():
            connections.databases[name] = {
                **connections.configure_settings({"default": {}, name: settings_of})
            }[name]
            with connections[name].schema_editor() as editor:
                editor.create_model(Everything)
        yield
        for name in added:
            with connections[name].schema_editor() as editor:
                editor.delete_model(Everything)
            connections[name].close()
            del connections[name]
    for name in added:
        connections.databases.pop(name)
    assert connections.databases == before


def raw(name: str) -> list[tuple[Any, ...]]:
    """Every cell as the database itself writes it."""
    of = "quote(c{0}) || typeof(c{0})" if name != "pg" else "c{0}::text"
    cells = ", ".join(of.format(number) for number in range(len(SHAPES)))
    with connections[name].cursor() as cursor:
        cursor.execute(f"SELECT {cells} FROM {Everything._meta.db_table} ORDER BY id")  # noqa: S608
        return cursor.fetchall()


def put(name: str, lines: list[str]) -> None:
    Everything.objects.using(name).all()._raw_delete(name)
    filling.fill(Everything, json.loads(lines[0])["columns"], iter(lines[1:]), connections[name])


def taken(name: str) -> list[str]:
    return list(tables.lines(Everything, connections[name]))


def read(lines: list[str]) -> list[list[Any]]:
    """Rows as values: the text of JSON differs between the databases, what it says does not."""
    places = [
        place for place, field in enumerate(tables.fields(Everything)) if columns.kind(field) is columns.JSON
    ]
    rows = [json.loads(line) for line in lines[1:]]
    for row in rows:
        for place in places:
            row[place] = row[place] and ["json", json.loads(row[place])]
    return rows


@pytest.mark.parametrize("path", PATHS)
@settings(
    max_examples=12,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(rows=ROWS)
def test_each_value_comes_back_as_it_was(path: str, databases: None, rows: list[tuple[Any, ...]]) -> None:
    first, through, last = PATHS[path]
    Everything.objects.using(first).all()._raw_delete(first)
    made = [
        Everything(
            id=number,
            **{
                f"c{place}": Value(None, models.JSONField()) if value is JSON_NULL else value
                for place, value in enumerate(row)
            },
        )
        for number, row in enumerate(rows)
    ]
    Everything.objects.using(first).bulk_create(made)
    before, cells = taken(first), raw(first)
    put(through, before)
    between = taken(through)
    put(last, between)
    assert read(before) == read(between) == read(taken(last))
    if (first == "pg") == (through == "pg"):
        assert (before, cells) == (taken(last), raw(last)), "bit for bit"


def test_every_table_of_every_role_is_one_that_a_backup_holds() -> None:
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.concrete_fields:
            assert columns.kind(field)
