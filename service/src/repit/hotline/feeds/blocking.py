"""Which items subscribers say to block, at present.

In: the opinions given. Out: names of items. Next: `eligibility`, for whoever requires that one of these
subscribers confirms an item; the report that each subscriber reads of itself.
"""

from collections.abc import Collection

from repit.hotline.feeds.models import Opinion


def blocked_by(subscribers: Collection[str], names: Collection[str] | None = None) -> frozenset[str]:
    """Of these items (None: of all), those that one of these subscribers says to block at present."""
    rows = Opinion.objects.filter(subscriber__name__in=subscribers)
    if names is not None:
        rows = rows.filter(item__in=names)
    latest: dict[tuple[str, int], str] = {}
    for item, subscriber, view in rows.order_by("id").values_list("item", "subscriber", "opinion"):
        latest[item, subscriber] = view
    return frozenset(item for (item, _), view in latest.items() if view == "blocked")
