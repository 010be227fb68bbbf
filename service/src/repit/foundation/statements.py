"""A migration step that speaks to the database alone.

In: what changes in the database, and how it is taken back. Out: a migration operation. Next: `append_only`,
`unsampled`, `unlogged`.

Django's `RunPython` hands over every model as it was at that step, and making those takes longer than the
step: at a first start as long as a quarter of all migrations.
"""

from collections.abc import Callable

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

Change = Callable[[BaseDatabaseSchemaEditor], None]


class Statements(Operation):
    """Does `forwards` in the database, or `backwards` where the step is undone."""

    reduces_to_sql = False

    def __init__(self, forwards: Change, backwards: Change) -> None:
        self._forwards, self._backwards = forwards, backwards

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """No model changes."""

    def database_forwards(
        self,
        app_label: str,  # noqa: ARG002 - Django's signature
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,  # noqa: ARG002
        to_state: ProjectState,  # noqa: ARG002
    ) -> None:
        self._forwards(schema_editor)

    def database_backwards(
        self,
        app_label: str,  # noqa: ARG002 - Django's signature
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,  # noqa: ARG002
        to_state: ProjectState,  # noqa: ARG002
    ) -> None:
        self._backwards(schema_editor)

    def undone(self) -> "Statements":
        """The step that takes this one back, and does it again where it is itself undone."""
        return Statements(self._backwards, self._forwards)

    def describe(self) -> str:
        return "Changes the database"
