"""Many items at once leave the same rows as one after the other; bad lines are named and stop nothing."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable

import pytest
from video_items import body, moments, video

from repit.foundation import audit
from repit.foundation.hashes import Kind
from repit.hotline.bank import bulk, feed, import_file, items, widely_published
from repit.hotline.bank.bulk import Loaded
from repit.hotline.bank.import_file import RejectedLines
from repit.hotline.bank.models import Change, Item, ItemHash, Transition
from repit_engine.moments import from_bytes

pytestmark = pytest.mark.django_db


def load(lines: Iterable[str], publish: bool = True, kind: Kind = "intimate") -> tuple[Loaded, RejectedLines]:
    rejected, done = RejectedLines(), Loaded()
    for part in import_file.load(
        lines, rejected, kind=kind, publish=publish, origin="partner", reason="moved in"
    ):
        done += part
    return done, rejected


def line(quality: int = 90, **more: object) -> str:
    value = secrets.token_hex(32)
    hashes = [{"algorithm": "pdq", "value": value, "quality": quality}]
    return json.dumps({"media": "picture", "kind": "deepfake", "hashes": hashes, **more})


def test_what_is_imported_is_what_submissions_one_by_one_would_have_left(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(bulk, "BATCH", 3)
    done, rejected = load([line() for _ in range(7)])
    assert (done, rejected.count) == (Loaded(7, 0, 0), 0)
    assert list(Change.objects.order_by("sequence").values_list("sequence", flat=True)) == list(range(1, 8))
    changes = feed.changes_after(0)
    assert {c.item.state for c in changes} == {"active"} and {c.item.origin for c in changes} == {"partner"}
    assert all(len(c.item.hashes) == 1 for c in changes) and len(list(feed.everything())) == 7
    for item in Item.objects.all():
        steps = Transition.objects.filter(item=item).order_by("id")
        assert [(s.before, s.after, s.actor, s.reason) for s in steps] == [
            ("", "received", "import", "moved in"),
            ("received", "active", "import", "moved in"),
        ]
        assert steps[1].sequence == Change.objects.get(item=item).sequence
    assert audit.verify() is None
    items.withdraw(changes[0].item.item, actor="test", reason="")
    assert feed.changes_after(7)[0].item.state == "withdrawn"


def test_a_line_may_bring_the_moments_of_a_video(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(bulk, "BATCH_BYTES", 1)
    good = [json.dumps(body(video(seed, 2_000))) for seed in range(2)]
    bad = [json.dumps({**body(video(3)), "moments": "AAAA"}), line(moments=body(video(4))["moments"])]
    done, rejected = load([*good, *bad])
    assert (done, rejected.count) == (Loaded(2, 0, 0), 2)
    assert {item.moments for item in feed.everything(moments=True)} == {
        video(seed, 2_000).moments for seed in range(2)
    }
    assert load(good)[0] == Loaded(0, 0, 2)


def test_a_line_may_bring_a_video_as_vpdq_has_it():
    """As others exchange hashes of videos: moments by the clock, without anchored hashes."""
    record = body(video(1, 0))
    features = [
        f"{row.tobytes().hex()},{quality},{n}.00"
        for n, (row, quality) in enumerate([*zip(moments(1).whole, (50, 80, 100, 49, 31), strict=True)])
    ]
    odd = {**body(video(2, 0)), "vpdq": ["x,1,0"]}
    both = {**body(video(3)), "vpdq": features}
    done, rejected = load([json.dumps(line) for line in ({**record, "vpdq": features}, odd, both)])
    assert (done, rejected.count) == (Loaded(1, 0, 0), 2)
    assert "not with both" in rejected.first[1][1]
    [item] = feed.everything(moments=True)
    read = from_bytes(item.moments)
    assert read.begins.tolist() == [0, 1000, 2000] and not len(read.anchored)
    assert (read.whole == moments(1).whole[:3]).all() and read.qualities.tolist() == [50, 80, 100]


def test_an_import_may_be_started_again_and_joins_nothing_twice():
    lines = [line() for _ in range(4)]
    assert load(lines + lines[:2])[0] == Loaded(4, 0, 2)
    assert load(lines)[0] == Loaded(0, 0, 4)
    assert feed.head().sequence == 4
    assert set(Item.objects.values_list("confirmations", flat=True)) == {1}


def test_low_quality_famous_pictures_and_what_a_person_must_see_wait():
    famous = secrets.token_bytes(32)
    widely_published.add([famous], actor="test")
    plain = secrets.token_hex(32)
    done, _ = load([line(49), f"{famous.hex()},100", f"{plain}", f"{secrets.token_hex(32)},80"])
    assert done == Loaded(1, 3, 0)
    assert Transition.objects.filter(reason=widely_published.REASON).count() == 1
    assert load([line()], publish=False)[0] == Loaded(0, 1, 0)
    assert feed.head().sequence == 1 and ItemHash.objects.filter(publishable=False).count() == 2


def test_a_line_that_cannot_be_read_is_named_without_its_content_and_stops_nothing():
    good = line()
    bad = [
        "[",
        "{}",
        "zz" * 32,
        "ab",
        '{"hashes": []}',
        '{"hashes": [{"algorithm": "md4", "value": "' + "a" * 32 + '"}]}',
        '{"hashes": [{"algorithm": "pdq", "value": "' + "a" * 32 + '", "quality": 90}]}',
        '{"hashes": [{"algorithm": "md5", "value": "' + "b" * 32 + '", "quality": 90}]}',
        secrets.token_hex(32) + ",101",
        "{" * 100_000,
        line(person="x"),
    ]
    done, rejected = load(["# a list", "", *bad, good])
    assert done == Loaded(1, 0, 0) and rejected.count == len(bad)
    assert [number for number, _ in rejected.first] == list(range(3, 3 + len(bad)))
    assert "aaaa" not in repr(rejected) and "bbbb" not in repr(rejected)
