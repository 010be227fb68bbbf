"""Which items a subscriber is shown: what it was granted, and what it requires.

In: an item's kind, origin and confirmations, and who asks. Out: whether it is granted (else it does not exist
for that subscriber) and whether it is wanted (else it is told as withdrawn); every item that a subscriber may
see, and so speak of. Next: the exchanges, whatever they are told or tell.

Granted is the hotline's word: it never tells of more. Wanted is the subscriber's own: an item may come to be
wanted, or cease to be, with each submission and each opinion, so the feed must be able to take it back.
"""

import uuid
from collections.abc import Collection
from dataclasses import replace
from typing import Final

from django.db.models import Q, QuerySet

from repit.hotline.bank.models import Item, PartnerRecord
from repit.hotline.bank.states import SHARED
from repit.hotline.feeds.blocking import blocked_by
from repit.hotline.feeds.keys import SYNC, Granted

_PLAIN: Final = Granted(0, "", sees_anchored=False, exchanges=frozenset())


def granted(kind: str, who: Granted) -> bool:
    """Whether items of this kind are told to this subscriber at all."""
    return kind in who.kinds


def confirmed(who: Granted, names: Collection[str] | None = None) -> frozenset[str]:
    """Of these items (None: of all), those that someone this subscriber trusts tells of, or says to block."""
    if not who.confirmed_by:
        return frozenset()
    held = PartnerRecord.objects.filter(source__in=who.confirmed_by)
    if names is not None:
        held = held.filter(item__token__in=names)
    return blocked_by(who.confirmed_by, names) | set(held.values_list("item__token", flat=True))


def wanted(
    token: str, origin: str, confirmations: int, who: Granted, confirmed_items: Collection[str]
) -> bool:
    """Whether enough, and the right ones, stand behind an item for this subscriber."""
    if confirmations < who.min_confirmations:
        return False
    return not who.confirmed_by or origin in who.confirmed_by or token in confirmed_items


def visible(who: Granted, names: Collection[str]) -> QuerySet[Item]:
    """Those of these items that this subscriber is shown now: of any other it may say nothing and hear
    nothing."""
    items = Item.objects.filter(
        token__in=names,
        announced=True,
        state__in=SHARED,
        kind__in=who.kinds,
        confirmations__gte=who.min_confirmations,
    )
    if who.confirmed_by:
        items = items.filter(Q(origin__in=who.confirmed_by) | Q(token__in=confirmed(who, names)))
    return items.order_by("id")


def feed_name(feed_id: str, who: Granted, *, moments: bool = False) -> str:
    """The feed's name as this subscriber knows it.

    It changes with what is granted and demanded: what a subscriber holds then is no part of what it would
    receive, and under another name it begins again with a snapshot by itself. So it does the first time that
    its client reads the `moments` of videos, of which it holds none.
    """
    if moments:
        feed_id = str(uuid.uuid5(uuid.UUID(feed_id), "moments"))
    if SYNC not in who.exchanges and replace(who, id=0, name="", key=0, exchanges=frozenset()) == _PLAIN:
        return feed_id
    shaping = (
        who.sees_anchored,
        who.min_confirmations,
        sorted(who.kinds),
        sorted(who.confirmed_by),
        SYNC in who.exchanges,
    )
    return str(uuid.uuid5(uuid.UUID(feed_id), repr(shaping)))
