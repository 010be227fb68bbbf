"""Uploads that share one memory: what is asked of one is what has come of it, whoever else is coming."""

import hashlib

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from repit.foundation.admission.room import Room
from repit.platform.gate.errors import Overloaded
from repit.platform.gate.upload_buffer import UploadBuffer

ROOM, KEEP, MOST = 20, 12, 40


class Sent:
    """One upload, and what was written of it."""

    def __init__(self, room: Room) -> None:
        self.refusals = 0
        self.buffer = UploadBuffer(room, KEEP, MOST, refused=self._refused)
        self.bytes = b""
        self.taken = False
        """Whether somebody had all of it, so that it must not give way."""

    def _refused(self) -> None:
        self.refusals += 1


class UploadsThatShareAMemory(RuleBasedStateMachine):
    """Three at a time; one that had to give way is sent anew."""

    which = st.integers(0, 2)

    def __init__(self) -> None:
        super().__init__()
        self.room = Room(ROOM, Overloaded)
        self.sent = [Sent(self.room) for _ in range(3)]

    @rule(which=which, piece=st.binary(min_size=1, max_size=6))
    def more_comes(self, which: int, piece: bytes) -> None:
        sent = self.sent[which]
        if len(sent.bytes + piece) > MOST:
            return
        try:
            sent.buffer.write(piece)
        except Overloaded:
            self.is_let_go_of(which)
        else:
            sent.bytes += piece
            sent.taken = False

    @rule(which=which)
    def it_is_looked_at(self, which: int) -> None:
        sent = self.sent[which]
        try:
            data = sent.buffer.data
        except Overloaded:
            assert not sent.taken
            self.is_let_go_of(which)
            return
        sent.taken = True
        if len(sent.bytes) <= KEEP:
            assert data == sent.bytes
        else:
            assert data is None
            whole = (hashlib.md5(sent.bytes, usedforsecurity=False), hashlib.sha256(sent.bytes))
            assert [digest for _, digest in sent.buffer.digests()] == [made.digest() for made in whole]

    @rule(which=which)
    def it_is_done_with(self, which: int) -> None:
        self.sent[which].buffer.forget()
        self.sent[which] = Sent(self.room)

    def is_let_go_of(self, which: int) -> None:
        assert self.sent[which].refusals == 1
        self.it_is_done_with(which)

    @invariant()
    def no_more_is_held_than_there_is_room_for(self) -> None:
        kept = [len(sent.bytes) for sent in self.sent if len(sent.bytes) <= KEEP]
        assert 0 <= self.room.held <= min(ROOM, sum(kept))

    def teardown(self) -> None:
        for sent in self.sent:
            sent.buffer.forget()
        assert self.room.held == 0


TestUploadsThatShareAMemory = UploadsThatShareAMemory.TestCase
