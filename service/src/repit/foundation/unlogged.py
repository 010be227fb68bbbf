"""Tables that PostgreSQL keeps out of its write-ahead log.

In: tables whose rows may be lost when the server crashes. Out: a migration step. Next: the migrations of
`limits`.

What passes through that log goes to archives and replicas, which keep what was deleted here long ago. A table
without it is in none of them, is written without waiting for the disk, and is empty after a crash.
"""

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from repit.foundation.statements import Statements


def unlogged(*tables: str) -> Statements:
    """A migration operation; it can be undone."""

    def leave_out(editor: BaseDatabaseSchemaEditor) -> None:
        _set(editor, tables, "UNLOGGED")

    def take_in(editor: BaseDatabaseSchemaEditor) -> None:
        _set(editor, tables, "LOGGED")

    return Statements(leave_out, take_in)


def _set(editor: BaseDatabaseSchemaEditor, tables: tuple[str, ...], how: str) -> None:
    if editor.connection.vendor == "postgresql":
        for table in tables:
            editor.execute(f"ALTER TABLE {table} SET {how}", params=None)
