"""Videos on our own feed: who is told their moments, on which pages, and who is told none."""

from __future__ import annotations

import pytest
from django.test import Client
from video_items import moments, video

from repit.exchanges.repit import snapshot_wire, wire
from repit.hotline.bank import erasing, feed, items, looking, videos
from repit.hotline.bank.models import Item, ItemMoments
from repit.hotline.bank.types import Submission
from repit.hotline.feeds import provenance, subscribers
from repit.hotline.feeds.keys import SYNC
from repit_engine.moments import from_bytes, to_bytes

pytestmark = pytest.mark.django_db
BASE = "/exchange/repit/v1/"


def key(name: str = "forum", *, anchored: bool = False) -> dict[str, str]:
    return {"Authorization": f"Bearer {subscribers.add(name, sees_anchored=anchored)}"}


def submit(submission: Submission) -> str:
    return items.submit(submission, actor="test", publish=True).item


def page(client: Client, headers: dict[str, str], after: int = 0, asked: str = "&moments=yes") -> wire.Page:
    answer = client.get(f"{BASE}changes?after={after}{asked}", headers=headers)
    assert answer.status_code == 200
    return wire.decode_page(answer.content)


def snapshot(client: Client, headers: dict[str, str], asked: str = "&moments=yes") -> list[wire.Entry]:
    answer = client.get(f"{BASE}snapshot?marks=yes{asked}", headers=headers)
    lines = b"".join(answer.streaming_content).decode().split("\n")[:-1]
    _, entries = snapshot_wire.decode_snapshot(lines, [])
    return list(entries())


def test_a_submitted_video_reaches_subscribers_with_its_moments(client: Client):
    headers, name = key(anchored=True), submit(video(1))
    [change] = page(client, headers).changes
    assert (change.entry.item, change.entry.media) == (name, "video")
    assert change.entry.moments == video(1).moments
    [entry] = snapshot(client, headers)
    assert entry.moments == video(1).moments


def test_who_may_not_see_anchored_hashes_is_told_the_moments_alone(client: Client):
    headers = key()
    submit(video(1))
    for entry in (page(client, headers).changes[0].entry, snapshot(client, headers)[0]):
        announced = from_bytes(entry.moments)
        assert len(announced) == 5 and not len(announced.anchored)
        assert entry.moments == to_bytes(moments(1).without_anchored())


def test_a_client_that_does_not_ask_for_moments_is_answered_as_it_always_was(client: Client):
    """Older clients read no line beyond two mebibytes: the moments of some hours would stop them for good."""
    headers = key()
    submit(video(1))
    assert b'"moments"' not in client.get(f"{BASE}changes", headers=headers).content
    [entry] = snapshot(client, headers, "")
    assert not entry.moments and {hash_.algorithm for hash_ in entry.hashes} == {"md5", "sha256"}


def test_what_is_not_asked_for_is_not_opened(client: Client, monkeypatch: pytest.MonkeyPatch):
    def opened(*_: object) -> bytes:
        raise AssertionError

    headers = key()
    submit(video(1))
    monkeypatch.setattr("repit.hotline.bank.videos.opened", opened)
    assert page(client, headers, asked="").changes and snapshot(client, headers, "")


def test_a_client_that_begins_to_read_moments_begins_again_with_a_snapshot(client: Client):
    headers = key()
    submit(video(1))
    assert page(client, headers, asked="").feed_id != page(client, headers).feed_id


def test_a_withdrawn_video_is_told_without_moments_and_none_are_kept(client: Client):
    headers, name = key(anchored=True), submit(video(1))
    items.withdraw(name, actor="test", reason="")
    [_, change] = page(client, headers).changes
    assert (change.entry.state, change.entry.moments) == ("withdrawn", b"")
    erasing.reduce(erasing.fresh())
    assert not ItemMoments.objects.exists()


def test_pages_end_where_moments_are_many_and_lose_nothing(client: Client, monkeypatch: pytest.MonkeyPatch):
    headers = key(anchored=True)
    names = [submit(video(number, 100)) for number in range(5)]
    monkeypatch.setattr(feed, "MOST_BYTES", 2 * 16 * 1024)
    after, announced = 0, []
    while (found := page(client, headers, after)).changes:
        assert len(found.changes) <= 2
        announced += [change.entry for change in found.changes]
        after = found.through or 0
    assert [entry.item for entry in announced] == names
    assert [entry.moments for entry in announced] == [video(number, 100).moments for number in range(5)]
    assert {entry.item for entry in snapshot(client, headers)} == set(names)


def test_one_item_that_is_longer_than_a_page_still_comes(client: Client, monkeypatch: pytest.MonkeyPatch):
    headers = key(anchored=True)
    submit(video(1, 400))
    monkeypatch.setattr(feed, "MOST_BYTES", 1)
    assert len(page(client, headers).changes[0].entry.moments) == len(video(1, 400).moments)


def test_no_more_of_them_are_held_at_once_for_a_hotline_or_while_looking_through(
    client: Client, monkeypatch: pytest.MonkeyPatch
):
    names = {submit(video(number, 100)) for number in range(5)}
    secret = subscribers.add(
        "a-hotline", granted=subscribers.Grant(exchanges=("repit", SYNC), sees_anchored=True)
    )
    monkeypatch.setattr(feed, "MOST_BYTES", 2 * 16 * 1024)
    together = list[int]()
    of, rows_of = provenance.of, videos.rows_of
    monkeypatch.setattr(provenance, "of", lambda some: together.append(len(some)) or of(some))
    monkeypatch.setattr(videos, "rows_of", lambda some: together.append(len(some)) or rows_of(some))
    entries = snapshot(client, {"Authorization": f"Bearer {secret}"})
    assert {entry.item for entry in entries} == names and all(entry.roots for entry in entries)
    assert looking.look_at(list(Item.objects.all())) == looking.Looked(5)
    assert sum(together) == 3 * 5 and max(together) <= 3


def test_moments_that_do_not_open_keep_nothing_else_from_anybody(client: Client):
    """Its hashes are told, and the others whole; whoever submits the same video again mends it."""
    headers, broken, well = key(), submit(video(1)), submit(video(2))
    ItemMoments.objects.filter(item__token=broken).update(sealed=b"\x01" * 100)
    announced = {entry.item: entry for entry in snapshot(client, headers)}
    assert announced[well].moments and not announced[broken].moments and announced[broken].hashes
    assert items.submit(video(1), actor="test", publish=True).item == broken
    assert {entry.item: bool(entry.moments) for entry in snapshot(client, headers)} == {
        broken: True,
        well: True,
    }


def test_marks_come_sooner_where_entries_are_long(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(snapshot_wire, "SOONER", 10_000)
    head = snapshot_wire.SnapshotHead(1, "f", feed.now())
    blob = video(1, 200).moments
    entries = [wire.Entry(f"i{n}", "active", "video", "intimate", "h", 1, (), moments=blob) for n in range(3)]
    lines = [line.decode().rstrip("\n") for line in snapshot_wire.encode_snapshot(head, entries, 5_000)]
    assert sum('"mark"' in line for line in lines) == 3
    _, read = snapshot_wire.decode_snapshot(lines, [])
    assert list(read()) == entries
