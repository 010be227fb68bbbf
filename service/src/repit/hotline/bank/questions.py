"""What a person at the hotline is asked about items, and what was answered.

In: suspicions of `floods` and of platforms' voices; decisions of people. Out: rows, one open question an
item. Next: the pages of the bank desk, `repit bank …`. A question changes nothing that is served: what was
asked about goes on being refused until a person, or enough platforms' people, have spoken.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Final, Literal

from django.db import IntegrityError, transaction
from django.db.models import Max

from repit.foundation.clock import day, now
from repit.hotline.bank.doubt_rule import QUIET
from repit.hotline.bank.models import Item, Question

Why = Literal["counts", "voices"]
Decision = Literal["kept", "suspended", "withdrawn"]
_MOST_DOUBLINGS: Final = 5


def ask(item: Item, why: Why, reason: str) -> bool:
    """Ask a person about an item; False where one is asked already, and only the reason is brought up to
    date."""
    asked = Question.objects.filter(item=item, closed_at__isnull=True)
    if asked.update(why=why, reason=reason[:200]):
        return False
    try:
        with transaction.atomic():
            Question.objects.create(item=item, why=why, reason=reason[:200], opened_at=now())
    except IntegrityError:
        return False  # of two who ask at once the database lets one in
    return True


def answer(item: Item, decision: Decision, by: str, explanation: str) -> bool:
    """Close the open question of an item; whether there was one."""
    return answer_all([item], decision, by, explanation)


def answer_all(items: Collection[Item], decision: Decision, by: str, explanation: str) -> bool:
    """The same for several that are decided alike; whether there was any."""
    asked = Question.objects.filter(item__in=items, closed_at__isnull=True)
    # A withdrawal may be what a person did just now: of it the day is kept, as everywhere.
    moment = day() if decision == "withdrawn" else now()
    return bool(asked.update(closed_at=moment, decision=decision, by=by[:100], explanation=explanation[:200]))


def asked_again(item: Item) -> None:
    """Platforms' people are asked to look once more."""
    Question.objects.filter(item=item, closed_at__isnull=True).update(again_at=now())


def asked_again_since(item: Item, moment: datetime) -> bool:
    """Whether they were, since then."""
    return Question.objects.filter(item=item, again_at__gt=moment).exists()


def is_open(item: Item) -> bool:
    """Whether a person is asked about this item."""
    return Question.objects.filter(item=item, closed_at__isnull=True).exists()


def keeps(item: Item) -> int:
    """How often a person has kept this item."""
    return Question.objects.filter(item=item, decision="kept").count()


def last_kept(item: Item) -> datetime | None:
    """When a person last kept it."""
    kept = Question.objects.filter(item=item, decision="kept")
    found: datetime | None = kept.aggregate(last=Max("closed_at"))["last"]
    return found


def counts_are_quiet(item: Item) -> bool:
    """Whether counts may not ask: a person is asked already, or has kept it lately."""
    if is_open(item):
        return True
    kept, last = keeps(item), last_kept(item)
    return last is not None and now() < last + QUIET * 2 ** min(kept - 1, _MOST_DOUBLINGS)
