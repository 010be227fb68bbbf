"""Moments of videos from one hotline to another, and what other protocols make of a video that has them."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from replay import replayed
from test_hotlines_and_lists import BEA, acknowledged, changes, entry, snapshot
from transcript_hashes import moved
from video_items import body, moments, video

from repit.exchanges import partners
from repit.exchanges.models import Partner, UnmatchedHash
from repit.exchanges.pulling import Outcome
from repit.exchanges.records import Batch, Unmatched
from repit.exchanges.repit import puller
from repit.foundation.hashes import Hash
from repit.hotline.bank import feed, items
from repit.hotline.bank.models import Item, ItemMoments, PartnerRecord
from repit.hotline.bank.types import Submission
from repit.hotline.commands import exchanges
from repit.hotline.feeds import bank_target, stopncii_server, subscribers
from repit.hotline.feeds.keys import recognise
from repit_engine.moments import Moments, to_bytes

Pull = Callable[[str], Outcome]
pytestmark = pytest.mark.django_db


def announced(seed: int, count: int = 5, **more: object) -> dict[str, object]:
    """A video of the other hotline's, as its feed tells of it."""
    return {
        **entry(seed, BEA),
        "media": "video",
        **body(video(seed, count)),
        **more,
    }


def flat(seed: int) -> str:
    read = moments(seed)
    read.whole[2] = 0
    return base64.b64encode(
        to_bytes(
            Moments(
                read.begins,
                read.ends,
                read.whole,
                read.qualities,
                read.anchored,
                read.anchored_of,
                read.anchored_qualities,
                read.duration,
            )
        )
    ).decode()


def held() -> dict[str, bytes]:
    """Moments by the MD5 of the file."""
    return {
        hash_.value.hex(): item.moments
        for item in feed.everything(moments=True)
        for hash_ in item.hashes
        if hash_.algorithm == "md5"
    }


def md5(seed: int) -> str:
    return next(hash_.value.hex() for hash_ in video(seed).hashes if hash_.algorithm == "md5")


def hear(pulled: Pull, *exchange: dict[str, object]) -> None:
    with replayed(list(exchange)) as partner:
        moved("bea", partner.address)
        assert pulled("bea").error is None
        partner.finished()


@pytest.fixture(autouse=True)
def bea() -> None:
    partners.add("repit", "bea", {"key": "k"}, address="http://127.0.0.1:1")


def test_a_video_of_another_hotline_comes_with_its_moments_and_goes_with_them(pulled: Pull) -> None:
    hear(pulled, snapshot(announced(1), announced(2, 0)), acknowledged(), changes())
    assert held() == {md5(1): video(1).moments, md5(2): b""}
    hear(pulled, changes({**entry(1, state="withdrawn"), "media": "video"}, head=6), acknowledged())
    assert held() == {md5(2): b""}


def test_said_again_it_changes_nothing_and_with_other_moments_it_is_another_item(pulled: Pull) -> None:
    hear(pulled, snapshot(announced(1)), acknowledged(), changes())
    at = feed.head()
    hear(pulled, changes(announced(1), head=6), acknowledged())
    assert feed.head() == at
    longer = base64.b64encode(video(1, 9).moments).decode()
    hear(pulled, changes(announced(1, moments=longer), head=7), acknowledged())
    assert held() == {md5(1): video(1, 9).moments}
    assert PartnerRecord.objects.count() == 1 and Item.objects.filter(state="withdrawn").count() == 1


def test_the_same_video_submitted_here_is_the_same_item(pulled: Pull) -> None:
    name = items.submit(video(1), actor="test", publish=True).item
    hear(pulled, snapshot(announced(1, kind="intimate")), acknowledged(), changes())
    assert Item.objects.get().token == name and Item.objects.get().confirmations == 2


@pytest.mark.parametrize("amiss", ["AAAA", "?", 7, flat(1)], ids=["short", "no base64", "number", "flat"])
def test_moments_that_cannot_be_read_or_show_nothing_cost_nothing_else(pulled: Pull, amiss: object) -> None:
    hear(pulled, snapshot(announced(1, moments=amiss), announced(2)), acknowledged(), changes())
    assert held() == {md5(1): b"", md5(2): video(2).moments}
    [row] = partners.rejected_of("bea")
    assert "moments" in row.reason


