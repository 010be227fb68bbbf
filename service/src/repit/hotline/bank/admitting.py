"""Items of submissions, under the bank's lock: those that live already, and new ones, written together.

In: submissions made ready (`incoming`), how they come in. Out: an item for each. Next: `items` for people,
`bulk` for lists, `partners.write` for partners. A submission with exactly the hashes of a living item is of
that item; every other is an item of its own, served under its own hashes and by nobody else's leave.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from repit.foundation.hashes import Hash
from repit.foundation.ids import token
from repit.hotline.bank import feed, lifecycle, lookups, mending, sealed, widely_published
from repit.hotline.bank.incoming import Incoming, secure
from repit.hotline.bank.journal import Journal
from repit.hotline.bank.lookups import Lookup
from repit.hotline.bank.models import Feed, Item, ItemHash, ItemMoments
from repit.hotline.bank.sealed import Opened
from repit.hotline.bank.states import LIVE
from repit.hotline.bank.types import Submission

SUBMITTED: Final = "submitted"
PUBLISHED: Final = "published at once, as the settings say"
AGAIN: Final = "submitted again"
_ROWS: Final = 500


@dataclass(frozen=True, slots=True)
class Way:
    """How submissions come in: by whom, from where, whether subscribers hear of them at once, whether they
    were made here (else the caller adds a partner record to each), and the reasons noted at their two first
    steps.
    """

    actor: str
    origin: str
    publish: bool
    own: bool
    received: str = SUBMITTED
    published: str = PUBLISHED
    named: bool = False
    """Whether the origin was told, and so stays with an item that lives already."""


def admit(line: Feed, incoming: Sequence[Incoming], way: Way) -> list[Item]:
    """The item of each submission, in their order."""
    held = living(line, incoming)
    fresh: dict[bytes, Incoming] = {}
    for coming in incoming:
        if coming.fingerprint not in held:
            fresh.setdefault(coming.fingerprint, coming)
    made = dict(zip(fresh, write(line, list(fresh.values()), way), strict=True))
    first = set(fresh)
    found = []
    for coming in incoming:
        if coming.fingerprint in first:
            first.discard(coming.fingerprint)
            found.append(made[coming.fingerprint])
            continue
        item = held.get(coming.fingerprint) or made[coming.fingerprint]
        _again(line, item, coming, way)
        found.append(item)
    return found


def living(line: Feed, incoming: Sequence[Incoming]) -> dict[bytes, Item]:
    """Living items that have exactly these hashes, by the newest fingerprint. One whose keys were destroyed
    since a backup that was put back is none: it is withdrawn here. One that does not open is mended."""
    newest = {mark: coming.fingerprint for coming in incoming for mark in coming.marks}
    sought, found = list(newest), dict[bytes, Item]()
    for begin in range(0, len(sought), _ROWS):
        some = list(Item.objects.filter(fingerprint__in=sought[begin : begin + _ROWS], state__in=LIVE))
        opened = sealed.opened(some)
        for item in some:
            if opened.destroyed(item):
                lifecycle.lost(line, item)
            else:
                found[newest[bytes(item.fingerprint)]] = item
    announced = {coming.fingerprint: coming for coming in incoming}
    mending.mend(line, [(item, announced[mark]) for mark, item in found.items()])
    return found


def write(line: Feed, fresh: Sequence[Incoming], way: Way) -> list[Item]:
    """New items, with everything that belongs to them, in a few statements however many they are."""
    if not fresh:
        return []
    secure(fresh)
    listed, journal = widely_published.listed(), Journal(line)
    for coming in fresh:
        begin(journal, coming, way, listed)
    save(fresh)
    journal.write()
    return [incoming.item for incoming in fresh]


def begin(journal: Journal, incoming: Incoming, way: Way, listed: bytes) -> None:
    """Begin the life of a new item, in memory, once it is secured. `listed`: as `widely_published` has it.

    With `publish` it reaches subscribers at once, unless none of its hashes has the quality for it, or one
    comes close to a widely published picture: then it stays received, for a person to look at.
    """
    famous, item = incoming.still_famous(listed), incoming.item
    item.origin, item.own = way.origin, int(way.own)
    item.root = item.token if way.own else ""
    item.state, item.announced = "received", False
    why = widely_published.REASON if famous else way.received
    journal.step(item, "", "received", way.actor, why, announced=False)
    if way.publish and incoming.publishable and not famous:
        item.state, item.announced = "active", True
        journal.step(item, "received", "active", way.actor, way.published, announced=True)


def save(fresh: Sequence[Incoming]) -> None:
    """Write the rows of new items."""
    Item.objects.bulk_create([incoming.item for incoming in fresh], batch_size=_ROWS)
    ItemHash.objects.bulk_create([row for incoming in fresh for row in incoming.hashes], batch_size=_ROWS)
    ItemMoments.objects.bulk_create([row for incoming in fresh for row in incoming.moments])


def _again(line: Feed, item: Item, incoming: Incoming, way: Way) -> None:
    """A submission of an item that lives already."""
    lift(line, item, incoming)
    if way.own:
        item.own += 1
        item.root = item.root or token()
        item.save(update_fields=["own", "root"])
        if not way.named:
            lifecycle.name_origin(item)
        lifecycle.recount(line, item, way.actor, AGAIN)
        lifecycle.weigh(line, item)
    if item.state == "received" and way.publish and incoming.publishable:
        let_out(line, item, incoming, way)


def let_out(line: Feed, item: Item, incoming: Incoming, way: Way) -> None:
    """Let subscribers have a received item, unless everyone has seen it."""
    if not incoming.still_famous(widely_published.listed()):
        lifecycle.move(line, item, "active", way.actor, way.published)


def lift(line: Feed, item: Item, incoming: Incoming) -> bool:
    """Put hashes that were told of as too poor to be served in again, as they are told of now; whether any
    was.

    Whoever knows a picture's hashes could otherwise submit them first, as worthless, and nobody who came
    after with the same hashes would be protected.
    """
    poor = list(ItemHash.objects.filter(item=item, publishable=False))
    if not poor:
        return False
    opened = sealed.opened([item])
    gone, fresh = better(item, poor, incoming.submission, opened, lookups.newest())
    if not fresh:
        return False
    ItemHash.objects.filter(pk__in=[row.pk for row in gone]).delete()
    ItemHash.objects.bulk_create(fresh)
    item.parts = sealed.parts(item.media, opened.hashes(item, ItemHash.objects.filter(item=item)))
    item.save(update_fields=["parts"])
    if item.announced:
        feed.append(line, item)
    return True


def better(
    item: Item, rows: Iterable[ItemHash], submission: Submission, opened: Opened, lookup: Lookup
) -> tuple[list[ItemHash], list[ItemHash]]:
    """Of these rows those that were too poor and that a submission tells of as good enough to be served, and
    the rows that come in their place, not yet saved."""
    served = {
        (hash_.algorithm, hash_.role, hash_.value): hash_ for hash_ in submission.hashes if hash_.publishable
    }
    gone, fresh = list[ItemHash](), list[Hash]()
    for row in rows:
        for was in () if row.publishable else opened.hashes(item, [row]):
            now = served.get((was.algorithm, was.role, was.value))
            if now is not None:
                gone.append(row)
                fresh.append(now)
    return gone, opened.sealed(item, fresh, lookup) if fresh else []
