"""Rows whose time is over, marked first and deleted a day later.

In: what is due by today's clock. Out: a mark in the column `forget_at`. Next: the rooms delete what was
marked a day ago and is still due, so that a clock that is wrong for a while empties nothing.
"""

from datetime import datetime, timedelta
from typing import Final, TypeVar

from django.db.models import Model, QuerySet

_Row = TypeVar("_Row", bound=Model)
GRACE: Final = timedelta(days=1)


def mark(due: QuerySet[_Row], moment: datetime) -> None:
    """Mark what is due; unmark what is not due any more, or was marked by a clock that ran ahead."""
    marked = due.model._default_manager.filter(forget_at__isnull=False)
    marked.exclude(pk__in=due.values("pk")).update(forget_at=None)
    marked.filter(forget_at__gt=moment + GRACE).update(forget_at=None)
    due.filter(forget_at__isnull=True).update(forget_at=moment + GRACE)
