"""Opening hours are those of the wall clock of one place, in summer and in winter, and on closed days."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from repit.hotline.awareness.hours import Hours, Now, closed_of, day_of

PARIS = ZoneInfo("Europe/Paris")
OFFICE = ("09:00-12:30 14:00-18:00",) * 5 + ("", "")


def hours(week: tuple[str, ...] = OFFICE, zone: str = "Europe/Paris", closed: str = "") -> Hours:
    return Hours(zone, tuple(day_of(day) for day in week), closed_of(closed))


def paris(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=PARIS)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("moment", "standing"),
    [
        (paris(2026, 11, 30, 8, 59), Now(False, opens=paris(2026, 11, 30, 9, 0))),
        (paris(2026, 11, 30, 9, 0), Now(True, until=paris(2026, 11, 30, 12, 30))),
        (paris(2026, 11, 30, 12, 30), Now(False, opens=paris(2026, 11, 30, 14, 0))),
        (paris(2026, 11, 30, 17, 59), Now(True, until=paris(2026, 11, 30, 18, 0))),
        (paris(2026, 12, 4, 18, 0), Now(False, opens=paris(2026, 12, 7, 9, 0))),
    ],
)
def test_it_is_open_from_the_first_minute_to_before_the_last(moment: datetime, standing: Now) -> None:
    assert hours().at(moment.astimezone(UTC)) == standing


def test_nine_o_clock_is_nine_o_clock_in_summer_and_in_winter() -> None:
    winter, summer = datetime(2026, 1, 5, 8, 0, tzinfo=UTC), datetime(2026, 7, 6, 7, 0, tzinfo=UTC)
    assert hours().at(winter).open and hours().at(summer).open
    assert not hours().at(datetime(2026, 1, 5, 7, 59, tzinfo=UTC)).open
    assert not hours().at(datetime(2026, 7, 6, 6, 59, tzinfo=UTC)).open


@pytest.mark.parametrize("day", [(2026, 3, 29), (2026, 10, 25)])
def test_on_the_day_on_which_the_clocks_change_the_wall_clock_counts(day: tuple[int, int, int]) -> None:
    sunday = hours(("",) * 6 + ("09:00-17:00",))
    assert sunday.at(paris(*day, 9, 0).astimezone(UTC)) == Now(True, until=paris(*day, 17, 0))
    assert not sunday.at(paris(*day, 17, 0).astimezone(UTC)).open


def test_a_closed_day_is_closed_and_the_next_opening_comes_after_it() -> None:
    closed = hours(closed="2026-12-24..2027-01-03\n2026-12-01")
    assert closed.at(paris(2026, 12, 1, 10, 0)) == Now(False, opens=paris(2026, 12, 2, 9, 0))
    assert closed.at(paris(2026, 12, 28, 10, 0)) == Now(False, opens=paris(2027, 1, 4, 9, 0))
    assert [str(each) for each in closed.closings(paris(2026, 12, 2).date())] == ["2026-12-24..2027-01-03"]


def test_hours_over_midnight_go_on_until_they_end() -> None:
    night = hours(("20:00-24:00", "00:00-02:00", "", "", "", "", ""))
    assert night.at(paris(2026, 11, 30, 23, 0)) == Now(True, until=paris(2026, 12, 1, 2, 0))
    assert hours(("20:00-24:00", *[""] * 6)).at(paris(2026, 11, 30, 23, 0)).until == paris(2026, 12, 1, 0, 0)


def test_day_and_night_never_closes_and_never_open_never_opens() -> None:
    assert hours(("00:00-24:00",) * 7).at(paris(2026, 11, 30, 3, 0)) == Now(True)
    assert hours(closed="2026-01-01..2029-01-01").at(paris(2026, 11, 30, 10, 0)) == Now(False)


@pytest.mark.parametrize(
    ("written", "kept"),
    [("9-12, 14h-18h30", "09:00-12:00 14:00-18:30"), ("22:00–00:00", "22:00-24:00"), ("", "")],
)
def test_hours_are_taken_as_people_write_them(written: str, kept: str) -> None:
    assert " ".join(str(span) for span in day_of(written)) == kept


@pytest.mark.parametrize("written", ["18:00-09:00", "9-12 11-14", "9:00", "25:00-26:00", "9:75-10", "always"])
def test_hours_that_make_no_sense_are_refused(written: str) -> None:
    with pytest.raises(ValueError):
        day_of(written)


@pytest.mark.parametrize("written", ["2026-13-01", "2027-01-02..2026-12-24", "Christmas", "2026-12-24 25 26"])
def test_days_that_make_no_sense_are_refused(written: str) -> None:
    with pytest.raises(ValueError):
        closed_of(written)
