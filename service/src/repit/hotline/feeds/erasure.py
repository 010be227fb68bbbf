"""When what was withdrawn may be destroyed: as soon as nobody needs it to be told, or on its last day.

In: withdrawn items, how far each subscriber has come. Out: keys and rows destroyed. Next:
`hotline.loops.expire_items`.

Our own feed and NCMEC's protocol name what to forget by an opaque name, which stays; they need no hash, and
what nobody can be told by is destroyed within seconds. StopNCII's protocol names it by its hash. So of an
item that subscribers know of, the hashes that this protocol serves are kept for subscribers that speak it and
have not confirmed the withdrawal by coming back for more. A client that stayed away for `AWAY` days must
begin anew, as StopNCII itself has it, and nobody waits for it. What a partner is still to be told of its own
record (feedback) is waited for, too. `REPIT_WITHDRAWN_DAYS` ends all waiting.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from django.db.models import Max

from repit.exchanges.models import Partner
from repit.foundation.clock import now
from repit.hotline.bank import erasing, sealed
from repit.hotline.bank.models import Change, Item, ItemHash, PartnerRecord, Transition, named_by_hash
from repit.hotline.feeds.models import Feedback, FeedbackCursor, Subscriber

AWAY: Final = timedelta(days=25)
_NOBODY_WAITS: Final = "every subscriber that needed a hash has been told"
_LAST_DAY: Final = "its last day has come"


def begin() -> int:
    """Destroy at once what nobody needs of items that were just withdrawn, and everything of those whose last
    day has come; how many items."""
    some = erasing.fresh()
    ended = [item for item in some if erasing.last_day(item)]
    if ended:
        erasing.erase(ended, _LAST_DAY)
    rest = [item for item in some if item not in ended]
    needed = still_needed(rest)
    free = [item for item in rest if item.pk not in needed]
    if free:
        erasing.erase(free, _NOBODY_WAITS)
    if needed:
        erasing.reduce([item for item in rest if item.pk in needed])
    return len(some)


def begin_all() -> None:
    """The same until nothing is left of it, as after a restore."""
    while begin():
        pass


def go_on() -> int:
    """Destroy the rest of what nobody needs any more; how many items."""
    done, after = 0, 0
    while some := erasing.waiting(after):
        after = some[-1].pk
        needed = still_needed(some)
        free = [item for item in some if item.pk not in needed]
        if free:
            done += erasing.erase(free, _NOBODY_WAITS)
    return done


def how_far() -> list[tuple[object, ...]]:
    """How far those are for whom something is kept: as long as it is the same, nothing more can be
    destroyed."""
    columns = ("id", "active", "exchanges", "kinds", "by_hash_heard")
    partners = Partner.objects.filter(active=True, gives_feedback=True)
    owed = Feedback.objects.filter(partner__in=partners, due_at__isnull=False).count()
    heard = FeedbackCursor.objects.filter(partner__in=partners).order_by("pk").values_list("pk", "transition")
    return [*Subscriber.objects.order_by("id").values_list(*columns), *heard, (owed,)]


def still_needed(items: Sequence[Item]) -> set[int]:
    """Those whose named hashes, or whose names at a partner, somebody must still be told by."""
    by_hash = _named(items)
    last = dict(
        Change.objects.filter(item__in=by_hash)
        .values("item")
        .annotate(last=Max("sequence"))
        .values_list("item", "last")
    )
    following = list(
        Subscriber.objects.filter(active=True, by_hash_on__gte=now().date() - AWAY).only(
            "exchanges", "kinds", "by_hash_heard"
        )
    )
    found = set[int]()
    for item in items:
        sequence = last.get(item.pk)
        if sequence is not None and any(_waits(subscriber, item.kind, sequence) for subscriber in following):
            found.add(item.pk)
    return found | _owed(items)


def _named(items: Sequence[Item]) -> list[int]:
    """Items that subscribers know of and of which a served hash can still be told."""
    held = sealed.opened(items)
    announced = {item.pk: item for item in items if item.announced}
    rows = ItemHash.objects.filter(named_by_hash(), item__in=announced)
    return list({row.item_id for row in rows if held.opens(announced[row.item_id], row)})


def _waits(subscriber: Subscriber, kind: str, sequence: int) -> bool:
    if "stopncii" not in subscriber.exchanges.splitlines() or kind not in subscriber.kinds.splitlines():
        return False
    return subscriber.by_hash_heard < sequence


def _owed(items: Sequence[Item]) -> set[int]:
    """Items that a partner told of which is still to hear that they were withdrawn."""
    partners = {row.source: row for row in Partner.objects.filter(active=True, gives_feedback=True)}
    if not partners:
        return set()
    rows = PartnerRecord.objects.filter(item__in=[item.pk for item in items], source__in=partners)
    stood = set(rows.exclude(sealed_name=b"").values_list("item", "item__token", "source"))
    heard = dict(FeedbackCursor.objects.values_list("partner", "transition"))
    found = set[int]()
    for key, token, source in stood:
        partner = partners[source]
        due = Feedback.objects.filter(partner=partner, item=token, due_at__isnull=False)
        withdrawn = Transition.objects.filter(item=key, after="withdrawn", id__gt=heard.get(partner.pk, 0))
        if due.exists() or withdrawn.exists():
            found.add(key)
    return found
