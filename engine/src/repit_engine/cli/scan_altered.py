"""The same unit of work for altered copies: a batch of items in, their rows with the surest item out.

In: items, limits, families. Out: rows as of `scan_batch`, and what the rule of `repit_engine.decision` says
of each. Next: `scan_run` writes them. It depends on its arguments and the files alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np

from repit_engine.anchors import QueryHashes
from repit_engine.cli.scan_batch import Against, Row, match_rows, row_of, unhashed
from repit_engine.cli.scan_child import Looked, look_here
from repit_engine.cli.scan_items import Item
from repit_engine.decision import Match, decide, surest, unpacked
from repit_engine.decision.rule import FamilyOf, Owner, Search
from repit_engine.picture import Limits
from repit_engine.stoplist import StopList, package_stoplist
from repit_engine.types import NotHashable

Looker: TypeAlias = Callable[[bytes | Path, Limits], Looked | NotHashable]
NO_COPY: Final[Row] = {
    "tier": None,
    "strength": None,
    "item": None,
    "item_id": None,
    "distances": [],
    "expected_false": None,
    "also": [],
}
"""What a row gains: `tier` and `strength` as in docs/en/altered-copies.md, name and number of the surest item
(`item`, `item_id`), the `distances` of its votes, nearest first, how many false matches as good are expected
(`expected_false`), and the other items met, surest first (`also`). As here where no item was met.
"""


@dataclass(frozen=True, slots=True)
class Families:
    """Items to look for: `search` over all their hashes, `items` how many, `owner` and `family_of` as
    `decide` has them; `plain` finds their standard hashes, for the column `matches`.
    """

    search: Search
    items: int
    plain: Against
    owner: Owner = unpacked
    family_of: FamilyOf | None = None


def scan_altered(
    items: Sequence[Item],
    limits: Limits,
    families: Families,
    looker: Looker = look_here,
) -> list[Row]:
    """Look at each item in stages. Never raises for what a file holds: that is a row with a `reason`."""
    rows = [_row(item, limits, families, looker) for item in items]
    match_rows(rows, families.plain)
    return rows


def _row(item: Item, limits: Limits, families: Families, looker: Looker) -> Row:
    source = item.source(limits.bytes)
    looked = unhashed(item) if source is None else looker(source, limits)
    if isinstance(looked, NotHashable):
        return row_of(item, looked) | NO_COPY
    return row_of(item, looked.hashed) | _copy(looked.looks, families, package_stoplist())


def _copy(looks: Sequence[QueryHashes], families: Families, stoplist: StopList) -> dict[str, Any]:
    found: dict[int, Match] = {}
    for look in looks:
        decision = decide(
            _stages(look),
            families.search,
            items=families.items,
            owner=families.owner,
            family_of=families.family_of,
            stoplist=stoplist,
        )
        for match in decision.matches:
            found[match.item] = min(found.get(match.item, match), match, key=surest)
    if not found:
        return dict(NO_COPY)
    best, *others = sorted(found.values(), key=surest)
    return {
        "tier": best.tier.value,
        "strength": best.strength.value,
        "item": families.plain.names.of(best.item),
        "item_id": best.item,
        "distances": [vote.distance for vote in best.votes],
        "expected_false": best.expected_false,
        "also": [
            {"id": match.item, "item": families.plain.names.of(match.item)}
            for match in others[: families.plain.max_matches - 1]
        ],
    }


def _stages(look: QueryHashes) -> list[QueryHashes]:
    """Apart again, in their order, so that `decide` may stop early."""
    parts = []
    for stage in np.unique(look.stages).tolist():
        of = look.stages == stage
        parts.append(
            QueryHashes(
                look.hashes[of],
                look.rectangles[of],
                look.kinds[of],
                look.orientation[of],
                look.stages[of],
            )
        )
    return parts
