"""Frames out of packets: all of them, or those of a plan.

In: packets, a decoder, a `Table`, a `Plan`. Out: `Frame`s in order of time. Next: `film`.

Each packet is given its own number in place of its time, so that a frame says of which packet it is, whatever
times the file states. A packet that cannot be decoded is stepped over; what a decoder makes of it all the
same is marked corrupt by it.
"""

import itertools
from collections.abc import Iterable, Iterator
from typing import Final, TypeAlias, cast

import av
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from repit_engine.errors import VideoRefused
from repit_engine.video.display import turn_of
from repit_engine.video.frame import Frame
from repit_engine.video.limits import Spent, Unseen
from repit_engine.video.luma import Planes, limited_of
from repit_engine.video.plan import Plan
from repit_engine.video.table import Order, Table

Packet: TypeAlias = "av.Packet[VideoStream]"
Packets: TypeAlias = Iterable[Packet]


MOST_HELD: Final = 16
"""Frames that one packet may hold: what is shown, and what is hidden for others to rest on."""


class Astray(Exception):
    """A plan did not give what it promised: the file is not what its packets say, or it is damaged."""


class Decoding:
    """One reading of a track."""

    def __init__(self, decoder: VideoCodecContext, table: Table, spent: Spent) -> None:
        self._decoder, self._table, self._spent = decoder, table, spent
        self._planes = Planes()
        self._shown: list[int] = table.shown.tolist()
        self._times: list[int] = table.times.tolist()
        self._last, self._number = -1, 0

    def every(self, packets: Packets) -> Iterator[Frame]:
        """All shown frames."""
        for number, packet in enumerate(packets):
            if number >= len(self._shown) or not self._taken(number):
                return
            for frame in self._decoded(packet, number):
                yield from self._framed(frame)
        for frame in self._decoded(None, 0):
            yield from self._framed(frame)

    def numbers(self, packets: Packets) -> Iterator[int]:
        """Which packets' frames come out, in that order."""
        for number, packet in enumerate(packets):
            if number >= len(self._shown) or not self._taken(number):
                return
            yield from (frame.pts or 0 for frame in self._decoded(packet, number))

    def planned(self, packets: Packets, plan: Plan) -> Iterator[Frame]:
        """Those that the plan wants. Raises `Astray` before anything that would differ from `every`."""
        fed, keys, whole = plan.fed.tolist(), self._table.key.tolist(), plan.whole.tolist()
        wanted = _Wanted(self._shown, plan)
        skips, gap = not plan.whole.all(), True
        for number, packet in enumerate(itertools.islice(packets, len(fed))):
            if not fed[number]:
                gap = True
                continue
            if gap:
                yield from self._checked(None, 0, wanted)
                self._decoder.flush_buffers()
                if not keys[number]:
                    # A file that begins in the middle: what its decoder makes of that rests on all of it.
                    raise Astray
                gap, wanted.head = False, number
            if not self._taken(number):
                return
            needed = self._needed(packet, wanted=bool(plan.wanted[number]))
            if needed is None:
                continue
            if skips:
                self._decoder.skip_frame = "DEFAULT" if whole[number] else "NONREF"
            yield from self._checked(needed, number, wanted)
        yield from self._checked(None, 0, wanted)
        if wanted.due:
            raise Astray

    def _needed(self, packet: Packet, *, wanted: bool) -> "Packet | None":
        """What of a packet is to be decoded, if anything."""
        if self._table.frames is None:
            return packet
        needed = self._table.frames.needed_of(bytes(packet))
        if wanted or needed is None:
            return packet
        return cast(Packet, av.Packet(needed)) if needed else None

    def _checked(self, packet: "Packet | None", number: int, wanted: "_Wanted") -> Iterator[Frame]:
        """Frames that come out, those that are wanted."""
        for frame in self._decoded(packet, number, strict=True):
            if frame.width * frame.height > self._spent.limits.pixels:
                raise Astray
            ms = wanted.checked(frame)
            if ms is not None:
                yield self._made(frame, ms)

    def _framed(self, frame: VideoFrame) -> list[Frame]:
        """A frame with its time; none where it is not shown, or larger than allowed."""
        if frame.width * frame.height > self._spent.limits.pixels:
            self._spent.leave(Unseen.PIXELS)
            return []
        number = frame.pts
        if self._table.order is Order.COUNTED:
            if self._number >= len(self._times):
                return []
            ms = self._times[self._number]
            self._number += 1
        else:
            ms = -1 if number is None or not 0 <= number < len(self._shown) else self._shown[number]
            if ms < 0:
                return []
            if ms <= self._last:
                # Shown after one that its time puts behind it: what comes out of the decoder is the order.
                ms = self._last + 1
        self._last = ms
        if frame.is_corrupt:
            self._spent.leave(Unseen.DAMAGED)
        return [self._made(frame, ms)]

    def _made(self, frame: VideoFrame, ms: int) -> Frame:
        luma = self._planes.of(frame)
        return Frame(ms, luma, turn_of(frame), limited_of(frame), frame.is_corrupt, frame.key_frame)

    def _decoded(self, packet: "Packet | None", number: int, *, strict: bool = False) -> "list[VideoFrame]":
        """What the decoder gives for a packet, or at the end; nothing for one that it cannot decode."""
        if packet is not None:
            packet.pts = number
            if self._table.holds[number] > MOST_HELD:
                if strict:
                    raise Astray
                self._spent.leave(Unseen.DAMAGED)
                return []
        try:
            return self._decoder.decode(packet)
        except EOFError:
            return []
        except VideoRefused:
            raise
        except (av.error.FFmpegError, ValueError):
            if strict:
                raise Astray from None
            self._spent.leave(Unseen.DAMAGED)
            return []

    def _taken(self, number: int) -> bool:
        """Count what a packet makes a decoder do, also where it turns out that nothing of it is needed: to
        find that out takes time, too. False where it is too much, or too late."""
        pixels = max(1, self._decoder.width * self._decoder.height)
        return self._spent.take(pixels * min(self._table.holds[number], MOST_HELD))


class _Wanted:
    """Of a plan: `due`, the times that have not come yet, the next one last. `head`: the packet that a group
    begins with, while its frame has not come; −1 from then on."""

    def __init__(self, shown: list[int], plan: Plan) -> None:
        self._shown, self.head = shown, -1
        self.due = sorted((shown[number] for number in plan.wanted.nonzero()[0].tolist()), reverse=True)
        self._times = set(self.due)

    def checked(self, frame: VideoFrame) -> int | None:
        """When it is shown, where it is wanted. Raises `Astray` where it is not what `every` would give, or
        comes out of its turn."""
        number = frame.pts
        if number is None or not 0 <= number < len(self._shown):
            raise Astray
        if number == self.head:
            if not frame.key_frame:
                raise Astray
            self.head = -1
        if frame.is_corrupt and self.head < 0:
            # What is damaged is made up from what was decoded before it, and what rests on it may not say so.
            # Frames of an open group that come before its first have nothing to rest on, and nobody wants
            # them.
            raise Astray
        ms = self._shown[number]
        if ms not in self._times:
            return None
        if self.head >= 0 or not self.due or self.due[-1] != ms:
            raise Astray
        self.due.pop()
        return ms
