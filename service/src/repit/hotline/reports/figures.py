"""The months that were counted, as they may be shown to anyone.

In: rows of `Month`. Out: `Counted`, oldest first; the same as plain data. Next: the page "In figures", its
JSON and CSV.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from repit.hotline.reports.models import Month
from repit.hotline.reports.rounding import FEW

Series = Literal["protected", "fresh", "met", "sites", "answer_days"]
SERIES: Final[tuple[Series, ...]] = ("protected", "fresh", "met", "sites", "answer_days")
ROUNDED: Final[tuple[Series, ...]] = ("protected", "fresh", "met")
Figure = int | Literal["few"] | None


@dataclass(frozen=True, slots=True)
class Counted:
    """One month, by its first day; each series as a number, "few", or None where it was not counted."""

    month: date
    values: dict[Series, Figure]


def months() -> list[Counted]:
    """Every month that is kept, oldest first."""
    return [
        Counted(row.month, {each: _figure(row, each) for each in SERIES})
        for row in Month.objects.order_by("month")
    ]


def plain(counted: Counted) -> dict[str, Figure | str]:
    """For programs."""
    return {
        "month": f"{counted.month:%Y-%m}",
        **{str(each): values for each, values in counted.values.items()},
    }


def _figure(row: Month, series: Series) -> Figure:
    value: int | None = getattr(row, series)
    return "few" if value == FEW and series in ROUNDED else value
