"""An hour in which what a case asked to be taken back can be kept after all.

In: names that a case asked to be let go in an hour. Out: which of them go on as if nothing had been asked.
Next: `cases.stopping`.

A letter is revoked by wiping its key, under the feed's lock: whoever carries letters out looks, under the
same lock, whether the key is still there. So a letter is either carried out or revoked. Between a letter that
was carried out and the wiping of its key, its claim says that it is too late. The empty letters beside it go
with it, so that nobody can count from the keys that are left how much was asked for.

The key is gone even where the caller's transaction is not committed in the end: then the case still says
that it asked, no letter waits, the claim stands, and `carrying.statuses` shows it as what it is, protected.
"""

from collections.abc import Collection

from repit.hotline.bank import claims, feed, keys, letters
from repit.hotline.bank.letters import Order
from repit.hotline.bank.models import Claim, Item, Letter


def keep_after_all(names: Collection[str]) -> set[str]:
    """Revoke what waits for these names, within the caller's transaction; those that go on. Those for which
    nothing waits, or waits no more, are not among them."""
    feed.locked()
    orders = letters.opened(list(Letter.objects.all()))
    waiting = [order for order in orders if order.revocable and order.name in names]
    coming = {order.name for order in orders if order.wanted == "protect"}
    kept = {order.name for order in waiting if order.wanted == "let go" and not _carried_out(order, coming)}
    keys.pool(keys.LETTERS).wipe([slot for order in waiting if order.name in kept for slot in order.slots])
    return kept


def _carried_out(order: Order, coming: Collection[str]) -> bool:
    claim = claims.find(order.name)
    if claim is not None:
        return bool(claim.back)
    if Item.objects.filter(token=order.name).exists():
        # A case from before there were claims: see `carrying`.
        return Claim.objects.filter(digest=claims.digest(order.number.hex())).exists()
    return order.name not in coming
