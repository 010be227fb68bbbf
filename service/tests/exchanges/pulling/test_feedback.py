"""What a platform's desk finds flows back to the exchanges that its gate pulls from without a hotline."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.conf import LazySettings
from django.core import serializers
from replay import TRANSCRIPTS, replayed
from running import Hotline, run_script
from staff_people import Someone
from transcript_hashes import moved, pdq

from repit.exchanges import partners
from repit.exchanges.models import Partner
from repit.exchanges.ncmec.wire import NAMESPACE
from repit.exchanges.pulling import pull
from repit.foundation import clock
from repit.platform.assembly import tell_the_desk
from repit.platform.gate import runtime
from repit.platform.gate.decisions import Recorder
from repit.platform.gate.decoder.pool import DecoderPool
from repit.platform.gate.feed_status import StatusBoard
from repit.platform.gate.index.live import LiveIndex
from repit.platform.gate.index_store import IndexStore
from repit.platform.gate.inspection.inspector import Inspector
from repit.platform.gate.models import Decision
from repit.platform.gate.pictures import Signature
from repit.platform.gate.policy import default_policy
from repit.platform.loops import tell_banks
from repit.platform.loops.gate_target import GateTarget
from repit.platform.review import questions, queue
from repit.platform.review.deciding import Answer, decide
from repit.platform.review.models import OutgoingOpinion

Make = Callable[..., Someone]
pytestmark = pytest.mark.django_db
STOPNCII = {"subscription_key": "s", "fetch_key": "f", "feedback_key": "b"}
NCMEC = {"user": "user", "password": "pass"}
STATUS_OK = {"status": 200, "body": ""}


def gate_with(store: IndexStore) -> runtime.Gate:
    index, board, recorder, policy = LiveIndex(), StatusBoard(), Recorder(), default_policy()
    pool = DecoderPool(1)  # nobody uploads anything here
    inspector = Inspector(index, pool, policy, recorder, board, 30.0, 5_000_000)
    return runtime.Gate(index, store, pool, policy, recorder, board, inspector, tell_the_desk)


def pulled(gate: runtime.Gate, name: str) -> None:
    claimed = partners.claim_one(Partner.objects.get(name=name).pk)
    assert claimed is not None
    assert pull(claimed, GateTarget(gate, claimed, {})).error is None


def looked_at(someone: Make, item: str, source: str, outcome: str) -> None:
    """An upload that is this item's very picture, and what moderators make of it."""
    exchange = source.partition("/")[0]
    seen = {"item": item, "exchange": exchange, "source": source, "confirmations": 1}
    row = Decision.objects.create(
        name=secrets.token_urlsafe(16),
        at=clock.now(),
        channel="check",
        outcome="review",
        rule="r",
        item=item,
        tier="standard",
        milliseconds=3,
        sequence=1,
        exchange=exchange,
        source=source,
        evidence=[seen],
        also=[[item, source]],
    )
    queue.take_in()
    questions.compared(row.name, {item: 80}, Signature(bytes(32), bytes(128)))
    for role in ("moderator", "senior")[: 2 if outcome == "allow" else 1]:
        who = someone(role)
        taken = queue.take(who.member)
        assert taken is not None
        decide(who.member, taken.name, Answer(outcome, "terms-intimate", picture=outcome == "allow"))


def stopncii_page(*hashes: str) -> dict[str, Any]:
    records = [{"signalType": "ImagePDQ", "hashValue": hash_, "hashStatus": "Active"} for hash_ in hashes]
    body = {"hashRecords": records, "hasMoreRecords": False, "nextSetTimestamp": 100}
    return {
        "request": {"method": "GET", "path": "/v1/FetchHashes"},
        "response": {"status": 200, "body": body},
    }


def stopncii_feedback(value: str, word: str, answer: dict[str, Any] = STATUS_OK) -> dict[str, Any]:
    opinion = {"hashValue": value, "feedbackValue": word, "tags": []}
    body = json.dumps({"count": 1, "hashFeedbacks": [opinion]})
    headers = {"x-functions-key": "b", "Ocp-Apim-Subscription-Key": "s"}
    request = {"method": "POST", "path": "/v1/SubmitFeedback", "headers": headers, "body": body}
    return {"request": request, "response": answer}


