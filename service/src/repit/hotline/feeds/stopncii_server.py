"""The bank's side of StopNCII v1: records by hash, feedback, proposals.

In: a subscriber, a start in Unix seconds. Out: pages of the wire. Next: `hotline.web.feeds_api.stopncii`.

A page walks the change log, so that it is stable while rows change: the token holds the newest change of the
first page (the watermark) and the last one shown. A record that changes meanwhile lies beyond the watermark,
in a second that is no earlier than `nextSetTimestamp`, where the next fetch finds it.

A disputed item is told as withdrawn (StopNCII has no word for doubt, and a hash in doubt must not block);
once the doubt is settled it comes back. A hash is active while any item that holds it is.
"""

import uuid
from collections.abc import Callable, Iterator
from typing import Final

from django.db.models import Q

from repit.exchanges.stopncii.wire import (
    FIRST_SECOND,
    CspFeedback,
    Feedback,
    FeedbackValue,
    Page,
    PageMark,
    Proposal,
    Record,
    SignalType,
    decode_mark,
    encode_mark,
)
from repit.foundation.hashes import FORMS, Algorithm, Hash, Kind, Media
from repit.hotline.bank import feed, items, lookups, proving
from repit.hotline.bank.models import Item, ItemHash, named_by_hash
from repit.hotline.bank.sealed import FIND, Opened, Read, found_by, opened
from repit.hotline.bank.types import Submission
from repit.hotline.feeds import access, by_hash, caps, eligibility, opinions
from repit.hotline.feeds.canary import CANARIES, CANARY_SECOND
from repit.hotline.feeds.keys import Granted
from repit.hotline.feeds.opinions import Held, View
from repit.hotline.feeds.timeline import Touch, first_from, last_closed, touches

MAX_PAGE: Final = 5_000
_SERVED: Final = named_by_hash() & Q(item__announced=True)
_PROPOSED: Final[dict[SignalType, tuple[Algorithm, Media]]] = {
    "ImagePDQ": ("pdq", "picture"),
    "VideoMD5": ("md5", "video"),
}
_NAMES: Final = {algorithm: name for name, (algorithm, _) in _PROPOSED.items()}
_VIEWS: Final[dict[FeedbackValue, View]] = {
    "Blocked": "blocked",
    "NotBlocked": "not_blocked",
    "PendingReview": "pending",
}
_WORDS: Final[dict[View, FeedbackValue]] = {
    "blocked": "Blocked",
    "not_blocked": "NotBlocked",
    "pending": "PendingReview",
    "none": "None",
}
_DIGESTS_AT_A_TIME: Final = 5_000


def fetch(who: Granted, start: int, size: int, token: str = "") -> Page:
    """Records changed in second `start` or later, in order; about `size` of them (a change is never cut).

    A first fetch (`start` at most 10) is spared what is withdrawn: the unmodified client would keep it.
    Raises `WireRefused` for a token that was not given out here.
    """
    first = start <= FIRST_SECOND
    if not token:
        by_hash.asked(who.id, start)
    if token:
        mark = decode_mark(token)
    else:
        # In this order: every change of a closed second is then at the head or before it.
        closed = last_closed()
        through = feed.head().sequence
        begin = first_from(start)
        mark = PageMark(through, through if begin is None else begin - 1, 0, closed)
    walked = touches(mark.after, mark.through, max(1, min(size, MAX_PAGE)), mark.second)
    found = _records(walked, who)
    records = [record for record in found if not first or record.status == "Active"]
    if first and not token:
        records = [*_canaries(), *records]
    last = walked[-1] if walked else Touch(mark.through, 0, 0)
    access.note(who.id, "stopncii", 1 if first and not token else mark.after + 1, last.sequence, len(records))
    next_second = max([start, last.second, *(record.second for record in records)])
    if last.sequence >= mark.through:
        if next_second <= mark.closed:
            # Behind the end of a closed day nothing more can bear a second of it.
            next_second = mark.closed + 1
        by_hash.sent(who.id, start, mark.through, next_second)
        return Page(tuple(records), None, next_second)
    mark = PageMark(mark.through, last.sequence, last.second, mark.closed)
    return Page(tuple(records), encode_mark(mark), next_second)


def feedback(who: Granted, feedbacks: list[Feedback]) -> int:
    """Note a subscriber's opinions; how many concerned a hash that is known here.

    The client does not say which type a hash is of: it goes to every item that holds the value.
    """
    known = 0
    for opinion in feedbacks:
        names = _holders(
            who, [d for n in _NAMES for d in lookups.everywhere(FIND, n.encode(), opinion.value)]
        )
        known += bool(opinions.give(who, names, _VIEWS.get(opinion.feedback, "none"), opinion.tags))
    return known


def propose(who: Granted, proposed: list[Proposal]) -> int:
    """Take proposals in for a person to review, never as active; how many were new to this subscriber.

    One whose hash it is shown becomes its opinion of it. It does not vouch for the item, which must vanish
    when those who submitted it withdraw; and what is withdrawn does not come back this way. What it was never
    shown is answered as new, whether the bank has it or not. Raises `caps.MovedTooMuch`.
    """
    caps.spend(who, "proposals", len(proposed))
    kind = _kind(who)
    new = 0
    for proposal in proposed:
        algorithm, media = _PROPOSED[proposal.signal_type]
        digests = lookups.everywhere(FIND, algorithm.encode(), proposal.value)
        held = ItemHash.objects.filter(digest__in=digests, item__kind__in=who.kinds)
        if held.filter(Q(item__announced=True) | Q(item__origin=who.name)).exists():
            opinions.give(who, _holders(who, digests), _VIEWS.get(proposal.feedback, "none"), proposal.tags)
            continue
        new += 1
        if not held.filter(item__kind=kind).exists():
            hash_ = Hash(
                algorithm, "whole", proposal.value, proposal.quality if FORMS[algorithm].perceptual else None
            )
            submission = Submission(media, kind, (hash_,))
            items.submit(submission, actor=f"subscriber {who.id}", publish=False, origin=who.name)
    return new


