"""Tables that only grow, by the database's own hand.

In: a table's name. Out: a migration step that makes the database refuse UPDATE and DELETE on it; or one that
lets rows go whose time is over. Next: the migrations of the bank's change feed, transitions and the audit.
"""

from typing import Final

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from repit.foundation.statements import Statements

_SQLITE: Final = """
CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END
"""
_POSTGRESQL_FUNCTION: Final = """
CREATE OR REPLACE FUNCTION repit_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$
"""
_POSTGRESQL: Final = """
CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}
FOR EACH ROW EXECUTE FUNCTION repit_append_only()
"""


def append_only(table: str) -> Statements:
    """A migration operation; it can be undone."""

    def forbid(editor: BaseDatabaseSchemaEditor) -> None:
        _forbid(editor, table)

    def allow(editor: BaseDatabaseSchemaEditor) -> None:
        _drop(editor, table)

    return Statements(forbid, allow)


def deletable_once_marked(table: str, columns: tuple[str, ...], mark: str) -> Statements:
    """A migration operation for a table that only grows: a row may be deleted once its column `mark` is set.

    `columns` are those that still nobody changes. It can be undone.
    """
    update = "UPDATE OF " + ", ".join(f'"{column}"' for column in columns)

    def loosen(editor: BaseDatabaseSchemaEditor) -> None:
        _drop(editor, table)
        sqlite = editor.connection.vendor == "sqlite"
        row = "" if sqlite else "FOR EACH ROW"
        refusal = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        does = refusal if sqlite else "EXECUTE FUNCTION repit_append_only()"
        for verb, event, when in (("update", update, ""), ("delete", "DELETE", f"WHEN (OLD.{mark} IS NULL)")):
            editor.execute(
                f"CREATE TRIGGER {table}_no_{verb} BEFORE {event} ON {table} {row} {when} {does}", params=None
            )

    def tighten(editor: BaseDatabaseSchemaEditor) -> None:
        _drop(editor, table)
        _forbid(editor, table)

    return Statements(loosen, tighten)


def only_later(table: str, columns: tuple[str, ...], moment: str) -> Statements:
    """A migration operation for a table that only grows: its column `moment` may be moved up, never down.

    `columns` are those that still nobody changes. It can be undone.
    """

    def loosen(editor: BaseDatabaseSchemaEditor) -> None:
        sqlite = editor.connection.vendor == "sqlite"
        row = "" if sqlite else "FOR EACH ROW"
        refusal = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        does = refusal if sqlite else "EXECUTE FUNCTION repit_append_only()"
        fixed = ", ".join(f'"{column}"' for column in columns)
        earlier = f"WHEN (NEW.{moment} < OLD.{moment})"
        editor.execute(f"DROP TRIGGER {table}_no_update{'' if sqlite else f' ON {table}'}")
        for name, event, when in (("no_update", fixed, ""), ("only_later", moment, earlier)):
            editor.execute(
                f"CREATE TRIGGER {table}_{name} BEFORE UPDATE OF {event} ON {table} {row} {when} {does}",
                params=None,
            )

    def tighten(editor: BaseDatabaseSchemaEditor) -> None:
        suffix = "" if editor.connection.vendor == "sqlite" else f" ON {table}"
        editor.execute(f"DROP TRIGGER {table}_only_later{suffix}")
        _drop(editor, table)
        _forbid(editor, table)

    return Statements(loosen, tighten)


def _forbid(editor: BaseDatabaseSchemaEditor, table: str) -> None:
    sqlite = editor.connection.vendor == "sqlite"
    if not sqlite:
        editor.execute(_POSTGRESQL_FUNCTION, params=None)
    for verb in ("update", "delete"):
        editor.execute((_SQLITE if sqlite else _POSTGRESQL).format(table=table, verb=verb))


def _drop(editor: BaseDatabaseSchemaEditor, table: str) -> None:
    suffix = "" if editor.connection.vendor == "sqlite" else f" ON {table}"
    for verb in ("update", "delete"):
        editor.execute(f"DROP TRIGGER {table}_no_{verb}{suffix}")
