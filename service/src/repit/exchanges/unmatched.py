"""Hashes of videos that partners hold and that are not matched here: how many there are, as of the last pull.

In: what a batch tells of them. Out: rows, each a keyed digest. Next: `partners.lags`, which counts them.
"""

from collections.abc import Collection
from typing import Final

from repit.exchanges.models import Partner, UnmatchedHash
from repit.exchanges.records import Unmatched
from repit.foundation.sealing import keyed_digest

_USE: Final = "unmatched"
_TOGETHER: Final = 500


def note(partner: Partner, records: Collection[Unmatched], run: int) -> None:
    """Keep those that the partner holds, once each, and forget those that it took back. `run`: the whole
    reading that saw them; 0 for one of news."""
    last = {keyed_digest(_USE, each.digest): each.held for each in records}
    gone = [digest for digest, held in last.items() if not held]
    for begin in range(0, len(gone), _TOGETHER):
        UnmatchedHash.objects.filter(partner=partner, digest__in=gone[begin : begin + _TOGETHER]).delete()
    UnmatchedHash.objects.bulk_create(
        [UnmatchedHash(partner=partner, digest=digest, run=run) for digest, held in last.items() if held],
        batch_size=_TOGETHER,
        update_conflicts=True,
        unique_fields=["partner", "digest"],
        update_fields=["run"],
    )


def sweep(partner: Partner, run: int) -> None:
    """Forget those that a whole reading, which has ended, did not see."""
    UnmatchedHash.objects.filter(partner=partner, run__lt=run).delete()
