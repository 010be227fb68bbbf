"""Servers, subscribers and writer are killed at random; every subscriber ends equal to the bank.

`make test` runs it short. `make drill NAME=feed` runs it whole: 50 subscribers, 1,000 changes a minute, five
minutes on each database.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from fire import Fire

SECONDS = float(os.environ.get("DRILL_SECONDS", "0"))
SHORT = 8.0
CHANGES_A_MINUTE = 1_000


@pytest.mark.timeout(SECONDS + 900)
def test_every_subscriber_ends_equal_to_the_bank_nothing_lost_nothing_twice_in_order(
    own_database: dict[str, str], tmp_path: Path
) -> None:
    whole = SECONDS > 0
    # All of it shares two cores in the drill: a subscriber there is content with a page every two seconds.
    whole_size = {"subscribers": 50, "processes": 5, "rest": 4.0}
    size: dict[str, Any] = whole_size if whole else {"subscribers": 12, "processes": 3}
    fire = Fire(own_database, tmp_path, **size)
    try:
        fire.burn(SECONDS or SHORT, CHANGES_A_MINUTE, (1.0, 5.0) if whole else (0.5, 1.5))
        bank, settled = fire.settle(600 if whole else 240)
    finally:
        fire.end()
    fire.check(bank)
    if whole:
        figures = {
            "database": "postgresql" if "REPIT_DATABASE_URL" in own_database else "sqlite",
            "subscribers": fire.count,
            "seconds": SECONDS,
            "changes": bank["head"],
            "changes_a_minute": round(bank["head"] / SECONDS * 60),
            "killed": dict(fire.killed),
            "seconds_until_all_had_it": round(settled, 1),
        }
        print(json.dumps(figures))  # noqa: T201 - the drill's report
        assert figures["changes_a_minute"] >= 0.9 * CHANGES_A_MINUTE, (
            "this machine was too busy for the drill"
        )
