"""Columns of which PostgreSQL keeps no samples.

In: a table and its columns that hold sealed or passing values. Out: a migration step. Next: the migrations of
the bank and of `limits`.

To plan queries PostgreSQL copies some values of each column into its own statistics, where they outlive the
rows they came from, and which pass through its log, those of an `unlogged` table as well.
Nobody ever searches by a sealed value, and of a key that is looked up a plan needs no sample.
"""

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from repit.foundation.statements import Statements


def unsampled(table: str, *columns: str, kind: str = "bytea") -> Statements:
    """A migration operation for columns of one kind; it can be undone."""

    def drop_samples(editor: BaseDatabaseSchemaEditor) -> None:
        if editor.connection.vendor == "postgresql":
            for column in columns:
                # The same type anew: what was sampled before is dropped, and no row is touched.
                editor.execute(f"ALTER TABLE {table} ALTER COLUMN {column} TYPE {kind}", params=None)
                editor.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS 0", params=None)

    def sample(editor: BaseDatabaseSchemaEditor) -> None:
        if editor.connection.vendor == "postgresql":
            for column in columns:
                editor.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS -1", params=None)

    return Statements(drop_samples, sample)
