"""Other hotlines' feeds and plain lists of hashes, pulled into a bank."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from replay import replayed
from transcript_hashes import md5, moved, pdq, served

from repit.exchanges import partners
from repit.exchanges.files.wire import decode_lines
from repit.exchanges.models import Partner
from repit.exchanges.pulling import Outcome, pull
from repit.exchanges.records import Batch, Pulled, Rejected
from repit.exchanges.repit.wire import Entry, decode_page, encode_page
from repit.foundation.errors import InputRefused, NotFound
from repit.foundation.hashes import Hash
from repit.foundation.jobs.claims import ClaimLost
from repit.hotline.bank import feed, items
from repit.hotline.bank.models import Item, PartnerRecord
from repit.hotline.bank.types import Submission
from repit.hotline.feeds import bank_target, eligibility, keys, provenance, subscribers
from repit.hotline.feeds.repit_server import page

Pull = Callable[[str], Outcome]
pytestmark = pytest.mark.django_db

ADA, BEA = "00000000-0000-4000-8000-00000000000a", "00000000-0000-4000-8000-00000000000b"


def snapshot(*entries: dict[str, object], feed_id: str = "f") -> dict[str, object]:
    head = {"version": 1, "feed_id": feed_id, "sequence": 5, "generated_at": "2026-01-01T00:00:00+00:00"}
    lines = [json.dumps(head), *(json.dumps(entry) for entry in entries)]
    raw = "".join(line + "\n" for line in lines)
    end = {"end": True, "count": len(entries), "sha256": hashlib.sha256(raw.encode()).hexdigest()}
    return {
        "request": {"method": "GET", "path": "/exchange/repit/v1/snapshot"},
        "response": {"status": 200, "body": raw + json.dumps(end) + "\n"},
    }


def changes(*entries: dict[str, object], head: int = 5) -> dict[str, object]:
    listed = [
        {"sequence": head - len(entries) + place, "at": "2026-01-01T00:00:00+00:00", "entry": entry}
        for place, entry in enumerate(entries, 1)
    ]
    body = {
        "version": 1,
        "feed_id": "f",
        "head": head,
        "generated_at": "2026-01-01T00:00:00+00:00",
        "changes": listed,
    }
    return {
        "request": {"method": "GET", "path": "/exchange/repit/v1/changes"},
        "response": {"status": 200, "body": body},
    }


def acknowledged() -> dict[str, object]:
    request = {"method": "POST", "path": "/exchange/repit/v1/acknowledgements"}
    return {"request": request, "response": {"status": 204}}


def entry(
    number: int, *path: str, state: str = "active", gone: tuple[str, str] | None = None
) -> dict[str, object]:
    hashes = [{"algorithm": "pdq", "role": "whole", "value": pdq(number), "quality": 90}]
    made: dict[str, object] = {
        "item": f"item{number}",
        "state": state,
        "media": "picture",
        "kind": "deepfake",
        "origin": "ada",
        "confirmations": 7,
        "hashes": hashes if state != "withdrawn" else [],
    }
    if path:
        made["roots"] = [{"installation": path[0], "token": f"root{number}", "path": list(path)}]
    if gone:
        made["gone"] = [{"installation": gone[0], "token": gone[1]}]
    return made


def test_a_hotline_as_it_speaks(pulled: Pull):
    partners.add("repit", "bea", {"key": "k", "hops": "2"}, address="http://127.0.0.1:1")
    far = entry(3, "00000000-0000-4000-8000-00000000000c", ADA, BEA)
    first = [snapshot(entry(1, BEA), entry(2, ADA, BEA), far, entry(4)), acknowledged(), changes()]
    with replayed(first) as partner:
        moved("bea", partner.address)
        assert pulled("bea").error is None
        partner.finished()
    assert set(served()) == {pdq(1), pdq(2)}
    assert {item.origin for item in Item.objects.all()} == {"repit/bea"}
    assert [row.reason for row in partners.rejected_of("bea")] == [
        'without provenance: the other hotline must grant "sync"'
    ]
    [first, second] = [
        provenance.of({item.token})[item.token] for item in Item.objects.order_by("hashes__digest")
    ]
    here = feed.head().feed_id
    assert {first.roots, second.roots} == {
        ((BEA, "root1", (BEA, here)),),
        ((ADA, "root2", (ADA, BEA, here)),),
    }
    later = [changes(entry(1, state="withdrawn", gone=(BEA, "root1")), head=6), acknowledged()]
    with replayed(later) as partner:
        moved("bea", partner.address)
        assert pulled("bea").error is None
        partner.finished()
    assert set(served()) == {pdq(2)}


def test_a_change_that_cannot_be_read_is_taken_from_a_snapshot(pulled: Pull):
    partners.add("repit", "bea", {"key": "k"}, address="http://127.0.0.1:1")
    with replayed([snapshot(entry(1, BEA), entry(2, BEA)), acknowledged(), changes()]) as partner:
        moved("bea", partner.address)
        assert pulled("bea").error is None
    broken = [
        changes({"item": 5}, head=6),
        snapshot(entry(2, BEA)),
        acknowledged(),
        {**changes(head=5)},
    ]
    with replayed(broken) as partner:
        moved("bea", partner.address)
        assert pulled("bea").error is None
        partner.finished()
    assert set(served()) == {pdq(2)}


@pytest.mark.parametrize(
    "roots",
    [
        "x",
        [5],
        [{"installation": ADA, "token": "t", "path": [BEA]}],
        [{"installation": ADA, "token": "t", "path": [ADA, BEA, ADA]}],
        [{"installation": "ada", "token": "t", "path": ["ada"]}],
        [{"installation": ADA, "token": "../x", "path": [ADA]}],
        [{"installation": ADA, "token": "t", "path": []}],
    ],
)
def test_provenance_that_cannot_be_is_rejected(roots: object):
    made = {**entry(1), "roots": roots}
    read = decode_page(json.dumps(changes(made)["response"]["body"]))
    assert read.changes == () and len(read.rejected) == 1


def test_only_who_was_granted_sync_is_shown_provenance_and_not_of_what_exchanges_gave():
    whole = Hash("pdq", "whole", bytes.fromhex(pdq(1)), 90)
    mine = items.submit(Submission("picture", "intimate", (whole,)), actor="person", publish=True)
    partner = _listed("file", "list")
    bank_target.BankTarget(partner).take(_batch(pdq(2)))
    peer = subscribers.recognise(
        subscribers.add("peer", granted=subscribers.Grant(exchanges=("repit", keys.SYNC)))
    )
    forum = subscribers.recognise(subscribers.add("forum"))
    shown = {change.entry.item: change.entry for change in decode_page(encode_page(page(peer, 0, 0))).changes}
    plain = {change.entry.item: change.entry for change in page(forum, 0, 0).changes}
    here = feed.head().feed_id
    assert shown[mine.item].roots[0].path == (here,) and plain[mine.item].roots == ()
    assert sorted(record.state for record in shown.values()) == ["active", "withdrawn"]
    assert sorted(record.state for record in plain.values()) == ["active", "active"]
    assert eligibility.feed_name(here, peer) != here == eligibility.feed_name(here, forum)
    items.withdraw_one(mine.item, actor="person")
    last: Entry = page(peer, 0, 0).changes[-1].entry
    assert (last.state, last.roots, last.gone) == (
        "withdrawn",
        (),
        ((here, shown[mine.item].roots[0].token),),
    )


def test_a_subscriber_may_demand_what_an_exchange_tells_of():
    bank_target.BankTarget(_listed("file", "list")).take(_batch(pdq(2)))
    items.submit(
        Submission("picture", "intimate", (Hash("pdq", "whole", bytes.fromhex(pdq(2)), 50),)),
        actor="person",
        publish=True,
    )
    items.submit(
        Submission("picture", "intimate", (Hash("pdq", "whole", bytes.fromhex(pdq(3)), 90),)),
        actor="person",
        publish=True,
    )
    grant = subscribers.Grant(confirmed_by=("file/list",))
    careful = subscribers.recognise(subscribers.add("careful", granted=grant))
    shown = {change.entry.state for change in page(careful, 0, 0).changes if change.entry.hashes}
    assert (
        shown == {"active"}
        and len({h.value for c in page(careful, 0, 0).changes for h in c.entry.hashes}) == 1
    )


@pytest.mark.parametrize(
    ("line", "name"),
    [
        (f"pdq {pdq(1)}", f"pdq:{pdq(1)}"),
        (pdq(1).upper(), f"pdq:{pdq(1)}"),
        (f"\ufeff{md5(1)}", f"md5:{md5(1)}"),
        (f"video_md5 {md5(1)}", f"video_md5:{md5(1)}"),
        (f"pdq,{pdq(1)},87", f"pdq:{pdq(1)}"),
        (f"{pdq(1)},87", f"pdq:{pdq(1)}"),
        (json.dumps({"type": "pdq", "value": pdq(1), "quality": 87}), f"pdq:{pdq(1)}"),
        (json.dumps({"hash": pdq(1)}), f"pdq:{pdq(1)}"),
        (f"sha256 {pdq(1)}", f"sha256:{pdq(1)}"),
    ],
)
def test_lists_are_read_in_the_forms_that_people_keep(line: str, name: str):
    [record] = decode_lines([line])
    assert isinstance(record, Pulled) and record.name == name
    assert record.hashes[0].quality in (None, 50, 87)


UNREADABLE = [
    "pdq",
    "pdq xyz",
    "sha1 " + "a" * 40,
    "{}",
    "{",
    "[1]",
    "pdq " + "0" * 64,
    f"{pdq(1)},high",
    "x" * 3_000,
    f'{{"type": "pdq", "value": "{pdq(1)}", "quality": 101}}',
    f'{{"type": 5, "value": "{pdq(1)}"}}',
    ",,,",
]


@pytest.mark.parametrize("line", UNREADABLE)
def test_a_line_that_cannot_be_read_is_rejected_with_its_number(line: str):
    good = f"pdq {pdq(1)}"
    first, rejected, last = decode_lines([good, "# a remark", "", line, good])
    assert isinstance(first, Pulled) and isinstance(last, Pulled)
    assert isinstance(rejected, Rejected) and rejected.where == "line 4" and pdq(1) not in rejected.reason


def test_headings_say_what_is_where():
    lines = ["filename,quality,hash", f"a.jpg,90,{pdq(1)}", f'"b, c.jpg",30,{pdq(2)}']
    assert [line.hashes[0].quality for line in decode_lines(lines)] == [90, 30]


def test_a_line_taken_out_of_a_list_is_a_withdrawal(
    pulled_list: Callable[..., Outcome], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("repit.exchanges.files.client.TOGETHER", 60)
    path = tmp_path / "list.txt"
    path.write_text("".join(f"pdq {pdq(n)}\n" for n in range(130)) + "pdq broken\n")
    partners.add("file", "list", {}, address=str(path))
    outcome = pulled_list()
    assert outcome.error is None and outcome.rejected == 1 and len(served()) == 130
    assert pulled_list().changed == 0
    path.write_text("".join(f"pdq {pdq(n)}\n" for n in range(1, 130)))
    assert pulled_list().changed == 1 and pdq(0) not in served()
    path.write_text(f"pdq {pdq(1)}\n")
    assert pulled_list().error.code == "list-shrank" and len(served()) == 129
    partners.hurry("list", may_shrink=True)
    assert pulled_list().error is None and set(served()) == {pdq(1)}
    path.unlink()
    assert pulled_list().error.code == "peer-failed" and set(served()) == {pdq(1)}
    assert bank_target.let_go(Partner.objects.get()) == 1 and served() == {}


def test_a_list_at_an_address(pulled: Pull):
    partners.add("file", "list", {"bearer": "b"}, address="http://127.0.0.1:1/l")
    request = {
        "method": "GET",
        "path": "/lists/ncii.csv",
        "query": {"v": "2"},
        "headers": {"Authorization": "Bearer b"},
    }
    with replayed(
        [{"request": request, "response": {"status": 200, "body": f"hash,quality\n{pdq(1)},80\n"}}]
    ) as partner:
        moved("list", f"{partner.address}/lists/ncii.csv?v=2")
        assert pulled("list").error is None
        partner.finished()
    assert set(served()) == {pdq(1)}


def test_one_claim_at_a_time_and_a_lost_one_writes_nothing():
    partners.add("file", "list", {}, address="/a/list")
    first = partners.claim()
    assert first is not None and partners.claim() is None and partners.claim_one(first.pk) is None
    Partner.objects.update(claimed_until=partners.now() - partners.LEASE)
    second = partners.claim()
    assert second is not None
    with pytest.raises(ClaimLost):
        bank_target.BankTarget(first).take(_batch(pdq(1)))
    assert not PartnerRecord.objects.exists()
    partners.went_wrong(first, "late")
    assert Partner.objects.get().trouble == ""
    bank_target.BankTarget(second).take(_batch(pdq(1)))
    assert PartnerRecord.objects.exists() and Partner.objects.get().checkpoint == "here"


@pytest.mark.parametrize(
    ("kind", "credentials", "address"),
    [
        ("stopncii", {"subscription_key": "a"}, ""),
        ("stopncii", {"subscription_key": "a", "fetch_key": "b", "other": "c"}, ""),
        ("stopncii", {"subscription_key": "a", "fetch_key": ""}, ""),
        ("ncmec", {"user": "u", "password": "p"}, "http://hashsharing.example/npo"),
        ("ncmec", {"user": "u", "password": "p"}, "https://u:p@hashsharing.example/npo"),
        ("threatexchange", {"token": "t", "group": "../me"}, ""),
        ("repit", {"key": "k", "hops": "0"}, "https://hotline.example"),
        ("repit", {"key": "k"}, ""),
        ("file", {}, "relative/list.txt"),
        ("carrier pigeon", {}, ""),
    ],
)
def test_a_partner_that_could_not_be_followed_is_refused(
    kind: str, credentials: dict[str, str], address: str
):
    with pytest.raises(InputRefused):
        partners.add(kind, "name", credentials, address=address)


def test_credentials_are_sealed_and_a_name_is_taken_once():
    partners.add("ncmec", "ngo", {"user": "someone", "password": "hush"})
    assert b"hush" not in bytes(Partner.objects.get().sealed)
    with pytest.raises(InputRefused):
        partners.add("ncmec", "ngo", {"user": "someone", "password": "hush"})
    for call in (partners.hurry, partners.remove, partners.rejected_of):
        with pytest.raises(NotFound):
            call("nobody")


def _listed(kind: str, name: str) -> Partner:
    partners.add(kind, name, {}, address="/a/list")
    claimed = partners.claim()
    assert claimed is not None
    return claimed


def _batch(*values: str) -> Batch:
    records = tuple(
        Pulled(value, "active", "picture", (Hash("pdq", "whole", bytes.fromhex(value), 50),))
        for value in values
    )
    return Batch(records, "here")


@pytest.fixture
def pulled_list(pauses: list[float]) -> Callable[[], Outcome]:
    def run() -> Outcome:
        claimed = partners.claim_one(Partner.objects.get().pk)
        assert claimed is not None
        return pull(claimed, bank_target.BankTarget(claimed))

    return run
