"""The follower, with a feed that says what it is told to."""

from collections.abc import Iterator
from dataclasses import replace

from gate_pictures import made_up

from repit.exchanges.repit.wire import Change, Entry, Page, RejectedEntry
from repit.foundation import clock
from repit.foundation.hashes import Hash
from repit.platform.gate.inspection.question import BareHashes
from repit.platform.gate.runtime import Gate
from repit.platform.loops import follow_feed


def shared(item: str, number: int) -> Entry:
    return Entry(
        item,
        "active",
        "picture",
        "intimate",
        "a-hotline",
        1,
        (Hash("pdq", "whole", made_up(number).value, 90),),
    )


class ScriptedFeed:
    """First both items; then a change that nobody can read, for one of them was withdrawn."""

    def __init__(self, follower: follow_feed.Follower) -> None:
        self.follower, self.feed_id, self.rejected = follower, "f", ()
        self.entries = [shared("a", 1), shared("b", 2)]
        self.sequence = 2
        self.acknowledged: list[int] = []

    def snapshot(self) -> tuple[int, Iterator[Entry]]:
        return self.sequence, iter(self.entries)

    def changes(self, after: int, _wait: float) -> Page:
        if after == self.sequence - 1 == 1:
            return Page((Change(2, clock.now(), self.entries[-1]),), 2, "f", clock.now())
        if self.sequence == 2:
            self.entries, self.sequence = self.entries[1:], 3
            return Page((), 3, "f", clock.now(), (RejectedEntry(3, "not an entry"),))
        self.follower.close()
        return Page((), self.sequence, "f", clock.now())

    def close(self) -> None:
        pass

    def acknowledge(self, sequence: int, _withdrawn: tuple[str, ...] = ()) -> None:
        self.acknowledged.append(sequence)


def test_a_withdrawal_that_cannot_be_read_is_taken_from_a_snapshot(gate: Gate) -> None:
    follower = follow_feed.Follower(gate, "http://127.0.0.1:1", "key")
    ending = follower._loop.ending
    feed = follower._client = ScriptedFeed(follower)
    while not ending.is_set():
        follower.turn(ending)
    assert feed.acknowledged == [2, 3]
    assert gate.inspector.inspect(BareHashes((made_up(1),), "check")).outcome == "allow"
    assert gate.inspector.inspect(BareHashes((made_up(2),), "check")).outcome == "block"
    assert gate.board.read().sequence == 3


def test_a_part_of_an_entry_that_cannot_be_read_costs_no_snapshot(gate: Gate) -> None:
    follower = follow_feed.Follower(gate, "http://127.0.0.1:1", "key")
    feed = follower._client = ScriptedFeed(follower)
    change = Change(3, clock.now(), shared("c", 3))
    rejected = (RejectedEntry(3, "moments that cannot be read", part=True),)
    feed.changes = lambda *_: Page((change,), 3, "f", clock.now(), rejected)  # type: ignore[method-assign]
    follower.turn(follower._loop.ending)
    assert gate.board.read().sequence == 3
    assert gate.inspector.inspect(BareHashes((made_up(3),), "check")).outcome == "block"
    assert gate.index.holdings.rejected == {"part-unreadable": 1}


def test_the_moments_of_a_video_come_with_its_entry() -> None:
    video = replace(shared("v", 1), media="video", moments=b"a blob")
    assert follow_feed.known(video).moments == b"a blob"
