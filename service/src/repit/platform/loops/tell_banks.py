"""Opinions of the review desk reach the banks that the hashes came from.

In: due rows of `platform.review.opinions`. Out: opinions over the hotline's feed, and by the exchanges' own
calls to those that this gate pulls from itself. Next: `review_upkeep` asks every few seconds.

An exchange knows its items by names that may be hashes. Decisions name them by a keyed digest; the exchange's
own name stands in the gate's index store, sealed, and is looked up when it is needed.
"""

import json
import logging
from typing import Final

from django.conf import settings

from repit.exchanges import partners
from repit.exchanges.models import Partner
from repit.exchanges.records import GivenOpinion, View
from repit.foundation.errors import NotGranted, PeerBusy, RepitError
from repit.foundation.mapping import named
from repit.foundation.outbound import Outbound
from repit.platform.gate.entries import FEED, KnownEntry
from repit.platform.gate.index_store import IndexStore
from repit.platform.review import opinions
from repit.platform.review.models import OutgoingOpinion

_SECONDS: Final = 15.0
_MOST_AT_ONCE: Final = 200
# A feed that does not know the item or refuses the words will not think otherwise tomorrow.
_FOR_GOOD: Final = frozenset({400, 403, 404, 413, 422})
_log: Final = logging.getLogger(__name__)


def tell_hotline() -> int:
    """Tell the bank whose feed is followed; how many opinions it took."""
    address: str = settings.REPIT_GATE_FEED_URL
    if not address:
        return 0
    # With the desk's own key the hotline knows that people have looked.
    headers = {"Authorization": f"Bearer {settings.REPIT_GATE_DESK_KEY or settings.REPIT_GATE_FEED_KEY}"}
    taken = 0
    with Outbound(address, headers=headers) as hotline:
        for _ in range(_MOST_AT_ONCE):
            row = opinions.claim(FEED)
            if row is None:
                break
            given = {"item": row.item, "opinion": row.opinion, "tags": ["reviewed by a person"]}
            body = json.dumps(given if row.depth is None else {**given, "depth": row.depth})
            try:
                status = hotline.post("/exchange/repit/v1/opinions", body.encode(), seconds=_SECONDS).status
            except RepitError as error:
                opinions.failed(row, error.code, for_good=False)
                break  # the next would meet the same
            if status == 200:
                taken += opinions.answered(row)
            else:
                opinions.failed(row, f"status {status}", for_good=status in _FOR_GOOD)
    return taken


def tell_exchanges(store: IndexStore) -> int:
    """Tell each exchange that this gate pulls from; how many opinions they took."""
    everyone = list(Partner.objects.order_by("pk"))
    opinions.give_up_orphans([partner.source for partner in everyone])
    return sum(_tell(partner, store) for partner in everyone if partner.active)


def _tell(partner: Partner, store: IndexStore) -> int:
    taken = 0
    for _ in range(_MOST_AT_ONCE):
        row = opinions.claim(partner.source)
        if row is None:
            break
        entry = _known(store, row)
        if not partner.gives_feedback or entry is None or not entry.record:
            trouble = "its name was not kept" if partner.gives_feedback else "feedback is off"
            opinions.failed(row, trouble, for_good=True)
            continue
        try:
            _say(partner, entry, row)
        except Exception as error:  # noqa: BLE001 - one exchange must not keep the others
            ours = named(error)
            _log.warning("an opinion did not reach an exchange: %s %s", ours.code, ours.detail)
            seconds = ours.seconds if isinstance(ours, PeerBusy) else 0.0
            opinions.failed(row, ours.code, for_good=isinstance(ours, NotGranted), seconds=seconds)
            if isinstance(ours, NotGranted):
                continue
            break  # the next would meet the same
        taken += opinions.answered(row)
    return taken


def _known(store: IndexStore, row: OutgoingOpinion) -> KnownEntry | None:
    try:
        return store.exchange_entry(row.source, row.item)
    except RepitError as error:
        _log.warning("an item of an exchange cannot be read from the index store: %s", error.code)
        return None


def _say(partner: Partner, entry: KnownEntry, row: OutgoingOpinion) -> None:
    view: View = "blocked" if row.opinion == "blocked" else "not_blocked"
    known = {hash_.algorithm: hash_.value for hash_ in reversed(entry.hashes) if hash_.role == "whole"}
    client = partners.client(partner)
    try:
        client.give_opinion(GivenOpinion(entry.record, view, known.get("pdq") or known.get("md5") or b""))
    finally:
        client.close()
