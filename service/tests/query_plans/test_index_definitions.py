"""No index is conditional on a value: SQLite would not use it.

Its planner proves a condition from the text of a statement, where values are bound parameters. What is
written out it understands: IS NULL, IS NOT NULL, a yes or no.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps
from django.db.models import Index, Q


def compared(condition: Q) -> Iterator[str]:
    """What a condition compares with a value."""
    for child in condition.children:
        if isinstance(child, Q):
            yield from compared(child)
        else:
            name, value = child
            if not name.endswith("__isnull") and not isinstance(value, bool):
                yield name


def indexes() -> list[tuple[str, Index]]:
    return [(model.__name__, index) for model in apps.get_models() for index in model._meta.indexes]


def test_no_index_is_conditional_on_a_value():
    conditional = [(model, index) for model, index in indexes() if index.condition is not None]
    assert conditional
    assert [(model, index.name) for model, index in conditional if list(compared(index.condition))] == []


def test_the_rule_sees_one_that_is():
    assert list(compared(Q(state="due") & ~Q(ends__isnull=True))) == ["state"]
