"""What keeps an item up, and what happens when nothing does any more.

In: an item under the feed's lock, after its submissions or partner records changed. Out: its count as
subscribers know it, its steps. Next: `items`, which changes one item; `partners.write`, which changes many
and has them in memory: for it the rules stand by themselves (`enter`, `counted`, `weighed`, `origin_of`).
"""

from collections.abc import Collection
from typing import Final, cast

from django.conf import settings

from repit.foundation.clock import now
from repit.hotline.bank import names, questions
from repit.hotline.bank.journal import Journal
from repit.hotline.bank.models import Feed, Item, PartnerRecord, RecordOrigin, Transition, Unreadable
from repit.hotline.bank.states import LIVE, Step, step
from repit.hotline.bank.types import State

MOVED: Final = (
    *("state", "confirmations", "announced", "own", "root"),
    *("fingerprint", "expires_at", "forget_on"),
)
"""What `enter` changes."""

ACTOR: Final = "exchange"
RESTORE: Final = "restore"
KEYS_GONE: Final = "its keys were destroyed"
DOUBT: Final = "every partner that tells of it doubts it"
_WHY: Final[dict[str, str]] = {"disputed": DOUBT, "active": "someone stands by it again"}


def move(line: Feed, item: Item, after: State, actor: str, reason: str) -> None:
    """Take one step of the table of states. Raises `TransitionRefused`."""
    before, root, journal = item.state, item.root, Journal(line)
    taken = enter(item, after)
    if after not in LIVE:
        _end(journal, line, item, root)
        names.bury(item)
        Unreadable.objects.filter(item=item).delete()
        questions.answer(item, "withdrawn", actor, reason)
    item.save(update_fields=MOVED)
    journal.step(item, before, after, actor, reason, announced=taken.announced)
    journal.write()


def enter(item: Item, after: State) -> Step:
    """Have an item be in the state after one step of the table, in memory. Raises `TransitionRefused`."""
    taken = step(item.token, cast(State, item.state), after)
    item.state = after
    if after not in LIVE:
        item.confirmations = item.own = 0
        item.root, item.fingerprint, item.expires_at = "", b"", None
        item.forget_on = now().date() if after == "withdrawn" else None
    item.announced = item.announced or taken.announced
    return taken


def lost(line: Feed, item: Item) -> None:
    """An item whose keys were destroyed since the backup that was put back was made: it was withdrawn."""
    move(line, item, "withdrawn", RESTORE, KEYS_GONE)


def end_root(line: Feed, item: Item) -> None:
    """Nothing that was submitted here stands any more: other hotlines are told, once and for all."""
    journal, root = Journal(line), item.root
    item.own, item.root = 0, ""
    _end(journal, line, item, root)
    journal.write()


def recount(line: Feed, item: Item, actor: str, reason: str) -> None:
    """Count anew what stands behind an item; each change is audited, and subscribers hear of it."""
    journal, origins = Journal(line), RecordOrigin.objects.filter(record__item=item)
    if counted(journal, item, origins.values("installation", "token").distinct().count(), actor, reason):
        item.save(update_fields=["confirmations"])
    journal.write()


def counted(
    journal: Journal, item: Item, origins: int, actor: str, reason: str, *, announce: bool = False
) -> bool:
    """Set what stands behind an item, in memory; whether it is another count than before.

    `origins`: of its partner records. One that reaches us by several partners counts once. With `announce`,
    subscribers hear of the item even if the count is what it was.
    """
    confirmations = item.own + origins
    changed: bool = confirmations != item.confirmations
    if changed:
        item.confirmations = confirmations
        journal.audit(actor, f"item.confirmations {confirmations}", item, reason)
    if (changed or announce) and item.announced:
        journal.announce(item)
    return changed


def name_origin(item: Item) -> None:
    """Note whose an item is."""
    first = PartnerRecord.objects.filter(item=item).order_by("id").first()
    origin = origin_of(item, None if first is None else first.source)
    if item.origin != origin:
        item.origin = origin
        item.save(update_fields=["origin"])


def origin_of(item: Item, first: str | None) -> str:
    """Of a submission made here the origin is this hotline; else the partner whose record came first."""
    return str(settings.REPIT_ORIGIN) if item.own or first is None else first


def weigh(line: Feed, item: Item) -> None:
    """Take the step that `weighed` finds."""
    if item.state == "active" and item.own:
        return
    vouched = PartnerRecord.objects.filter(item=item, disputed=False).exists()
    theirs = item.state == "disputed" and by_partners([item])[item.pk]
    after = weighed(item, vouched=vouched, by_partners=theirs)
    if after is not None:
        move(line, item, after, ACTOR, why(after))


def weighed(item: Item, *, vouched: bool, by_partners: bool) -> State | None:
    """Doubt an item that nobody stands by; end a doubt that came from partners only, as soon as one of them,
    or a person here, does. None where neither is called for.

    `vouched`: a partner stands by it; `by_partners`: that it is in doubt comes from partners only.
    """
    stood_by = item.own > 0 or vouched
    if item.state == "active" and not stood_by:
        return "disputed"
    if item.state == "disputed" and stood_by and by_partners:
        return "active"
    return None


def why(after: State) -> str:
    """The reason that is noted at a step that `weighed` found."""
    return _WHY[after]


def by_partners(disputed: Collection[Item]) -> dict[int, bool]:
    """Whether the doubt about each of these items came from partners only."""
    steps = Transition.objects.filter(item__in=disputed, after="disputed").order_by("id")
    return {
        item: (actor, reason) == (ACTOR, DOUBT)
        for item, actor, reason in steps.values_list("item_id", "actor", "reason")
    }


def _end(journal: Journal, line: Feed, item: Item, root: str) -> None:
    if root:
        # The feed's own name is this installation's.
        journal.entomb(str(line.feed_id), root, item.token)
