"""Hashes at rest: sealed under the operator's key and one of the item's own, found again by keyed digest.

In: `Signal` and the item it belongs to. Out: rows, and signals again. Next: `items` and `feed`.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import cast

from repit.bank import keys
from repit.bank.keys import GONE, KEPT, NAMED, Pair
from repit.bank.lookups import Lookup
from repit.bank.models import Item, ItemHash
from repit.bank.types import NAMED_BY_HASH, Algorithm, Role, Signal, Submission
from repit.foundation.errors import SealBroken
from repit.foundation.ids import random_key
from repit.foundation.sealing import Digester, Place, Sealer, operator_and

FIND = "bank hash"
_ITEM = "bank item"


class Opened:
    """What items hold, while their keys are at hand."""

    def __init__(self, held: Mapping[int, Pair]) -> None:
        self._held = held
        self._sealers: dict[tuple[int, int], Sealer] = {}

    def destroyed(self, item: Item) -> bool:
        """Whether this item was to be forgotten, whatever a database that was put back says of it."""
        return self._held.get(item.pk, keys.NONE)[KEPT] == GONE

    def signal(self, item: Item, row: ItemHash) -> Signal:
        """The signal of a row. Raises `SealBroken`, also where its key was destroyed."""
        value = self._sealer(item, _which(item.media, row)).open(row.sealed, _place(item, row))
        return Signal(cast(Algorithm, row.algorithm), cast(Role, row.role), value, row.quality)

    def signals(self, item: Item, rows: Iterable[ItemHash]) -> tuple[Signal, ...]:
        """The signals of rows; none where their key was destroyed. Raises `SealBroken`."""
        pair = self._held.get(item.pk, keys.NONE)
        return tuple(self.signal(item, row) for row in rows if pair[_which(item.media, row)] != GONE)

    def sealer(self, item: Item) -> Sealer:
        """For what else is kept of an item until it is erased. Raises `SealBroken`."""
        return self._sealer(item, NAMED)

    def digester(self, item: Item) -> Digester:
        """For what is compared of an item until it is withdrawn."""
        return Digester(self._held.get(item.pk, keys.NONE)[KEPT])

    def _sealer(self, item: Item, which: int) -> Sealer:
        at = (item.pk, which)
        if at not in self._sealers:
            self._sealers[at] = _sealer(self._held.get(item.pk, keys.NONE), which)
        return self._sealers[at]


def opened(items: Collection[Item]) -> Opened:
    """With the keys of these items. Raises `SettingsRefused` where their file is missing."""
    return Opened(keys.of(items))


def seal_signals(item: Item, signals: Sequence[Signal], pair: Pair, lookup: Lookup) -> list[ItemHash]:
    """Rows of these signals, each once; not yet saved."""
    sealers = [_sealer(pair, which) for which in (NAMED, KEPT)]
    rows = []
    for signal in {(one.algorithm, one.role, one.value): one for one in signals}.values():
        row = ItemHash(
            id=random_key(),
            item=item,
            algorithm=signal.algorithm,
            role=signal.role,
            quality=signal.quality,
            publishable=signal.publishable,
            digest=found_by(signal, lookup),
        )
        row.sealed = sealers[_which(item.media, row)].seal(signal.value, _place(item, row))
        rows.append(row)
    return rows


def found_by(signal: Signal, lookup: Lookup) -> bytes | None:
    """The digest of a signal, where others may ask for it by its value."""
    if signal.role != "whole" or signal.algorithm == "sha256":
        return None
    return lookup.digest(FIND, signal.algorithm.encode(), signal.value)


def fingerprint(submission: Submission, lookup: Lookup) -> bytes:
    """The same for the same hashes of the same kind: by it two submissions of one picture become one item.

    It covers *all* hashes. Were one enough to be joined, a stranger who knows it could add hashes of their
    own to an item that others vouch for.
    """
    signals = sorted({f"{s.algorithm}.{s.role}".encode() + s.value for s in submission.signals})
    return lookup.digest(_ITEM, submission.media.encode(), submission.kind.encode(), *signals)


def parts(media: str, signals: Iterable[Signal]) -> int | None:
    """How many records NCMEC's protocol makes of an item: an entry holds one hash of each type."""
    counts = {"pdq": 0, "md5": 0}
    for one in {(one.algorithm, one.role, one.value): one for one in signals}.values():
        if one.role == "whole" and one.publishable and one.algorithm in counts:
            counts[one.algorithm] += media == "picture" or one.algorithm == "md5"
    most = max(counts.values())
    return most if most > 1 else None


def is_named(media: str, algorithm: str, role: str, publishable: bool) -> bool:
    """Whether some exchange says by this very hash what is to be forgotten."""
    return role == "whole" and publishable and (algorithm, media) in NAMED_BY_HASH


def _which(media: str, row: ItemHash) -> int:
    return NAMED if is_named(media, row.algorithm, row.role, row.publishable) else KEPT


def _sealer(pair: Pair, which: int) -> Sealer:
    if pair[which] == GONE:
        raise SealBroken(detail="the key of this item was destroyed")
    return operator_and(FIND, pair[which])


def _place(item: Item, row: ItemHash) -> Place:
    return Place("bank_itemhash", f"{item.token}/{row.id}", f"{row.algorithm}.{row.role}.{row.quality}")
