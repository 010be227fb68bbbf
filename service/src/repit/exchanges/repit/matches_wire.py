"""The wire of match counts: how often a gate met each item, never what was uploaded or by whom.

In: counts in one window of time. Out: bytes. Next: `client`. Pure. The hotline reads it in
`hotline.web.feeds_api.floods`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

MOST: Final = 1_000


@dataclass(frozen=True, slots=True)
class MatchCounts:
    """Counts by item (at most `MOST`) between two aware moments."""

    begins: datetime
    ends: datetime
    counts: Mapping[str, int]


def encode_matches(report: MatchCounts) -> bytes:
    """One report as a JSON object."""
    return json.dumps(
        {
            "window": {"from": report.begins.isoformat(), "to": report.ends.isoformat()},
            "matches": [{"item": item, "count": count} for item, count in report.counts.items()],
        },
        separators=(",", ":"),
    ).encode()
