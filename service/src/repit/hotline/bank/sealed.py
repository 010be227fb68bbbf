"""Hashes at rest: sealed under the operator's key and one of the item's own, found again by keyed digest.

In: `Hash` and the item it belongs to. Out: rows, and hashes again. Next: `items` and `feed`.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import cast

from repit.foundation.errors import InputRefused, SealBroken
from repit.foundation.hashes import Algorithm, Hash, Role
from repit.foundation.ids import random_key
from repit.foundation.sealing import Digester, Place, Sealer, operator_and
from repit.hotline.bank import keys, unreadable
from repit.hotline.bank.keys import GONE, KEPT, NAMED, Pair
from repit.hotline.bank.lookups import Lookup
from repit.hotline.bank.models import Item, ItemHash
from repit.hotline.bank.types import ASKED_BY_VALUE, IN_ONE_ENTRY, NAMED_BY_HASH, Submission

Read = Sequence[tuple[ItemHash, Hash | None]]
"""Rows, each with its hash; None where it does not open."""
FIND = "bank hash"
_ITEM = "bank item"
_MOMENTS = b"moments"


class Opened:
    """What items hold, while their keys are at hand."""

    def __init__(self, held: Mapping[int, Pair]) -> None:
        self._held = dict(held)
        self._sealers: dict[tuple[int, int], Sealer] = {}
        self._read = self._broken = 0

    def hold(self, key: int, pair: Pair) -> None:
        """Open one more item, by its own key, with these."""
        self._held[key] = pair

    def holds(self, item: Item) -> bool:
        """Whether the keys of this item are at hand."""
        return item.pk in self._held

    def destroyed(self, item: Item) -> bool:
        """Whether this item was to be forgotten, whatever a database that was put back says of it."""
        return self._held.get(item.pk, keys.NONE)[KEPT] == GONE

    def open(self, item: Item, row: ItemHash) -> Hash:
        """The hash of a row. Raises `SealBroken`, also where its key was destroyed, and for what opens and is
        no hash that is known here."""
        value = self._sealer(item, _which(item.media, row)).open(row.sealed, _place(item, row))
        try:
            return Hash(cast(Algorithm, row.algorithm), cast(Role, row.role), value, row.quality)
        except (InputRefused, KeyError):
            raise SealBroken(detail="not a hash that is known here") from None

    def hashes(self, item: Item, rows: Iterable[ItemHash]) -> tuple[Hash, ...]:
        """The hashes of rows: those whose key was not destroyed and that open. What does not is noted, and
        keeps none of the others."""
        return tuple(hash_ for _, hash_ in self.read(item, rows) if hash_ is not None)

    def read(self, item: Item, rows: Iterable[ItemHash]) -> list[tuple[ItemHash, Hash | None]]:
        """Each row whose key was not destroyed, with its hash; None where it does not open: that is noted."""
        pair, found = self._held.get(item.pk, keys.NONE), list[tuple[ItemHash, Hash | None]]()
        for row in rows:
            if pair[_which(item.media, row)] == GONE:
                continue
            try:
                found.append((row, self.open(item, row)))
                self._read += 1
            except SealBroken:
                unreadable.note(item)
                found.append((row, None))
                self._broken += 1
        return found

    def opens(self, item: Item, row: ItemHash) -> bool | None:
        """Whether a row opens; None where its key was destroyed. Nothing is noted."""
        if self._held.get(item.pk, keys.NONE)[_which(item.media, row)] == GONE:
            return None
        try:
            self.open(item, row)
        except SealBroken:
            return False
        return True

    @property
    def nothing_opened(self) -> bool:
        """Whether something was read and none of it opened: as if the keys were somebody else's."""
        return bool(self._broken) and not self._read

    def intact(self, item: Item) -> bool:
        """Whether both keys of this item are there, so that more can be sealed under them."""
        pair = self._held.get(item.pk, keys.NONE)
        return GONE not in pair and pair != keys.MISSING

    def pair(self, item: Item) -> Pair:
        """The keys themselves."""
        return self._held.get(item.pk, keys.NONE)

    def sealed(self, item: Item, hashes: Sequence[Hash], lookup: Lookup) -> list[ItemHash]:
        """Rows of further hashes of an item, not yet saved. Raises `SealBroken`."""
        return seal_hashes(item, hashes, self._held.get(item.pk, keys.NONE), lookup)

    def sealer(self, item: Item) -> Sealer:
        """For what else is kept of an item until it is erased. Raises `SealBroken`."""
        return self._sealer(item, NAMED)

    def kept(self, item: Item) -> Sealer:
        """For what else is kept of an item until it is withdrawn. Raises `SealBroken`."""
        return self._sealer(item, KEPT)

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


