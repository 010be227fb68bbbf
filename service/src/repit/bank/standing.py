"""What keeps an item up, and what happens when nothing does any more.

In: an item under the feed's lock, after its submissions, partners' stakes or near duplicates changed. Out:
its count as subscribers know it, its steps, its successor. Next: `items` and `stakes`, which change them.
"""

from typing import Final, cast

from django.conf import settings

from repit.bank import feed, names, near
from repit.bank.models import Feed, Item, ItemHash, Root, Stake, Tombstone, Transition
from repit.bank.sealed import opened
from repit.bank.states import LIVE, step
from repit.bank.types import State
from repit.foundation import audit
from repit.foundation.clock import day, now

_MOVED: Final = (
    *("state", "confirmations", "told", "own", "root", "lead"),
    *("fingerprint", "expires_at", "forget_on"),
)


def move(line: Feed, item: Item, after: State, actor: str, reason: str) -> None:
    """Take one step of the table of states. Raises `TransitionRefused`."""
    before = cast(State, item.state)
    taken = step(before, after)
    item.state = after
    if after not in LIVE:
        item.confirmations = 0
        item.lead = None
        end_root(item)
        near.forget(item)
        item.fingerprint, item.expires_at = b"", None
        item.forget_on = now().date() if after == "withdrawn" else None
        names.bury(item)
    item.told = item.told or taken.told
    item.save(update_fields=_MOVED)
    sequence = feed.append(line, item) if taken.told else None
    # Doubts and their end are decided by gates, subscribers and staff, and are compared with their reports.
    # All else may be what a person did just now.
    at = now() if "disputed" in (before, after) and after != "withdrawn" else day()
    Transition.objects.create(
        item=item, before=before, after=after, at=at, actor=actor, reason=reason, sequence=sequence
    )


def lost(line: Feed, item: Item) -> None:
    """An item whose keys were destroyed since the backup that was put back was made: it was withdrawn."""
    fall(line, item, "restore", "its keys were destroyed")


def end_root(item: Item) -> None:
    """Nothing that was submitted here stands any more: other hotlines are told, once and for all."""
    item.own = 0
    if item.root:
        # The feed's own name is this installation's.
        entomb(feed.head().feed_id, item.root, item.token)
        item.root = ""


def entomb(installation: str, token: str, item: str) -> None:
    """Note what its origin has withdrawn."""
    Tombstone.objects.get_or_create(installation=installation, token=token, item=item, defaults={"at": day()})


def stands(item: Item) -> bool:
    """Whether a submission made here or a partner's word keeps this item up."""
    return item.own > 0 or Stake.objects.filter(item=item).exists()


def recount(line: Feed, item: Item, actor: str, reason: str, *, told: bool = False) -> None:
    """Count anew what stands behind an item and those served through it; each change is audited.

    A record that reaches us by several partners counts once: by its origin. With `told`, subscribers hear of
    the item even if the count is what it was.
    """
    lead = item if item.lead is None else item.lead
    joined = list(Item.objects.filter(lead=lead))
    for one in joined:
        _count(one, [one])
    changed = _count(lead, [lead, *joined])
    if changed:
        audit.record(actor, f"item.confirmations {lead.confirmations}", lead.token, reason)
    if (changed or told) and lead.told:
        feed.append(line, lead)


def _count(item: Item, members: list[Item]) -> bool:
    roots = Root.objects.filter(stake__item__in=members).values("installation", "token").distinct().count()
    count = sum(member.own for member in members) + roots
    changed = count != item.confirmations
    if changed:
        item.confirmations = count
        item.save(update_fields=["confirmations"])
    return changed


def name_origin(item: Item) -> None:
    """Of a submission made here the origin is this hotline; else the partner who was first to tell."""
    first = Stake.objects.filter(item=item).order_by("id").first()
    origin = settings.REPIT_ORIGIN if item.own or first is None else first.source
    if item.origin != origin:
        item.origin = origin
        item.save(update_fields=["origin"])


def fall(line: Feed, item: Item, actor: str, reason: str) -> None:
    """Withdraw an item that nothing keeps up; near duplicates served through it are served on their own.

    They come first, so that no subscriber meets a moment without either.
    """
    lead = item.lead
    if lead is None:
        split(line, item, actor, "the item it was served through is withdrawn")
    move(line, item, "withdrawn", actor, reason)
    if lead is not None:
        recount(line, lead, actor, reason)


def split(line: Feed, item: Item, actor: str, reason: str) -> int:
    """Serve near duplicates apart from this item, in its own state; how many there were.

    The first of them leads those that are near to it; others stand alone.
    """
    joined = list(Item.objects.filter(lead=item).order_by("token"))
    Item.objects.filter(lead=item).update(lead=None)
    before = item.state
    for one in joined:
        one.lead = None
        if one.state != "received" or Item.objects.filter(pk=one.pk, lead__isnull=False).exists():
            continue
        for other in joined:
            if other.pk != one.pk and other.state == "received" and _near(one, other):
                other.lead = one
                other.save(update_fields=["lead"])
        if before != "received":
            move(line, one, "active", actor, reason)
        if before == "disputed":
            move(line, one, "disputed", actor, "the doubt goes on")
        recount(line, one, actor, reason)
    return len(joined)


def _near(one: Item, other: Item) -> bool:
    held = opened([one, other])
    hashes = [
        held.signals(item, ItemHash.objects.filter(item=item, publishable=True)) for item in (one, other)
    ]
    return near.alike(hashes[0], hashes[1])
