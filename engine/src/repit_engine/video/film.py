"""A film: its times, and its frames, all or some.

In: a `Source` that FFmpeg reads. Out: `Film`, one reader of `Video`. Next: `opening` makes a `Video` of it.
"""

import itertools
from collections.abc import Iterator
from typing import Final

import av
import numpy as np
from av.video.stream import VideoStream
from numpy.typing import NDArray

from repit_engine.errors import VideoRefused
from repit_engine.video.container import Track
from repit_engine.video.decoding import Astray, Decoding
from repit_engine.video.frame import Frame
from repit_engine.video.limits import Spent, Unseen, VideoLimits
from repit_engine.video.plan import plan_of
from repit_engine.video.refusals import damaged, no_moving_picture, too_large, too_long
from repit_engine.video.source import Source
from repit_engine.video.table import Order, Table, table_of

_TRIED: Final = 60
"""Packets by which it is found out whether frames are reordered."""


class Film:
    """One track of a film."""

    def __init__(self, source: Source, limits: VideoLimits, spent: Spent, number: int) -> None:
        """Reads all packets and decodes the first frame. Raises `VideoRefused`, and whatever PyAV raises."""
        self._source, self._limits, self._spent, self._track = source, limits, spent, number
        track = Track(source, limits, number)
        try:
            self.tracks, self.codec, self._kind = track.count, track.codec, track.kind
            if track.others:
                spent.leave(Unseen.MORE)
            self.table: Table = table_of(track, spent)
            if not len(self.table.shown):
                raise self._nothing(no_moving_picture())
            if self.table.order is Order.DOUBTFUL:
                self.table.order = Order.TIMED if self._in_order() else Order.COUNTED
            first = next(self._first(track), None)
        finally:
            track.close()
        if first is None:
            raise self._nothing(damaged())
        self.height, self.width = first.luma.shape
        self.turn, self.limited = first.turn, first.limited
        self.times, self.keyframes = self.table.times, self.table.keyframes
        self.duration, self.guessed = self.table.duration, self.table.guessed

    def _first(self, track: Track) -> Iterator[Frame]:
        """Shown frames, by the decoder of a track that has been read where its packets were kept: opening
        another costs as much as decoding a frame."""
        if self.table.packets is None:
            return self.every()
        return Decoding(track.decoder, self.table, self._spent).every(self.table.packets)

    def _nothing(self, refusal: VideoRefused) -> VideoRefused:
        """Why there is no frame."""
        if self._spent.unseen is Unseen.TIME:
            return too_long()
        if self._spent.unseen is Unseen.PIXELS:
            return too_large()
        return damaged() if self._spent.unseen is Unseen.DAMAGED else refusal

    def _in_order(self) -> bool:
        """Whether frames come out of the decoder in the order of their packets, as far as its first ones
        tell: what may be reordered need not be."""
        track = Track(self._source, self._limits, self._track)
        try:
            decoding = Decoding(track.decoder, self.table, self._spent)
            numbers = list(decoding.numbers(itertools.islice(self._packets(track), _TRIED)))
        finally:
            track.close()
        return numbers == sorted(numbers)

    def every(self) -> Iterator[Frame]:
        """All shown frames, in order of time."""
        track = Track(self._source, self._limits, self._track)
        try:
            yield from Decoding(track.decoder, self.table, self._spent).every(self._packets(track))
        finally:
            track.close()

    def at(self, wanted: NDArray[np.int64]) -> Iterator[Frame]:
        """Those of these times; exactly as `every` gives them."""
        last = -1
        if self.table.order is Order.TIMED and not self.table.damaged:
            plan = plan_of(self.table, np.isin(self.table.shown, wanted), self.codec, self._kind)
            track = Track(self._source, self._limits, self._track)
            try:
                decoding = Decoding(track.decoder, self.table, self._spent)
                for frame in decoding.planned(self._packets(track), plan):
                    last = frame.ms
                    yield frame
                return
            except Astray:
                pass
            finally:
                track.close()
        times = set(wanted.tolist())
        for frame in self.every():
            if frame.ms > last and frame.ms in times:
                yield frame

    def _packets(self, track: Track) -> "Iterator[av.Packet[VideoStream]]":
        if self.table.packets is not None:
            yield from self.table.packets
            return
        for packet in track.packets():
            if packet is not None:
                yield packet