@pytest.mark.parametrize("amiss", ["AAAA", "?", 7], ids=["short", "no base64", "number"])
def test_in_a_change_too_they_cost_nothing_else_and_no_snapshot(pulled: Pull, amiss: object) -> None:
    hear(pulled, snapshot(announced(1)), acknowledged(), changes())
    hear(pulled, changes(announced(2, moments=amiss), announced(3), head=7), acknowledged())
    assert held() == {md5(1): video(1).moments, md5(2): b"", md5(3): video(3).moments}
    [row] = partners.rejected_of("bea")
    assert "moments" in row.reason and row.where == "change 6, a part of it"


def test_moments_of_a_picture_are_not_taken(pulled: Pull) -> None:
    made = {**entry(1, BEA), "moments": body(video(1))["moments"]}
    hear(pulled, snapshot(made), acknowledged(), changes())
    assert Item.objects.get().state == "active" and not ItemMoments.objects.exists()


def test_many_long_videos_come_a_few_at_a_time(pulled: Pull, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(puller, "TOGETHER_BYTES", 2 * len(video(0, 700).moments))
    sizes = list[int]()
    real = puller.HotlineClient._read
    monkeypatch.setattr(
        puller.HotlineClient, "_read", lambda self, some: sizes.append(len(some)) or real(self, some)
    )
    hear(pulled, snapshot(*(announced(seed, 700) for seed in range(6))), acknowledged(), changes())
    assert max(sizes) == 2 and len(held()) == 6 and all(held().values())


# --- what others are told of a video that has moments: what they were always told


def test_stopncii_is_told_of_the_md5_and_nothing_else() -> None:
    who = recognise(subscribers.add("forum"))
    items.submit(video(1), actor="test", publish=True)
    items.submit(video(2, 0), actor="test", publish=True)
    records = [record for record in stopncii_server.fetch(who, 10, 800).records if record.second != 10]
    assert [(record.signal_type, record.value.hex()) for record in records] == [
        ("VideoMD5", md5(1)),
        ("VideoMD5", md5(2)),
    ]


def test_tmk_hashes_that_stopncii_holds_are_counted_once_and_told_of(
    pulled: Pull, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = {"subscription_key": "s", "fetch_key": "f"}
    partners.add("stopncii", "org", keys, address="http://127.0.0.1:1/v1")
    record = {"lastModtimestamp": 20, "hashStatus": "Active", "caseNumbers": {}, "CSPFeedbacks": []}
    listed = [
        {**record, "signalType": "VideoTMK", "hashValue": base64.b64encode(bytes(258_000)).decode()},
        {**record, "signalType": "VideoMD5", "hashValue": md5(1)},
        {**record, "signalType": "Text", "hashValue": "x"},
    ]
    page = {"count": 3, "hasMoreRecords": False, "nextSetTimestamp": 20, "hashRecords": listed}
    asked = {
        "request": {"method": "GET", "path": "/v1/FetchHashes"},
        "response": {"status": 200, "body": page},
    }
    for _ in range(2):  # a reading overlaps the one before
        with replayed([asked]) as partner:
            moved("org", f"{partner.address}/v1")
            assert pulled("org").error is None
    assert held() == {md5(1): b""}
    [lag] = [row for row in partners.lags() if row.name == "org"]
    assert lag.unmatched == 1
    for words, text in (("en", "that partners hold: 1."), ("fr", "chez des partenaires : 1.")):
        monkeypatch.setenv("REPIT_LANGUAGE", words)
        exchanges._table(partners.lags(), {})
        assert text in " ".join(capsys.readouterr().out.split())
    listed[0]["hashStatus"] = "Withdrawn"
    with replayed([asked]) as partner:
        moved("org", f"{partner.address}/v1")
        assert pulled("org").error is None
    assert [row.unmatched for row in partners.lags() if row.name == "org"] == [0]


def test_a_page_that_tmk_hashes_make_too_long_is_asked_for_in_smaller_ones(pulled: Pull) -> None:
    """Else the partner's page is refused again at each turn, and nothing of theirs comes any more."""
    keys = {"subscription_key": "s", "fetch_key": "f"}
    partners.add("stopncii", "org", keys, address="http://127.0.0.1:1/v1")
    record = {"lastModtimestamp": 20, "hashStatus": "Active", "caseNumbers": {}, "CSPFeedbacks": []}
    tmk = {**record, "signalType": "VideoTMK", "hashValue": base64.b64encode(bytes(258_000)).decode()}
    known = {**record, "signalType": "VideoMD5", "hashValue": md5(1)}

    def page(size: str, listed: list[dict[str, Any]], token: str = "") -> dict[str, Any]:
        body = {"count": len(listed), "nextSetTimestamp": 20, "hashRecords": listed}
        more = {"hasMoreRecords": bool(token), "nextPageToken": token or None}
        asked = {"method": "GET", "path": "/v1/FetchHashes", "query": {"pageSize": size}}
        return {"request": asked, "response": {"status": 200, "body": {**body, **more}}}

    too_long = [{**tmk, "hashValue": tmk["hashValue"] + str(number)} for number in range(30)]
    parts = [page("100", too_long), page("12", too_long[:12], "t"), page("12", [known])]
    with replayed([page("800", too_long), *parts]) as partner:
        moved("org", f"{partner.address}/v1")
        assert pulled("org").error is None
        partner.finished()
    assert held() == {md5(1): b""}


def test_tmk_hashes_that_a_whole_reading_does_not_see_any_more_are_not_counted() -> None:
    partners.add("stopncii", "org", {"subscription_key": "s", "fetch_key": "f"}, address="http://127.0.0.1:1")
    partner = partners.claim_one(Partner.objects.get(name="org").pk)
    assert partner is not None

    def read(*digests: bytes) -> int:
        listed = tuple(Unmatched(digest, held=True) for digest in digests)
        target = bank_target.BankTarget(partner)
        target.take(Batch((), "", whole=True, unmatched=listed[:1]))
        target.take(Batch((), "", whole=True, last=True, unmatched=listed))
        return UnmatchedHash.objects.count()

    assert read(b"a", b"b", b"c") == 3 and read(b"b") == 1
    partners.remove("org")
    assert not UnmatchedHash.objects.exists()


def test_ncmec_is_told_of_the_md5_and_nothing_else(client: Client) -> None:
    key = subscribers.add("forum")
    for seed, count in ((1, 5), (2, 0)):
        items.submit(video(seed, count), actor="test", publish=True)
    entries = "/exchange/ncmec/v2/entries?from=1970-01-01T00:00:00Z&to=2999-01-01T00:00:00Z"
    basic = base64.b64encode(f"anyone:{key}".encode()).decode()
    raw = client.get(entries, headers={"Authorization": f"Basic {basic}"}).content.decode()
    assert raw.count("<video>") == 2 and raw.count("</fingerprints>") == raw.count("<fingerprints>")
    assert md5(1) in raw and md5(2) in raw
    assert raw.split("<video>")[1].replace(md5(1), "").count("<md5>") == 1
    assert moments(1).whole[0].tobytes().hex() not in raw
    assert base64.b64encode(video(1).moments).decode()[:40] not in raw


def test_hashes_of_pictures_and_moments_of_videos_share_no_name() -> None:
    """A moment that is a banked picture, bit for bit, is found by nobody who asks for that picture's hash."""
    who = recognise(subscribers.add("forum"))
    row = moments(1).whole[0].tobytes()
    items.submit(video(1), actor="test", publish=True)
    first = [record.value for record in stopncii_server.fetch(who, 10, 800).records]
    assert row not in first
    picture = Submission("picture", "intimate", (Hash("pdq", "whole", row, 90),))
    items.submit(picture, actor="test", publish=True)
    assert row in [record.value for record in stopncii_server.fetch(who, 10, 800).records]