def _kind(who: Granted) -> Kind:
    """What a proposal is of: the protocol does not say; never of a kind that was not granted."""
    return "intimate" if "intimate" in who.kinds else "deepfake"


def _holders(who: Granted, digests: list[bytes]) -> set[str]:
    rows = ItemHash.objects.filter(_SERVED, digest__in=digests, item__kind__in=who.kinds)
    names = set(rows.values_list("item__token", flat=True))
    return set(eligibility.visible(who, names).values_list("token", flat=True))


def _canaries() -> list[Record]:
    return [
        Record(
            CANARY_SECOND,
            "ImagePDQ",
            value,
            "Active",
            ((str(uuid.uuid5(uuid.NAMESPACE_OID, value.hex())), "Active"),),
            (CspFeedback("Repit", "None", ("canary",)),),
            100,
        )
        for value in CANARIES
    ]


def _records(walked: list[Touch], who: Granted) -> Iterator[Record]:
    """Each hash that these changes concern, once, with everything that is known of it now.

    Items of a kind that was not granted do not exist here, since a withdrawn record, too, would show a hash.
    """
    served = _SERVED & Q(item__kind__in=who.kinds)
    last = {touch.item_key: touch for touch in walked}
    touched = list(ItemHash.objects.filter(served, item_id__in=last).select_related("item"))
    same = _under_every_key(touched)
    place: dict[bytes, Touch] = {}
    for row in touched:
        touch, key = last[row.item_id], same.get(bytes(row.digest or b""))
        if key is not None and (key not in place or place[key].sequence < touch.sequence):
            place[key] = touch
    holders: dict[bytes, list[ItemHash]] = {}
    digests = list(same)
    for begin in range(0, len(digests), _DIGESTS_AT_A_TIME):
        some = digests[begin : begin + _DIGESTS_AT_A_TIME]
        for row in ItemHash.objects.filter(served, digest__in=some).select_related("item").order_by("id"):
            holders.setdefault(same[bytes(row.digest or b"")], []).append(row)
    held_by = opened({row.item_id: row.item for several in holders.values() for row in several}.values())
    tokens = {row.item.token for several in holders.values() for row in several}
    held, confirmed = opinions.of(tokens), eligibility.confirmed(who, tokens)

    def shown(item: Item) -> bool:
        return eligibility.wanted(item.token, item.origin, item.confirmations, who, confirmed)

    for digest in sorted(holders.keys() & place.keys(), key=lambda key: place[key].sequence):
        # Of what was erased this very moment nothing can be told any more. A row that does not open holds the
        # same hash as the others of its digest, and keeps it up.
        read = [pair for row in holders[digest] for pair in held_by.read(row.item, [row])]
        if any(hash_ is not None for _, hash_ in read):
            yield _record(place[digest].second, read, held_by, held, shown)
    proving.sure(held_by)


def _under_every_key(rows: list[ItemHash]) -> dict[bytes, bytes]:
    """For each digest under which these hashes may be found, one that stands for the hash: while items change
    over to another key, two that hold the same hash have different digests."""
    alive = lookups.alive()
    if len(alive) == 1:
        return {bytes(row.digest): bytes(row.digest) for row in rows if row.digest}
    held_by, same = opened({row.item_id: row.item for row in rows}.values()), dict[bytes, bytes]()
    for row in rows:
        for hash_ in held_by.hashes(row.item, [row]):
            found = [digest for digest in (found_by(hash_, lookup) for lookup in alive) if digest]
            same.update(dict.fromkeys(found, found[0]))
    return same


def _record(
    second: int,
    read: Read,
    held_by: Opened,
    held: dict[str, list[Held]],
    shown: Callable[[Item], bool],
) -> Record:
    hash_ = next(found for _, found in read if found is not None)
    rows = [row for row, _ in read]
    listed = [row.item for row in rows]

    def is_active(item: Item) -> bool:
        return item.state == "active" and not held_by.destroyed(item) and shown(item)

    active = any(is_active(item) for item in listed)
    feedbacks = [
        CspFeedback(opinion.name, _WORDS[opinion.view], opinion.tags)
        for item in listed
        if shown(item)
        for opinion in held.get(item.token, [])
    ]
    if not active:
        feedbacks.append(CspFeedback("Repit", "NotBlocked", ()))
    qualities = [row.quality for row in rows if row.quality is not None]
    return Record(
        second,
        _NAMES[hash_.algorithm],
        hash_.value,
        "Active" if active else "Withdrawn",
        tuple((_case(item), "Active" if is_active(item) else "Withdrawn") for item in listed),
        tuple(dict.fromkeys(feedbacks)),
        max(qualities, default=None),
        any(item.state == "disputed" and shown(item) for item in listed),
    )


def _case(item: Item) -> str:
    """A name in the form that the protocol has; it leads to the item, never to a case."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, item.token))
