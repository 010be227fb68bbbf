"""Brings a database from the schema of a file, with the rows of that file, to today's. Run as a program.

In: a file of migrations and rows. Out: one line of JSON: how many rows each table has before and after. Next:
`test_upgrades`.
"""

import base64
import json
import sys
from pathlib import Path
from typing import Any

from repit.foundation.process import starting

starting.set_up("both")

from django.apps import apps  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.db.migrations.executor import MigrationExecutor  # noqa: E402

OTHERS = ("django_", "sqlite_", "auth_", "account_", "mfa_")


def value(raw: Any) -> Any:
    return base64.b64decode(raw["bytes"]) if isinstance(raw, dict) else raw


def count() -> dict[str, int]:
    counts = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if not table.startswith(OTHERS):
                cursor.execute(f'SELECT COUNT(*) FROM "{table}"')  # noqa: S608 - names of our own tables
                counts[table] = cursor.fetchone()[0]
    return counts


def insert(rows: list[tuple[str, dict[str, Any]]]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for table, row in rows:
            columns = ", ".join(f'"{name}"' for name in row)
            holes = ", ".join(["%s"] * len(row))
            statement = f'INSERT INTO "{table}" ({columns}) VALUES ({holes})'  # noqa: S608 - names of our own
            cursor.execute(statement, [value(raw) for raw in row.values()])


fixture = json.loads(Path(sys.argv[1]).read_text())
MigrationExecutor(connection).migrate(list(fixture["from"].items()))
insert(fixture["rows"])
before = count()
call_command("migrate", verbosity=0, interactive=False)
connection.check_constraints()
for model in apps.get_models():
    if model._meta.app_label in fixture["from"]:
        list(model._default_manager.all())  # what stands there can be read as today's rows
sys.stdout.write(json.dumps({"before": before, "after": count()}))
