"""The names by which cases know what they asked for, and what they lead to.

In: a name that only a case has. Out: the item. Next: `carrying`, `items.states`, `hotline.feeds.reach`.

The name is drawn when a person submits, before anybody knows whether the same hashes are here already;
several claims may rest on one item. A claim is a keyed digest: whoever has the rows alone sees how many
submissions an item rests on, which its count says anyway. Cases from before there were claims know the item's
own name.
"""

from collections.abc import Collection
from typing import NamedTuple

from repit.foundation.sealing import keyed_digest
from repit.hotline.bank.models import Claim, Item
from repit.hotline.bank.states import LIVE


def digest(name: str) -> bytes:
    """By what a claim is found."""
    return keyed_digest("claim", name.encode())


def find(name: str) -> Claim | None:
    """A claim with its item."""
    return Claim.objects.select_related("item").filter(digest=digest(name)).first()


class Led(NamedTuple):
    """What a name leads to. `stands`: whether its claim was not taken back; where there is no claim, whether
    anyone here still has the item protected."""

    item: Item
    stands: bool


def led(names: Collection[str]) -> dict[str, Led]:
    """What each name leads to, of those that lead anywhere."""
    old = Item.objects.filter(token__in=names)
    found = {item.token: Led(item, item.state in LIVE and item.own > 0) for item in old}
    digests = {digest(name): name for name in names if name not in found}
    for claim in Claim.objects.select_related("item").filter(digest__in=list(digests)):
        found[digests[bytes(claim.digest)]] = Led(claim.item, not claim.back)
    return found


def items_of(names: Collection[str]) -> dict[str, Item]:
    """The item that each name leads to, of those that lead anywhere."""
    return {name: there.item for name, there in led(names).items()}
