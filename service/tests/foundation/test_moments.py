"""Days and times as people read them: one form in each language, on the operator's clocks."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.template import engines
from django.utils.translation import override
from pytest_django.fixtures import Settings

import repit
from repit.foundation import clock, moments
from repit.foundation.configuration.environment import time_zone

AFTERNOON = datetime(2026, 11, 28, 13, 5, 30, tzinfo=UTC)
NBSP = "\u00a0"


@pytest.mark.parametrize(
    ("language", "shown"),
    [("fr", f"28{NBSP}novembre 2026 à 14{NBSP}h{NBSP}05"), ("en", f"28{NBSP}November 2026 at 2:05pm")],
)
def test_a_moment_is_said_on_the_clocks_of_the_operator(language: str, shown: str) -> None:
    with override(language):
        assert moments.at(AFTERNOON) == shown
        assert moments.at("2026-11-28 13:05") == shown, "as a sealed row holds it, in UTC"


def test_a_moment_late_at_night_falls_on_the_day_that_people_there_have(settings: Settings) -> None:
    late = datetime(2026, 11, 28, 23, 30, 5, tzinfo=UTC)
    with override("en"):
        assert moments.on(late) == f"29{NBSP}November 2026"
        settings.REPIT_TIME_ZONE = "America/Montreal"
        assert moments.at(late) == f"28{NBSP}November 2026 at 6:30pm"


@pytest.mark.parametrize("zone", ["Europe/Paris", "America/Montreal", "Pacific/Auckland"])
def test_a_day_of_which_the_time_is_not_kept_is_the_same_day_on_every_clock(
    settings: Settings, zone: str
) -> None:
    settings.REPIT_TIME_ZONE = zone
    with override("fr"):
        for day in (date(2026, 11, 28), "2026-11-28"):
            assert moments.at(day) == moments.on(day) == f"28{NBSP}novembre 2026"


@pytest.mark.parametrize("written", [str, lambda moment: moment])
def test_midnight_and_the_second_before_are_times_like_any_other(
    settings: Settings, written: Callable[[datetime], moments.Written]
) -> None:
    midnight = datetime(2026, 11, 28, tzinfo=UTC)
    last = midnight - timedelta(seconds=1)
    with override("en"):
        assert moments.at(written(midnight)) == f"28{NBSP}November 2026 at 1am"
        assert moments.at(written(last)) == f"28{NBSP}November 2026 at 12:59am"
        assert moments.on(written(last)) == f"28{NBSP}November 2026"
        settings.REPIT_TIME_ZONE = "America/Montreal"
        assert moments.at(written(midnight)) == f"27{NBSP}November 2026 at 7pm"
        assert moments.on(written(midnight)) == f"27{NBSP}November 2026"


def test_round_hours_and_first_days_are_said_as_people_say_them() -> None:
    noon = datetime(2026, 12, 1, 11, 0, 1, tzinfo=UTC)
    with override("fr"):
        assert moments.at(noon) == f"1er{NBSP}décembre 2026 à 12{NBSP}h"
    with override("en"):
        assert moments.at(noon) == f"1{NBSP}December 2026 at 12pm"
        assert moments.clock(noon.replace(hour=23)) == "12am"


def test_today_is_the_day_there() -> None:
    with clock.at(lambda: datetime(2026, 11, 28, 23, 30, tzinfo=UTC)):
        assert moments.is_today(datetime(2026, 11, 29, 8, 0, tzinfo=UTC))
        assert not moments.is_today(AFTERNOON)


def test_templates_have_the_filters_without_loading_them() -> None:
    text = "{{ then|on }}, {{ then|clock }}, {{ then|at }}{{ never|at }}{{ never|on }}{{ never|clock }}"
    with override("en"):
        shown = engines["django"].from_string(text).render({"then": AFTERNOON, "never": None})
    assert shown.startswith(f"28{NBSP}November 2026, 2:05pm, 28") and shown.endswith("2:05pm")


def test_no_template_says_a_day_or_a_time_in_a_form_of_its_own() -> None:
    own = re.compile(r"""\|(?:date|time):(?!['"]c['"])|\{% now """)
    # Subscribers compare their page with their logs, so it says the same as the API, in UTC, and says that.
    machines = "feeds_api"
    found = [
        f"{path.name}: {own.search(path.read_text(encoding='utf-8'))}"
        for path in Path(repit.__file__).parent.rglob("*.html")
        if machines not in path.parts and own.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize("name", ["Paris", "europe/paris", "UTC+1", "../etc/passwd"])
def test_a_zone_that_nobody_knows_stops_the_start(name: str) -> None:
    with pytest.raises(ValueError):
        time_zone(name)