def seal_hashes(item: Item, hashes: Sequence[Hash], pair: Pair, lookup: Lookup) -> list[ItemHash]:
    """Rows of these hashes, each once; not yet saved."""
    sealers = [_sealer(pair, which) for which in (NAMED, KEPT)]
    rows = []
    for hash_ in {(given.algorithm, given.role, given.value): given for given in hashes}.values():
        row = ItemHash(
            id=random_key(),
            item=item,
            algorithm=hash_.algorithm,
            role=hash_.role,
            quality=hash_.quality,
            publishable=hash_.publishable,
            digest=found_by(hash_, lookup),
        )
        row.sealed = sealers[_which(item.media, row)].seal(hash_.value, _place(item, row))
        rows.append(row)
    return rows


def kept_sealer(pair: Pair) -> Sealer:
    """For what is kept under these keys until its item is withdrawn."""
    return _sealer(pair, KEPT)


def found_by(hash_: Hash, lookup: Lookup) -> bytes | None:
    """The digest of a hash, where others may ask for it by its value."""
    if hash_.role != "whole" or hash_.algorithm not in ASKED_BY_VALUE:
        return None
    return lookup.digest(FIND, hash_.algorithm.encode(), hash_.value)


def fingerprint(submission: Submission, lookup: Lookup) -> bytes:
    """The same for the same hashes of the same kind: by it two submissions of one picture become one item.

    It covers *all* hashes, and the moments of a video. Were one enough to be joined, a stranger who knows it
    could add hashes of their own to an item that others vouch for.
    """
    hashes = sorted({f"{s.algorithm}.{s.role}".encode() + s.value for s in submission.hashes})
    if submission.moments:
        hashes.append(_MOMENTS + hashlib.sha256(submission.moments).digest())
    return lookup.digest(_ITEM, submission.media.encode(), submission.kind.encode(), *hashes)


def parts(media: str, hashes: Iterable[Hash]) -> int | None:
    """How many records NCMEC's protocol makes of an item: an entry holds one hash of each type."""
    values: dict[Algorithm, set[bytes]] = {algorithm: set() for algorithm in IN_ONE_ENTRY[media]}
    for hash_ in hashes:
        if hash_.role == "whole" and hash_.publishable and hash_.algorithm in values:
            values[hash_.algorithm].add(hash_.value)
    most = max(map(len, values.values()))
    return most if most > 1 else None


def is_named(media: str, algorithm: str, role: str, publishable: bool) -> bool:
    """Whether some exchange says by this very hash what is to be forgotten."""
    return role == "whole" and publishable and (algorithm, media) in NAMED_BY_HASH


def _which(media: str, row: ItemHash) -> int:
    return NAMED if is_named(media, row.algorithm, row.role, row.publishable) else KEPT


def _sealer(pair: Pair, which: int) -> Sealer:
    if pair[which] == GONE:
        raise SealBroken(detail="the key of this item was destroyed")
    if not pair[which]:
        raise SealBroken(detail="the row leads to no key")
    return operator_and(FIND, pair[which])


def _place(item: Item, row: ItemHash) -> Place:
    return Place("bank_itemhash", f"{item.token}/{row.id}", f"{row.algorithm}.{row.role}.{row.quality}")
