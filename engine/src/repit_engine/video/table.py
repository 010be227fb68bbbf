"""All times of a track, from its packets alone.

In: packets. Out: `Table`: when each is shown, which are coded by themselves, in which order they come. Next:
`plan` chooses from it what is to be decoded; `Video.times` is it.

The rules, which the browser shares (docs/en/moments.md):

- a frame's time is that of its packet; what an edit list hides is decoded and never shown;
- milliseconds from the first shown frame, halves upwards; where two would fall together the later one is
  shown a millisecond later, for both are seen;
- where time jumps back, or, in a container without one clock, ahead by more than ten seconds, another
  recording begins: it goes on behind the last, by its own clock;
- where packets have no times, or times that cannot be the order in which frames are shown, frames are
  counted: the times there are in their order, or the stated rate.
"""

import itertools
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from typing import Final

import av
import numpy as np
from av.video.stream import VideoStream
from numpy.typing import NDArray

from repit_engine.video.av1 import Frames
from repit_engine.video.container import Track
from repit_engine.video.headers import frames_in, hidden, layer_of
from repit_engine.video.kinds import AS_DECODED, ONE_CLOCK, RAW, WITHOUT_ORDER
from repit_engine.video.limits import Spent, Unseen
from repit_engine.video.refusals import too_long

BACK: Final = 0.5
"""Seconds by which a clock of decoding must fall back before it is another clock."""
_LEAP: Final = 10.0
_USUAL_RATE: Final = Fraction(25)
MOST_KEPT: Final = 32 << 20
"""Bytes of packets that are kept, so that a short file is demuxed once."""
_MOST_PACKETS_KEPT: Final = 1 << 15


class Order(Enum):
    """What a frame's time is told by."""

    TIMED = "timed"
    """By its packet."""
    COUNTED = "counted"
    """A decoder's n-th frame has the n-th time."""
    DOUBTFUL = "doubtful"
    """Only decoding tells."""


@dataclass(slots=True)
class Table:
    """Of each packet, in the order of the file. `shown` ``(n,) int64``: its time in milliseconds, −1 where it
    is not shown; `key`, `layer` and `holds` (`headers.layer_of`, `frames_in`) likewise; `packets`: they
    themselves, where they are few. `frames`: reads AV1's. `order`: what a frame's time is told by. `guessed`:
    at a stated rate. `damaged`: the container says so of a packet. `times`: those of `shown` in order;
    `duration`: with the last frame's own.
    """

    shown: NDArray[np.int64]
    key: NDArray[np.bool_]
    layer: NDArray[np.uint8]
    holds: list[int]
    frames: Frames | None
    packets: "list[av.Packet[VideoStream]] | None"
    order: Order
    guessed: bool
    damaged: bool
    times: NDArray[np.int64]
    duration: int

    @property
    def keyframes(self) -> NDArray[np.int64]:
        """Times of the frames that are coded by themselves. Where frames are counted, it is not known before
        they are decoded in which place one of them is shown: nothing before it is shown later."""
        seen = self.shown >= 0
        if self.order is Order.COUNTED:
            places: NDArray[np.int64] = np.cumsum(seen)[self.key & seen] - 1
            return np.asarray(self.times[places], np.int64)
        return np.sort(self.shown[self.key & seen])


@dataclass(slots=True)
class _Rows:
    """Of each packet, in the order of the file."""

    pts: list[int | None]
    dts: list[int | None]
    lasting: list[int]
    key: list[bool]
    shown: list[bool]
    layer: list[int]
    holds: list[int]
    frames: Frames | None = None
    damaged: bool = False


def table_of(track: Track, spent: Spent) -> Table:
    """Read a track to its end, or to a limit. Raises `VideoTookTooLong` where no time is left for a frame."""
    rows, packets = _read(track, spent)
    if spent.over():
        raise too_long()
    base = track.stream.time_base or Fraction(1, 1000)
    rate = track.stream.average_rate or track.stream.guessed_rate or _USUAL_RATE
    timed, guessed = _timed(rows, base, rate)
    order = Order.COUNTED if guessed else _order(rows, timed, track)
    clock = [pts if dts is None else dts for pts, dts in zip(timed, rows.dts, strict=True)]
    shown, duration = _laid_out(timed, clock, rows, base, leaps=track.kind not in ONE_CLOCK)
    limit = round(spent.limits.film * 1000)
    if duration > limit:
        beyond = shown > limit
        if beyond.any():
            spent.leave(Unseen.FILM)
            shown[beyond] = -1
        duration = min(duration, limit)
    key, layer = np.array(rows.key, np.bool_), np.array(rows.layer, np.uint8)
    return Table(
        shown,
        key,
        layer,
        rows.holds,
        rows.frames,
        packets,
        order,
        guessed or track.kind in RAW,
        rows.damaged,
        np.sort(shown[shown >= 0]),
        duration,
    )


