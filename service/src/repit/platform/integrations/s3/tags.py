"""The tags that the gate sets on objects, beside those of others.

In: an object's tags. Out: the same with ours, or without. Next: `quarantine`. Pure but for the name's
setting.
"""

from collections.abc import Mapping
from typing import Final

from django.conf import settings

from repit.platform.integrations.s3.errors import NoRoom

MOST: Final = 10
"""As many as S3 allows on one object."""


def name() -> str:
    """What ours is called."""
    ours: str = settings.REPIT_GATE_S3_TAG
    return ours


def marked(others: Mapping[str, str], value: str, decision: str | None) -> dict[str, str]:
    """All tags with ours; the decision's name only where there is room. Raises `NoRoom`."""
    kept = unmarked(others)
    if len(kept) >= MOST:
        raise NoRoom
    kept[name()] = value
    if decision and len(kept) < MOST:
        kept[f"{name()}-decision"] = decision
    return kept


def unmarked(tags: Mapping[str, str]) -> dict[str, str]:
    """All tags but ours."""
    ours = (name(), f"{name()}-decision")
    return {label: value for label, value in tags.items() if label not in ours}
