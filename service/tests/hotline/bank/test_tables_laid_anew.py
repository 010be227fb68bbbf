"""Which tables are laid anew by day: all that a case writes to, whatever else lies there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from video_items import video

from repit.foundation import relaying
from repit.hotline.bank import items
from repit.hotline.cases import service
from repit.hotline.loops import upkeep

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import Model

pytestmark = pytest.mark.django_db


@pytest.fixture
def laid(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The tables that are laid anew; none is."""
    found = set[str]()

    def relay(tables: Sequence[type[Model]], *_: int) -> int:
        found.update(table._meta.db_table for table in tables)
        return 1

    monkeypatch.setattr(relaying, "relay", relay)
    return found


def test_every_table_that_opening_a_case_writes_to_is_laid_anew(settings: Any, laid: set[str]) -> None:
    settings.REPIT_SPREAD_SECONDS = 5
    with CaptureQueriesContext(connection) as asked:
        service.open_case([video(1, 100)])
    wrote = {name for query in asked for name in re.findall(r'INSERT INTO "(\w+)"', query["sql"])}
    upkeep.within_the_day()
    assert {"cases_case", "bank_letter", "bank_parcel"} <= wrote <= laid


def test_videos_in_the_bank_keep_no_row_of_a_case_as_it_lies(settings: Any, laid: set[str]) -> None:
    """A file of SQLite holds the moments of the bank's videos, too."""
    settings.REPIT_SPREAD_SECONDS = 0
    for number in range(20):
        items.submit(video(number, 8_000, places=4), actor="test", publish=True)
    settings.REPIT_SPREAD_SECONDS = 5
    service.open_case([video(30, 100)])
    upkeep.within_the_day()
    assert {"cases_case", "cases_record", "bank_letter", "bank_parcel"} <= laid


def test_long_videos_that_wait_keep_no_row_of_a_case_as_it_lies(settings: Any, laid: set[str]) -> None:
    settings.REPIT_SPREAD_SECONDS = 5
    for number in range(9):
        service.open_case([video(number, 12_000, places=4)])
    upkeep.within_the_day()
    assert {"cases_case", "cases_record", "bank_letter"} <= laid and "bank_parcel" not in laid