def _read(track: Track, spent: Spent) -> "tuple[_Rows, list[av.Packet[VideoStream]] | None]":
    rows = _Rows([], [], [], [], [], [], [])
    kept: list[av.Packet[VideoStream]] | None = []
    codec, size, description = track.codec, 0, track.decoder.extradata or b""
    if codec == "libdav1d":
        rows.frames = Frames(description)
    for packet in track.packets():
        if packet is None:
            spent.leave(Unseen.DAMAGED)
            continue
        if len(rows.pts) >= spent.limits.frames:
            spent.leave(Unseen.FRAMES)
            break
        if not len(rows.pts) % 256 and spent.over():
            break
        rows.damaged |= packet.is_corrupt
        rows.pts.append(packet.pts)
        rows.dts.append(packet.dts)
        rows.lasting.append(packet.duration or 0)
        rows.key.append(packet.is_keyframe)
        rows.shown.append(not packet.is_discard and not hidden(codec, packet))
        rows.layer.append(layer_of(codec, packet))
        rows.holds.append(frames_in(codec, packet, description))
        size += packet.size
        if kept is not None:
            kept.append(packet)
            if size > MOST_KEPT or len(kept) > _MOST_PACKETS_KEPT:
                kept = None
    return rows, kept


def _timed(rows: _Rows, base: Fraction, rate: Fraction) -> tuple[list[int], bool]:
    """A time for every packet, and whether they were counted at a rate."""
    if all(pts is None for pts in rows.pts):
        if rows.dts and all(dts is not None for dts in rows.dts):
            return [dts for dts in rows.dts if dts is not None], False
        return [round(number / (rate * base)) for number in range(len(rows.pts))], True
    last, step = 0, max(1, round(1 / (rate * base)))
    timed: list[int] = []
    for pts, dts in zip(rows.pts, rows.dts, strict=True):
        last = pts if pts is not None else dts if dts is not None else last + step
        timed.append(last)
    return timed, False


def _order(rows: _Rows, timed: list[int], track: Track) -> Order:
    """Whether times can be the order in which frames are shown."""
    seen = [time for time, shown in zip(timed, rows.shown, strict=True) if shown]
    if track.codec in AS_DECODED:
        rising = all(before <= after for before, after in itertools.pairwise(seen))
        return Order.TIMED if rising else Order.COUNTED
    stamps = list(zip(rows.pts, rows.dts, strict=True))
    apart = [None if pts is None or dts is None else pts - dts for pts, dts in stamps]
    if any(lag is not None and lag < 0 for lag in apart) or len(set(seen)) < len(seen):
        return Order.COUNTED
    # Where all are shown as long after they are decoded, either none is shown out of its turn, or a container
    # has said nothing of it.
    silent = track.kind in WITHOUT_ORDER.get(track.codec, ()) or (len(set(apart)) == 1 and len(apart) > 2)
    return Order.DOUBTFUL if silent and track.decoder.has_b_frames else Order.TIMED


def _laid_out(
    timed: list[int], clock: list[int], rows: _Rows, base: Fraction, *, leaps: bool
) -> tuple[NDArray[np.int64], int]:
    """Milliseconds of every packet, −1 where it is not shown, and the end."""
    shown = np.full(len(timed), -1, np.int64)
    end, begin = 0, 0
    for stop in (*_seams(clock, base, leaps=leaps), len(timed)):
        seen = [number for number in range(begin, stop) if rows.shown[number]]
        begin = stop
        if not seen:
            continue
        first = min(timed[number] for number in seen)
        order = sorted(seen, key=lambda number: timed[number])
        ms = _strictly([end + _ms(timed[number] - first, base) for number in order])
        shown[order] = ms
        last = order[-1]
        lasting = _ms(rows.lasting[last], base) or _usual_step(ms)
        end = ms[-1] + max(1, lasting)
    return shown, end


def _seams(clock: list[int], base: Fraction, *, leaps: bool) -> list[int]:
    """Where another recording begins."""
    back, leap = BACK / base, _LEAP / base
    seams, latest = [], clock[0] if clock else 0
    for number, now in enumerate(clock):
        if now < latest - back or (leaps and now > latest + leap):
            seams.append(number)
            latest = now
        latest = max(latest, now)
    return seams


def _ms(ticks: int, base: Fraction) -> int:
    """Halves upwards, in whole numbers: ticks of a hostile file are as large as they like."""
    numerator, denominator = 1000 * ticks * base.numerator, base.denominator
    return (2 * numerator + denominator) // (2 * denominator)


def _strictly(ms: list[int]) -> list[int]:
    last, made = -1, []
    for now in ms:
        last = max(now, last + 1)
        made.append(last)
    return made


def _usual_step(ms: list[int]) -> int:
    steps = sorted(after - before for before, after in itertools.pairwise(ms))
    return steps[len(steps) // 2] if steps else 0
