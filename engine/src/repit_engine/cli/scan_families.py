"""What a scan for altered copies looks for.

In: indexes. Out: `Families`. Next: `scan_bank` makes them; `scan_altered` and `scan_moving` ask them.
"""

from dataclasses import dataclass, field

from repit_engine.align import VideoIndex
from repit_engine.cli.scan_batch import Against
from repit_engine.decision import unpacked
from repit_engine.decision.rule import FamilyOf, Owner, Search


@dataclass(frozen=True, slots=True)
class Families:
    """Items to look for: `search` over all hashes of pictures, `items` how many those are, `owner` and
    `family_of` as `decide` has them; `plain` finds their standard hashes, for the column `matches`;
    `videos`: the moments of videos, under the same numbers.
    """

    search: Search
    items: int
    plain: Against
    owner: Owner = unpacked
    family_of: FamilyOf | None = None
    videos: VideoIndex = field(default_factory=VideoIndex)
