"""How far subscribers are that are told by hash what to forget (StopNCII's protocol has no acknowledgement).

In: where a fetch begins, how far its pages lead. Out: up to which change a subscriber has everything. Next:
`erasure`, which keeps hashes for it until then.

A client asks from the second that the last page of its former fetch named. Whoever asks from there has
received that page; whoever asks from earlier has not, and is sent the same again. Where a page named the very
second that it was asked from, asking from there again tells nothing: the page may be lost. It is confirmed by
asking from a later one, which a page names once anything else has changed, or that day is closed.
"""

from django.db.models import F, Q

from repit.foundation.clock import now
from repit.hotline.feeds.models import Subscriber


def asked(subscriber: int, second: int) -> None:
    """A fetch begins at this second."""
    row = Subscriber.objects.filter(pk=subscriber)
    row.filter(~Q(by_hash_on=now().date()) | Q(by_hash_on__isnull=True)).update(by_hash_on=now().date())
    confirmed = row.filter(by_hash_next__lte=second, by_hash_heard__lt=F("by_hash_sent"))
    confirmed.update(by_hash_heard=F("by_hash_sent"))


def sent(subscriber: int, begun: int, through: int, next_second: int) -> None:
    """The last page of a fetch begun at second `begun` leads to change `through`; the client goes on from
    `next_second`."""
    confirmed_from = max(next_second, begun + 1)
    row = Subscriber.objects.filter(pk=subscriber)
    row.exclude(by_hash_sent=through, by_hash_next=confirmed_from).update(
        by_hash_sent=through, by_hash_next=confirmed_from
    )
