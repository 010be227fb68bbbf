"""What keeps an item up, and what happens when nothing does any more.

In: an item under the feed's lock, after its submissions or partners' stakes changed. Out: its count as
subscribers know it, its steps. Next: `items` and `partner_records`, which change them.
"""

from typing import Final, cast

from django.conf import settings

from repit.foundation import audit
from repit.foundation.clock import day, now
from repit.hotline.bank import feed, names, questions
from repit.hotline.bank.models import Feed, Item, PartnerRecord, RecordOrigin, Tombstone, Transition
from repit.hotline.bank.states import LIVE, step
from repit.hotline.bank.types import State

_MOVED: Final = (
    *("state", "confirmations", "told", "own", "root"),
    *("fingerprint", "expires_at", "forget_on"),
)

ACTOR: Final = "exchange"
_DOUBT: Final = "every partner that tells of it doubts it"
_NO_DOUBT: Final = "someone stands by it again"


def move(line: Feed, item: Item, after: State, actor: str, reason: str) -> None:
    """Take one step of the table of states. Raises `TransitionRefused`."""
    before = cast(State, item.state)
    taken = step(before, after)
    item.state = after
    if after not in LIVE:
        item.confirmations = 0
        end_root(item)
        item.fingerprint, item.expires_at = b"", None
        item.forget_on = now().date() if after == "withdrawn" else None
        names.bury(item)
        questions.answer(item, "withdrawn", actor, reason)
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
    move(line, item, "withdrawn", "restore", "its keys were destroyed")


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
    return item.own > 0 or PartnerRecord.objects.filter(item=item).exists()


def recount(line: Feed, item: Item, actor: str, reason: str, *, told: bool = False) -> None:
    """Count anew what stands behind an item; each change is audited.

    A record that reaches us by several partners counts once: by its origin. With `told`, subscribers hear of
    the item even if the count is what it was.
    """
    roots = RecordOrigin.objects.filter(record__item=item).values("installation", "token").distinct().count()
    changed = item.own + roots != item.confirmations
    if changed:
        item.confirmations = item.own + roots
        item.save(update_fields=["confirmations"])
        audit.record(actor, f"item.confirmations {item.confirmations}", item.token, reason)
    if (changed or told) and item.told:
        feed.append(line, item)


def name_origin(item: Item) -> None:
    """Of a submission made here the origin is this hotline; else the partner who was first to tell."""
    first = PartnerRecord.objects.filter(item=item).order_by("id").first()
    origin = settings.REPIT_ORIGIN if item.own or first is None else first.source
    if item.origin != origin:
        item.origin = origin
        item.save(update_fields=["origin"])


def weigh(line: Feed, item: Item) -> None:
    """Doubt an item that nobody stands by; end a doubt that came from partners only, as soon as one of them,
    or a person here, does."""
    if item.state == "active" and item.own:
        return
    doubted = item.own == 0 and not PartnerRecord.objects.filter(item=item, disputed=False).exists()
    if doubted and item.state == "active":
        move(line, item, "disputed", ACTOR, _DOUBT)
    elif not doubted and item.state == "disputed":
        last = Transition.objects.filter(item=item, after="disputed").latest("id")
        if (last.actor, last.reason) == (ACTOR, _DOUBT):
            move(line, item, "active", ACTOR, _NO_DOUBT)
