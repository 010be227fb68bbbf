"""Our feed's wire: what goes in comes out, and what is not in its form is refused by name."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from video_items import blob

from repit.exchanges.repit import snapshot_wire, wire
from repit.exchanges.repit.snapshot_wire import SnapshotHead
from repit.exchanges.repit.wire import Change, Entry, Page
from repit.foundation.errors import WireRefused
from repit.foundation.hashes import Hash

names = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), min_size=1, max_size=40)
hashes = st.one_of(
    st.builds(
        Hash,
        st.just("pdq"),
        st.sampled_from(["whole", "anchored"]),
        st.binary(min_size=32, max_size=32),
        st.integers(0, 100),
    ),
    st.builds(Hash, st.just("md5"), st.just("whole"), st.binary(min_size=16, max_size=16)),
)
kinds, media = st.sampled_from(["intimate", "deepfake"]), st.sampled_from(["picture", "video", "file"])
blobs = st.builds(blob, st.integers(0, 9), st.integers(1, 4), st.integers(0, 4))


def entries_of(media: st.SearchStrategy[str], moments: st.SearchStrategy[bytes]) -> st.SearchStrategy[Entry]:
    return st.builds(
        Entry,
        names,
        st.sampled_from(["active", "disputed"]),
        media,
        kinds,
        names,
        st.integers(0, 2**31),
        st.lists(hashes, max_size=4).map(tuple),
        moments=moments,
    )


living = st.one_of(entries_of(media, st.just(b"")), entries_of(st.just("video"), blobs))
withdrawn = st.builds(Entry, names, st.just("withdrawn"), media, kinds, names, st.just(0), st.just(()))
entries = st.one_of(living, withdrawn)
times = st.datetimes(timezones=st.just(UTC))


@st.composite
def pages(draw: st.DrawFn) -> Page:
    first = draw(st.integers(1, 2**40))
    states = draw(st.lists(entries, max_size=5))
    changes = tuple(Change(first + n, draw(times), entry) for n, entry in enumerate(states))
    return Page(changes, first + len(changes), draw(names), draw(times))


@given(pages())
def test_a_page_comes_back_as_it_was(page: Page):
    assert wire.decode_page(wire.encode_page(page)) == page


@given(living, st.sampled_from(["AAAA", "?", 7, None, ["A"]]))
def test_moments_that_cannot_be_read_are_rejected_and_the_rest_is_taken(entry, amiss):
    body = json.loads(
        wire.encode_page(Page((Change(1, datetime.now(UTC), entry),), 1, "f", datetime.now(UTC)))
    )
    body["changes"][0]["entry"]["moments"] = amiss

    page = wire.decode_page(json.dumps(body))

    assert page.changes[0].entry.hashes == entry.hashes
    assert not page.changes[0].entry.moments
    assert [rejected.sequence for rejected in page.rejected] == [1] and not page.lacks_changes


@given(st.integers(0, 2**62), st.lists(entries, max_size=6), names, times)
def test_a_snapshot_comes_back_as_it_was(sequence, held, feed_id, at):
    head = SnapshotHead(sequence, feed_id, at)
    lines = b"".join(snapshot_wire.encode_snapshot(head, held)).decode().split("\n")[:-1]
    read, rest = snapshot_wire.decode_snapshot(lines, [])
    assert read == head and list(rest()) == held


@given(st.lists(entries, min_size=1, max_size=4), st.data())
def test_a_snapshot_that_was_cut_or_altered_is_refused(held, data):
    head = SnapshotHead(1, "feed", datetime(2026, 1, 1, tzinfo=UTC))
    lines = b"".join(snapshot_wire.encode_snapshot(head, held)).decode().split("\n")[:-1]
    victim = data.draw(st.integers(1, len(lines) - 1))
    cut = lines[:victim] + lines[victim + 1 :]
    with pytest.raises(WireRefused):
        list(snapshot_wire.decode_snapshot(cut, [])[1]())
    twice = [*lines[: victim - 1], lines[victim - 1], *lines[victim - 1 :]]
    if victim > 1:
        with pytest.raises(WireRefused):
            list(snapshot_wire.decode_snapshot(twice, [])[1]())


@given(pages(), st.integers(2, 5))
def test_changes_that_do_not_follow_one_another_are_refused(page: Page, step: int):
    raw = json.loads(wire.encode_page(page))
    if len(raw["changes"]) > 1:
        raw["changes"][-1]["sequence"] += step
        with pytest.raises(WireRefused):
            wire.decode_page(json.dumps(raw))


@given(st.one_of(st.binary(max_size=60), st.text(max_size=60)))
def test_noise_is_refused_by_name(raw):
    with pytest.raises(WireRefused):
        wire.decode_page(raw)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
FIELDS = ["item", "state", "media", "kind", "origin", "confirmations", "hashes"]


@given(living, st.sampled_from(FIELDS), json_values)
def test_any_field_of_an_entry_may_be_anything_and_the_others_are_taken(entry, field, value):
    at = datetime(2026, 1, 1, tzinfo=UTC)
    good = [Change(number, at, entry) for number in (1, 2, 3)]
    raw = json.loads(wire.encode_page(Page(tuple(good), 3, "feed", at)))
    raw["changes"][1]["entry"][field] = value
    page = wire.decode_page(json.dumps(raw))
    assert (page.begins, page.through) == (1, 3)
    assert {good[0], good[2]} <= set(page.changes)
    assert len(page.changes) == 3 or [entry.sequence for entry in page.rejected][-1] == 2


def test_moments_of_what_is_no_video_are_rejected_and_the_rest_is_taken():
    entry = Entry("i", "active", "picture", "intimate", "o", 1, (Hash("md5", "whole", bytes(16)),))
    rejected: list[wire.RejectedEntry] = []
    body = {**wire.entry_out(entry), "moments": base64.b64encode(blob(1)).decode()}
    assert wire.entry_in(body, 1, rejected) == entry and len(rejected) == 1
    with pytest.raises(WireRefused):
        replace(entry, moments=blob(1))


def test_moments_without_any_are_none():
    entry = Entry("i", "active", "video", "intimate", "o", 1, (Hash("md5", "whole", bytes(16)),))
    body = {**wire.entry_out(entry), "moments": base64.b64encode(blob(1, 0)).decode()}
    assert wire.entry_in(body, 1, []) == entry


def test_a_hash_that_cannot_be_read_costs_its_entry_no_other_hash():
    at, hashes = (
        datetime(2026, 1, 1, tzinfo=UTC),
        [Hash("md5", "whole", bytes([n]) * 16) for n in (1, 2)],
    )
    entry = Entry("i", "active", "file", "intimate", "o", 1, tuple(hashes))
    lines = b"".join(snapshot_wire.encode_snapshot(SnapshotHead(1, "f", at), [entry])).decode().split("\n")
    raw = json.loads(wire.encode_page(Page((Change(1, at, entry),), 1, "feed", at)))
    raw["changes"][0]["entry"]["hashes"][0]["value"] = "xyz"
    page = wire.decode_page(json.dumps(raw))
    assert page.changes[0].entry.hashes == (hashes[1],)
    assert [entry.sequence for entry in page.rejected] == [1] and "xyz" not in repr(page)
    assert not page.lacks_changes
    assert len(lines) == 4


def test_a_snapshots_bad_entry_is_rejected_and_the_rest_is_taken():
    at = datetime(2026, 1, 1, tzinfo=UTC)
    good = Entry("good", "active", "file", "intimate", "o", 1, ())
    strange = Entry("strange", "active", "file", "intimate", "o", 1, ())
    object.__setattr__(strange, "kind", "of a later version")
    sent = b"".join(snapshot_wire.encode_snapshot(SnapshotHead(1, "f", at), [strange, good]))
    lines = sent.decode().split("\n")[:-1]
    rejected = []
    assert list(snapshot_wire.decode_snapshot(lines, rejected)[1]()) == [good]
    assert [entry.sequence for entry in rejected] == [None]


def test_a_withdrawn_entry_cannot_carry_hashes():
    with pytest.raises(WireRefused):
        Entry("i", "withdrawn", "picture", "intimate", "o", 0, (Hash("md5", "whole", bytes(16)),))


def test_the_next_version_of_the_feed_is_refused():
    with pytest.raises(WireRefused):
        wire.decode_page(
            '{"version":2,"changes":[],"head":0,"feed_id":"x","generated_at":"2026-01-01T00:00:00Z"}'
        )


def test_no_repr_shows_a_hash():
    value = bytes(range(32))
    entry = Entry("i", "active", "picture", "intimate", "o", 1, (Hash("pdq", "whole", value, 90),))
    assert value.hex() not in repr(entry) and repr(value)[2:-1] not in repr(entry)
