"""What does not open is written anew when somebody tells of the same hashes again.

In: living items, submissions with exactly their hashes; under the bank's lock. Out: rows that open; a change
in the feed. Next: `admitting`, `partner_records`. Joined to an item that nobody can read, a submission would
be protected nowhere, without anyone noticing.

The fingerprint by which an item was found covers all of its hashes, and the moments of a video, so nothing
comes in that was not there.
A quality is never lowered: whoever knows the hashes could otherwise tell of them as worthless.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from repit.foundation import audit
from repit.foundation.hashes import Hash
from repit.hotline.bank import feed, incoming, lookups, proving, sealed, unreadable, videos
from repit.hotline.bank.incoming import Incoming
from repit.hotline.bank.models import Feed, Item, ItemHash, ItemMoments, Unreadable
from repit.hotline.bank.sealed import Opened, Read
from repit.hotline.bank.states import LIVE

ACTOR: Final = "mending"
_WHY: Final = "its hashes did not open, and were told of again"
_ROWS: Final = 500


def mend(line: Feed, announced: Sequence[tuple[Item, Incoming]]) -> int:
    """Of these items, write those anew that do not open whole; how many. Raises `Unavailable` where the keys
    are not ours."""
    rows = defaultdict[int, list[ItemHash]](list)
    for begin in range(0, len(announced), _ROWS):
        some = [item.pk for item, _ in announced[begin : begin + _ROWS]]
        for row in ItemHash.objects.filter(item__in=some).order_by("id"):
            rows[row.item_id].append(row)
    seen = videos.rows_of([item.pk for item, coming in announced if coming.submission.moments])
    opened, done = sealed.opened([item for item, _ in announced]), 0
    for item, coming in announced:
        read, moments = opened.read(item, rows[item.pk]), videos.read(opened, item, seen.get(item.pk))
        if (
            all(hash_ is not None for _, hash_ in read)
            and len(read) >= len(_each(coming))
            and moments == coming.submission.moments
        ):
            continue
        proving.sure(opened)
        _write(line, item, coming, opened, read)
        done += 1
    return done


def mend_those_of(line: Feed, some: Sequence[Incoming]) -> int:
    """The same for the living items with exactly the hashes of these submissions."""
    announced = {mark: coming for coming in some for mark in coming.marks}
    sought, found = list(announced), list[Item]()
    for begin in range(0, len(sought), _ROWS):
        part = sought[begin : begin + _ROWS]
        found += Item.objects.filter(fingerprint__in=part, state__in=LIVE)
    opened = sealed.opened(found)
    living = [item for item in found if not opened.destroyed(item)]
    return mend(line, [(item, announced[bytes(item.fingerprint)]) for item in living])


def _write(line: Feed, item: Item, coming: Incoming, opened: Opened, read: Read) -> None:
    pair = opened.pair(item)
    if not opened.intact(item):
        incoming.secure([coming])
        item.slot, pair = coming.item.slot, coming.pair
    lookup = lookups.newest()
    hashes = [_at_least(hash_, read) for hash_ in _each(coming)]
    ItemHash.objects.filter(item=item).delete()
    ItemHash.objects.bulk_create(sealed.seal_hashes(item, hashes, pair, lookup))
    ItemMoments.objects.filter(item=item).delete()
    ItemMoments.objects.bulk_create(videos.seal(item, coming.submission.moments, pair))
    item.fingerprint, item.found_by = coming.fingerprint, lookup.number
    item.parts = sealed.parts(item.media, hashes)
    item.save(update_fields=["slot", "fingerprint", "found_by", "parts"])
    Unreadable.objects.filter(item=item).delete()
    unreadable.forget([item.pk])
    audit.record(ACTOR, "item.mend", item.token, _WHY)
    if item.announced:
        feed.append(line, item)


def _each(coming: Incoming) -> list[Hash]:
    """The hashes of a submission, each once."""
    given = coming.submission.hashes
    return list({(hash_.algorithm, hash_.role, hash_.value): hash_ for hash_ in given}.values())


def _at_least(hash_: Hash, read: Read) -> Hash:
    """A hash with a quality no lower than it had, or than any of the rows in which it may have stood."""
    if hash_.quality is None:
        return hash_
    alike = [(row, was) for row, was in read if (row.algorithm, row.role) == (hash_.algorithm, hash_.role)]
    own = [row.quality for row, was in alike if was is not None and was.value == hash_.value]
    held = own or [row.quality for row, was in alike if was is None]
    return replace(hash_, quality=max(hash_.quality, min((q for q in held if q is not None), default=0)))
