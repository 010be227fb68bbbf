"""Every value of every column as JSON, and back, without loss and without the database showing through.

In: a column of a model; its values as Django reads them. Out: what JSON holds, the same value again. Next:
`tables`, `filling`.

Django's own serializers cut moments to milliseconds, over which the audit's digests do not fit, and cannot
tell the JSON text `null` from no value. Here a moment has its microseconds, bytes are base64, and a column of
JSON is the text that the database gives for it.
"""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db import models

_MICROSECOND: Final = timedelta(microseconds=1)
Turned = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Kind:
    """How the values of a column are written; None for both where JSON has them already."""

    name: str
    out: Turned | None = None
    back: Turned | None = None


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="microseconds")


def _text_of_bytes(value: bytes | memoryview) -> str:
    return base64.b64encode(value).decode("ascii")


PLAIN: Final = Kind("plain")
JSON: Final = Kind("json")
_OF: Final[tuple[tuple[type[Any], Kind], ...]] = (
    (models.JSONField, JSON),
    (models.BinaryField, Kind("bytes", _text_of_bytes, base64.b64decode)),
    (models.DateTimeField, Kind("moment", _moment, datetime.fromisoformat)),
    (models.DateField, Kind("day", date.isoformat, date.fromisoformat)),
    (models.TimeField, Kind("time", time.isoformat, time.fromisoformat)),
    (
        models.DurationField,
        Kind("microseconds", lambda v: v // _MICROSECOND, lambda v: timedelta(microseconds=v)),
    ),
    (models.DecimalField, Kind("decimal", str, Decimal)),
    (models.UUIDField, Kind("uuid", str, UUID)),
    (models.BooleanField, PLAIN),
    (models.IntegerField, PLAIN),  # also those that count by themselves
    (models.FloatField, PLAIN),
    (models.CharField, PLAIN),
    (models.TextField, PLAIN),
    (models.GenericIPAddressField, PLAIN),
)


def kind(field: "models.Field[Any, Any]") -> Kind:
    """How a column is written. Raises `TypeError` for one that nobody has said it of."""
    while isinstance(field, models.ForeignKey):
        field = field.target_field
    for sort, found in _OF:
        if isinstance(field, sort):
            return found
    raise TypeError(f"no backup holds a {type(field).__name__}: say how in repit.foundation.backups.columns")
