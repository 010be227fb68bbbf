"""Feedback: what is thought here of partners' items is told to those partners.

In: subscribers' opinions and the hotline's own withdrawals, as rows that lie in the database anyway. Out:
rows with a due time, sent one by one, each tried again ever more slowly. Next: `exchanges.pull_loop`.

One opinion an item goes out: blocked where more subscribers block it than do not, and the other way round. An
item that a person here withdrew is "not blocked", whatever subscribers say.
"""

import logging
from collections import Counter
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.db.models import Count, Q

from repit.exchanges import partners
from repit.exchanges.models import Partner
from repit.exchanges.records import GivenOpinion, View
from repit.foundation.clock import day, now
from repit.foundation.errors import NotGranted, PeerBusy
from repit.foundation.jobs.backoff import Backoff
from repit.foundation.jobs.claims import Claims, Hold
from repit.foundation.mapping import named
from repit.hotline.bank import partner_records
from repit.hotline.bank.models import Item, ItemHash, PartnerRecord, Transition
from repit.hotline.bank.sealed import opened
from repit.hotline.bank.types import ASKED_BY_VALUE
from repit.hotline.feeds import opinions
from repit.hotline.feeds.models import Feedback, FeedbackCursor, Opinion

TRIES: Final = 10
_claims: Final = Claims(Feedback.objects.all(), timedelta(seconds=300), Backoff(30.0, 21_600.0), most=TRIES)
_TOGETHER: Final = 500
_log: Final = logging.getLogger(__name__)


def collect(partner: Partner) -> int:
    """Make rows of what was said since the last time about items that this partner tells of; how many."""
    with transaction.atomic():
        FeedbackCursor.objects.get_or_create(partner=partner)
        cursor = FeedbackCursor.objects.select_for_update().get(partner=partner)
        given = list(
            Opinion.objects.filter(id__gt=cursor.opinion).order_by("id").values_list("id", "item")[:_TOGETHER]
        )
        moved = list(
            Transition.objects.filter(id__gt=cursor.transition)
            .order_by("id")
            .values_list("id", "item__token", "after")[:_TOGETHER]
        )
        names = {item for _, item in given} | {item for _, item, after in moved if after == "withdrawn"}
        stood = PartnerRecord.objects.filter(item__token__in=names, source=partner.source)
        held = set(stood.values_list("item__token", flat=True))
        made = 0
        for name in sorted(held):
            view = _view(name)
            if view is not None:
                made += _due(partner, name, view)
        cursor.opinion = given[-1][0] if given else cursor.opinion
        cursor.transition = moved[-1][0] if moved else cursor.transition
        cursor.save(update_fields=["opinion", "transition"])
        return made


def due() -> dict[str, int]:
    """How much each partner, by its name, is still to be told."""
    rows = Feedback.objects.filter(due_at__isnull=False).values_list("partner__name").annotate(n=Count("pk"))
    return dict(rows)


def send_due(partner: Partner) -> int:
    """Tell a partner what is due; how many opinions were told. One that fails waits; the others go on."""
    sent = 0
    for _ in range(_TOGETHER):
        row = _claims.claim(Q(partner=partner))
        if row is None:
            break
        sent += _send(partner, row)
    return sent


def _send(partner: Partner, row: Feedback) -> bool:
    # An opinion that changed while this one was under way stays due.
    unchanged, still_ours = Q(view=row.view), Hold(_claims, row)
    try:
        client = partners.client(partner)
        try:
            for opinion in _opinions(partner, row):
                still_ours()
                client.give_opinion(opinion)
        finally:
            client.close()
    except Exception as error:  # noqa: BLE001 - one opinion must not keep the others
        ours = named(error)
        final = isinstance(ours, NotGranted)
        wait = ours.seconds if isinstance(ours, PeerBusy) else 0.0
        if not _claims.fail(row, ours.code, for_good=final, at_least_seconds=wait, when=unchanged):
            _claims.let_go(row)
        _log.warning("feedback to an exchange failed: %s %s", ours.code, ours.detail)
        return False
    return _claims.end(row, when=unchanged, sent_at=day()) or _claims.let_go(row)


def _opinions(partner: Partner, row: Feedback) -> list[GivenOpinion]:
    item = Item.objects.get(token=row.item)
    stored = ItemHash.objects.filter(item=item, role="whole", algorithm__in=ASKED_BY_VALUE)
    hashes = opened([item]).hashes(item, stored.order_by("-algorithm", "id"))
    value = hashes[0].value if hashes else b""
    view: View = "blocked" if row.view == "blocked" else "pending" if row.view == "pending" else "not_blocked"
    return [GivenOpinion(name, view, value) for name in partner_records.names_of(partner.source, row.item)]


def _view(name: str) -> View | None:
    if Item.objects.filter(token=name, state__in=["withdrawn", "erased"]).exists():
        return "not_blocked"
    counts = Counter(held.view for held in opinions.of([name]).get(name, []))
    if counts["blocked"] != counts["not_blocked"]:
        return "blocked" if counts["blocked"] > counts["not_blocked"] else "not_blocked"
    return "pending" if counts["pending"] or counts["blocked"] else None


def _due(partner: Partner, name: str, view: View) -> bool:
    row, made = Feedback.objects.get_or_create(
        partner=partner, item=name, defaults={"view": view, "due_at": now()}
    )
    if made or row.view == view:
        return made
    # Whoever is telling the former opinion keeps the claim, so that the two are not told at once.
    Feedback.objects.filter(pk=row.pk).update(view=view, due_at=now(), attempts=0, trouble="")
    return True
