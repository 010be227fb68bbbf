"""The bank's side of NCMEC hash sharing v2: entries by item, members, feedback.

In: a subscriber, a window of time. Out: the wire's answers. Next: `hotline.web.feeds_api.ncmec`.

The client trusts a window once it has read it, and cuts windows by its own clock, five seconds ago. So that a
slow transaction, a clock that steps back or a client's clock that runs ahead hides nothing, each window is
answered from `MARGIN` seconds earlier than asked, and from earlier still by as much as its end lies in the
future (a client east of Greenwich glues a Z to its local time). Repeats are harmless to the client.

A disputed item is told as deleted and comes back once the doubt is settled. The tombstone needs no hash, so
it outlives the erasure of the hashes.
"""

from typing import Final

from django.conf import settings

from repit.exchanges.ncmec.wire import (
    FINGERPRINTS,
    REASONS,
    Entry,
    Media,
    Member,
    More,
    Reason,
    Vote,
    Window,
    encode_entries,
)
from repit.foundation.clock import now
from repit.foundation.errors import NotFound
from repit.hotline.bank import feed, proving
from repit.hotline.bank.models import Item, ItemHash
from repit.hotline.bank.sealed import Opened, opened
from repit.hotline.bank.types import ASKED_BY_VALUE, IN_ONE_ENTRY
from repit.hotline.feeds import access, eligibility, opinions
from repit.hotline.feeds.canary import CANARIES, CANARY_SECOND
from repit.hotline.feeds.keys import Granted
from repit.hotline.feeds.models import Subscriber
from repit.hotline.feeds.opinions import Held
from repit.hotline.feeds.timeline import LAST_SECOND, Touch, first_from, touches

MARGIN: Final = 60
PAGE: Final = 20_000
"""Changes a page: large, since the client shrinks its window fourfold whenever there is a second page."""
_HOTLINE: Final = 1
_SUBSCRIBERS_FROM: Final = 1_000
_MEDIA: Final[dict[str, Media]] = {"picture": "image", "video": "video"}


def whoami(who: Granted) -> Member:
    """A subscriber as a member."""
    return Member(_SUBSCRIBERS_FROM + who.id, who.name)


def hotline() -> Member:
    """Ourselves, who give every entry."""
    return Member(_HOTLINE, settings.REPIT_ORIGIN)


def members() -> list[Member]:
    """The hotline, and those subscribers who use this protocol: others' names are no business of theirs."""
    rows = Subscriber.objects.filter(active=True, exchanges__contains="ncmec").order_by("id")
    listed = rows.values_list("id", "name")
    return [hotline(), *(Member(_SUBSCRIBERS_FROM + key, name) for key, name in listed)]


def entries(who: Granted, window: Window, start: int = 0, last: int = 0, size: int = PAGE) -> bytes:
    """One page of a window; `start` and `last` (numbers of the change log) as the page before gave them."""
    ahead = max(0, window.end - int(now().timestamp()))
    begin = window.begin - ahead - MARGIN
    first, beyond = first_from(begin), first_from(window.end)
    newest = feed.head().sequence if beyond is None else beyond - 1
    through = min(last, newest) if last else newest
    after = max(start, newest + 1 if first is None else first) - 1
    walked = touches(after, through, max(1, min(size, PAGE)), None if start else 0)
    found = _entries(walked, who)
    if begin <= CANARY_SECOND < window.end and not start:
        found = [*_canaries(), *found]
    reached = walked[-1].sequence if walked else through
    access.note(who.id, "ncmec", after + 1, reached, len(found))
    more = More(reached + 1, size, through) if walked and reached < through else None
    return encode_entries(found, window, more)


def give_feedback(who: Granted, member: int, entry: str, fingerprint: str, reason: Reason | None) -> None:
    """Note a subscriber's opinion of an entry. May be repeated. Raises `NotFound`."""
    media = {"image": "picture", "video": "video"}.get(FINGERPRINTS.get(fingerprint, ""))
    token = entry.partition(".")[0]
    known = eligibility.visible(who, [token]).filter(media=media or "").exists()
    if member != _HOTLINE or media is None or not known:
        raise NotFound
    if reason is None:
        opinions.give(who, [token], "blocked")
    else:
        opinions.give(who, [token], "not_blocked", [reason.name])


def _canaries() -> list[Entry]:
    return [
        Entry(f"canary-{number}", hotline(), "image", CANARY_SECOND, False, "canary", value)
        for number, value in enumerate(CANARIES, 1)
    ]


def _entries(walked: list[Touch], who: Granted) -> list[Entry]:
    """Each item that these changes concern and the subscriber was granted, once, as it stands now."""
    last = {touch.item_key: touch for touch in walked}
    listed = Item.objects.filter(id__in=last, announced=True, media__in=_MEDIA, kind__in=who.kinds)
    by_key = {item.id: item for item in listed}
    hashes: dict[int, list[ItemHash]] = {key: [] for key in by_key}
    wanted = ItemHash.objects.filter(item_id__in=by_key, role="whole", publishable=True)
    for row in wanted.filter(algorithm__in=ASKED_BY_VALUE).order_by("id"):
        hashes[row.item_id].append(row)
    tokens = {item.token for item in by_key.values()}
    held, confirmed = opinions.of(tokens), eligibility.confirmed(who, tokens)
    held_by = opened(by_key.values())
    found: list[Entry] = []
    for key, touch in sorted(last.items(), key=lambda pair: pair[1].sequence):
        if key in by_key:
            item = by_key[key]
            shown = eligibility.wanted(item.token, item.origin, item.confirmations, who, confirmed)
            deleted = item.state != "active" or held_by.destroyed(item) or not shown
            given = held.get(item.token, [])
            found += _of_item(item, touch.second, hashes[key], held_by, given, deleted=deleted)
    proving.sure(held_by)
    return found


def _of_item(
    item: Item, second: int, rows: list[ItemHash], held_by: Opened, held: list[Held], *, deleted: bool
) -> list[Entry]:
    """An entry holds one hash of each type; an item with more of them becomes several entries. Each of them
    is deleted: how many there were is known longer than the hashes are. What does not open is left out: a
    client keeps what it has of it."""
    media = _MEDIA[item.media]
    values: dict[str, list[bytes]] = {"pdq": [], "md5": []}
    for row in rows:
        if not deleted and row.algorithm in IN_ONE_ENTRY[item.media]:
            values[row.algorithm] += [hash_.value for hash_ in held_by.hashes(item, [row])]
    votes = tuple(vote for opinion in held for vote in _votes(opinion))
    count = (item.parts or 1) if deleted else max(len(values["pdq"]), len(values["md5"]))
    return [
        Entry(
            item.token if number == 0 else f"{item.token}.{number}",
            hotline(),
            media,
            second,
            deleted,
            item.kind,
            None if deleted else dict(enumerate(values["pdq"])).get(number),
            None if deleted else dict(enumerate(values["md5"])).get(number),
            () if deleted else votes,
        )
        for number in range(count)
    ]


def _votes(held: Held) -> list[Vote]:
    member = Member(_SUBSCRIBERS_FROM + held.subscriber, held.name)
    second = min(int(held.at.timestamp()), LAST_SECOND)
    if held.view == "blocked":
        return [Vote(member, second)]
    if held.view == "not_blocked":
        reason = next((reason for reason in REASONS if reason.name in held.tags), REASONS[-1])
        return [Vote(member, second, reason)]
    return []