def the_item(gate: runtime.Gate, value: str) -> str:
    query = np.frombuffer(bytes.fromhex(value), np.uint8).reshape(1, 32)
    (near,) = gate.index.within(query, 0)
    assert near.entry.record == "", "the index has no use for it"
    return near.entry.item


@pytest.mark.parametrize("kept", ["sealed", "memory"])
def test_stopncii_hears_confirmations_and_disputes_also_after_a_restart(
    someone: Make, settings: LazySettings, tmp_path: Path, pauses: list[float], kept: str
) -> None:
    store = IndexStore(tmp_path if kept == "sealed" else None, sealed=kept == "sealed")
    gate = gate_with(store)
    partners.add("stopncii", "org", STOPNCII, address="http://127.0.0.1:1/v1", gives_feedback=True)
    spoken = [
        stopncii_page(pdq(1), pdq(2)),
        stopncii_feedback(pdq(1), "Blocked"),
        stopncii_feedback(pdq(2), "NotBlocked"),
    ]
    with replayed(spoken) as partner:
        settings.REPIT_OUTBOUND_ALLOW = frozenset(partner.allow)
        moved("org", f"{partner.address}/v1")
        pulled(gate, "org")
        looked_at(someone, the_item(gate, pdq(1)), "stopncii/org", "refuse")
        looked_at(someone, the_item(gate, pdq(2)), "stopncii/org", "allow")
        known = store.exchange_entry("stopncii/org", the_item(gate, pdq(1)))
        assert known is not None and known.record and pdq(1) not in repr(known)
        if kept == "sealed":
            store.close()
            store = IndexStore(tmp_path, sealed=True)
        assert tell_banks.tell_hotline() == 0
        assert tell_banks.tell_exchanges(store) == 2
        assert tell_banks.tell_exchanges(store) == 0
        partner.finished()
    rows = serializers.serialize("json", [*Decision.objects.all(), *OutgoingOpinion.objects.all()])
    assert pdq(1) not in rows and pdq(2) not in rows
    assert set(OutgoingOpinion.objects.values_list("state", flat=True)) == {"answered"}
    store.close()


def test_ncmec_hears_them_by_member_and_entry_with_a_reason(
    someone: Make, settings: LazySettings, tmp_path: Path, pauses: list[float]
) -> None:
    read = [
        json.loads((TRANSCRIPTS / f"ncmec-{name}.json").read_text())["exchanges"]
        for name in ("first", "later")
    ]
    feedback = [exchange for exchange in read[1] if "feedback" in exchange["request"]["path"]]
    agreed = f'<feedbackSubmission xmlns="{NAMESPACE}"><affirmative /></feedbackSubmission>'
    path = "/npo/v2/entries/42/image1/PDQ/feedback"
    request = {"method": "PUT", "path": path, "body": f'<?xml version="1.0" encoding="utf-8"?>\n{agreed}'}
    gate = gate_with(IndexStore(tmp_path, sealed=True))
    partners.add("ncmec", "ngo", NCMEC, address="http://127.0.0.1:1/npo", gives_feedback=True)
    with replayed([*read[0], *feedback, {"request": request, "response": STATUS_OK}]) as partner:
        settings.REPIT_OUTBOUND_ALLOW = frozenset(partner.allow)
        moved("ngo", f"{partner.address}/npo")
        pulled(gate, "ngo")
        disputed = "e90a1d2766e7ddee0502587b71c80bc9f9d39f0d3f0c4013305130e68bb6c942"
        confirmed = "3838a4061e9e304f82979592060de48f56343fd89122df22660cbc345943d760"
        looked_at(someone, the_item(gate, disputed), "ncmec/ngo", "allow")
        looked_at(someone, the_item(gate, confirmed), "ncmec/ngo", "refuse")
        assert tell_banks.tell_exchanges(gate.store) == 2
        partner.finished()
    gate.store.close()


