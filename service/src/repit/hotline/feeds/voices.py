"""What platforms' people think of an item, weighed, and what follows.

In: items of which an opinion changed. Out: a question to a person, a call to all to look once more, a
suspension. Next: `hotline.bank.items`. The rule is `hotline.bank.doubt_rule`, and pure.

A voice is a party's, not a subscriber's: several that belong to one speak once. It has people behind it where
it was given with the key of a review desk, by a subscriber of whom the operator knows that it has moderators.
What a muted or closed subscriber said does not count; nor what was said before a person last kept the item.
"""

from collections.abc import Collection
from typing import Final

from repit.foundation.clock import now
from repit.hotline.bank import doubt_rule, items, questions
from repit.hotline.bank.doubt_rule import VOICES_LAST, Judged, View, Voice
from repit.hotline.bank.models import Item, ItemHash
from repit.hotline.bank.states import SHARED
from repit.hotline.feeds.models import Opinion

ACTOR: Final = "platforms' people"


def weigh(names: Collection[str]) -> None:
    """See what follows from the present opinions of these items. The caller holds the bank's lock."""
    for item in Item.objects.filter(token__in=names, state__in=SHARED).order_by("id"):
        judged = judge(item)
        if judged.finding == "quiet":
            continue
        questions.ask(item, "voices", judged.reason)
        if judged.finding == "suspend" and item.state == "active":
            items.dispute(item.token, actor=ACTOR, reason=judged.reason)
        elif judged.differ and not questions.asked_again_since(item, now() - VOICES_LAST):
            items.ask_again(item.token, actor=ACTOR, reason=judged.reason)


def judge(item: Item) -> Judged:
    """What the rule finds of an item."""
    family = ItemHash.objects.filter(item=item, role="anchored", publishable=True).exists()
    return doubt_rule.by_voices(of(item), family=family, keeps=questions.keeps(item))


def of(item: Item) -> list[Voice]:
    """The voices that count."""
    since = now() - VOICES_LAST
    kept = questions.last_kept(item)
    rows = Opinion.objects.filter(item=item.token, at__gt=max(since, kept) if kept else since)
    latest: dict[int, Opinion] = {}
    for row in rows.select_related("subscriber").order_by("id"):
        before = latest.get(row.subscriber_id)
        # A script with the feed's key does not unsay what people said.
        if before is None or row.people or not before.people:
            latest[row.subscriber_id] = row
    return [
        Voice(
            row.subscriber.party or row.subscriber.name,
            _view(row),
            bool(row.people) and row.subscriber.people,
            row.depth,
        )
        for row in latest.values()
        if row.subscriber.active and row.subscriber.muted_at is None
    ]


def _view(row: Opinion) -> View:
    views: dict[str, View] = {"blocked": "blocked", "not_blocked": "not_blocked", "pending": "pending"}
    return views.get(row.opinion, "none")
