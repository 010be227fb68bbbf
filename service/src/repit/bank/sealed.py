"""Hashes at rest: sealed under the operator's key, found again by keyed digest.

In: `Signal` and the item it belongs to. Out: rows, and signals again. Next: `items` and `feed`.
"""

from typing import cast

from repit.bank.models import Item, ItemHash
from repit.bank.types import Algorithm, Role, Signal, Submission
from repit.foundation.ids import random_key
from repit.foundation.sealing import Place, keyed_digest, operator


def _place(item: Item, row: ItemHash) -> Place:
    return Place("bank_itemhash", f"{item.token}/{row.id}", f"{row.algorithm}.{row.role}.{row.quality}")


def seal_signal(item: Item, signal: Signal) -> ItemHash:
    """A row, not yet saved."""
    row = ItemHash(
        id=random_key(),
        item=item,
        algorithm=signal.algorithm,
        role=signal.role,
        quality=signal.quality,
        publishable=signal.publishable,
        digest=keyed_digest("bank hash", signal.algorithm.encode(), signal.value),
    )
    row.sealed = operator("bank hash").seal(signal.value, _place(item, row))
    return row


def open_signal(item: Item, row: ItemHash) -> Signal:
    """The signal of a row. Raises `SealBroken`."""
    value = operator("bank hash").open(row.sealed, _place(item, row))
    return Signal(cast(Algorithm, row.algorithm), cast(Role, row.role), value, row.quality)


def fingerprint(submission: Submission) -> bytes:
    """The same for the same hashes of the same kind: by it two submissions of one picture become one item.

    It covers *all* hashes. Were one enough to be joined, a stranger who knows it could add hashes of their
    own to an item that others vouch for.
    """
    signals = sorted(f"{s.algorithm}.{s.role}".encode() + s.value for s in submission.signals)
    return keyed_digest("bank item", submission.media.encode(), submission.kind.encode(), *signals)