def test_another_hotline_that_the_gate_follows_itself_hears_them(
    someone: Make, settings: LazySettings, tmp_path: Path, hotline: Hotline
) -> None:
    hotline.open_case(pdq(7))
    key = run_script(hotline.env, "admit", "a gate")
    settings.REPIT_OUTBOUND_ALLOW = frozenset(hotline.allow)
    gate = gate_with(IndexStore(tmp_path, sealed=True))
    partners.add("repit", "other", {"key": key}, address=hotline.base_url, gives_feedback=True)
    pulled(gate, "other")
    item = the_item(gate, pdq(7))
    looked_at(someone, item, "repit/other", "refuse")
    assert tell_banks.tell_hotline() == 0
    assert tell_banks.tell_exchanges(gate.store) == 1
    entry = gate.store.exchange_entry("repit/other", item)
    assert entry is not None
    status, held = hotline.call("GET", f"/exchange/repit/v1/opinions?item={entry.record}", key=key)
    assert (status, held["opinions"]["blocked"]) == (200, 1)
    gate.store.close()


def test_an_exchange_that_is_busy_hears_later_and_the_others_meanwhile(
    someone: Make, settings: LazySettings, tmp_path: Path, pauses: list[float]
) -> None:
    busy = {"status": 503, "headers": {"Retry-After": "900"}, "body": ""}
    gate = gate_with(IndexStore(tmp_path, sealed=True))
    allowed: set[str] = set()
    with (
        replayed([stopncii_page(pdq(1)), stopncii_feedback(pdq(1), "Blocked", busy)]) as busy_partner,
        replayed([stopncii_page(pdq(2)), stopncii_feedback(pdq(2), "Blocked")]) as two,
    ):
        for name, partner, value in (("one", busy_partner, pdq(1)), ("two", two, pdq(2))):
            allowed |= set(partner.allow)
            settings.REPIT_OUTBOUND_ALLOW = frozenset(allowed)
            partners.add("stopncii", name, STOPNCII, address=f"{partner.address}/v1", gives_feedback=True)
            pulled(gate, name)
            looked_at(someone, the_item(gate, value), f"stopncii/{name}", "refuse")
        assert tell_banks.tell_exchanges(gate.store) == 1
        busy_partner.finished()
        two.finished()
    row = OutgoingOpinion.objects.get(state="due")
    assert row.trouble == "peer-busy" and (row.due_at - clock.now()).total_seconds() > 800
    gate.store.close()


def test_who_takes_no_opinion_or_is_gone_is_noted_and_asked_no_more(
    someone: Make, tmp_path: Path, pauses: list[float]
) -> None:
    gate = gate_with(IndexStore(tmp_path, sealed=True))
    path = tmp_path / "list"
    path.write_text(f"pdq {pdq(1)}\npdq {pdq(2)}\n")
    partners.add("file", "quiet", {}, address=str(path))
    partners.add("file", "list", {}, address=str(path), gives_feedback=True)
    items = {}
    for name in ("quiet", "list"):
        before = gate.index.names(f"file/{name}")
        pulled(gate, name)
        items[name] = sorted(gate.index.names(f"file/{name}") - before)
    for name, item in (
        ("quiet", items["quiet"][0]),
        ("list", items["list"][0]),
        ("gone", "of-one-long-gone"),
    ):
        looked_at(someone, item, f"file/{name}", "refuse")
    partners.set_active("quiet", False)
    looked_at(someone, "never-had", "file/list", "allow")
    assert tell_banks.tell_exchanges(gate.store) == 0
    troubles = dict(OutgoingOpinion.objects.values_list("item", "trouble"))
    assert troubles.pop(items["quiet"][0]) == ""  # paused: it waits
    assert sorted(troubles.values()) == ["its name was not kept", "not-granted", "the exchange was removed"]
    partners.set_active("quiet", True)
    assert tell_banks.tell_exchanges(gate.store) == 0
    assert set(OutgoingOpinion.objects.values_list("state", flat=True)) == {"given-up"}
    assert OutgoingOpinion.objects.get(item=items["quiet"][0]).trouble == "feedback is off"
    gate.store.close()
