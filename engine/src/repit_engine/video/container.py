"""A demuxer that opens nothing but what it is given, and one track of what it finds.

In: a `Source`. Out: a `Track`: packets, and a decoder of its own for whoever reads them. Next: `table` reads
the times, `decoding` the frames.

A stranger's file can ask a demuxer to open other files and sockets (a playlist, an SDP, a list of files to
join). Here it is handed a file object without a name, knows no protocol, no container but `kinds.DEMUXERS`
and no decoder but `kinds.DECODERS`.
"""

from collections.abc import Iterator
from contextlib import suppress
from typing import Final

import av
from av.codec.context import Flags
from av.container import InputContainer
from av.stream import Discard, Disposition
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream

from repit_engine.errors import VideoRefused
from repit_engine.video.kinds import DECODERS, DEMUXERS
from repit_engine.video.limits import VideoLimits
from repit_engine.video.refusals import damaged, no_moving_picture, unsupported
from repit_engine.video.source import Source

_BUFFER: Final = 1 << 17
_MOST_FAULTS: Final = 64
"""Errors of a demuxer one after another, after which nothing more is expected of it."""


def opened(source: Source, limits: VideoLimits) -> InputContainer:
    """Open a container, its head read. Raises whatever PyAV raises."""
    try:
        return _opened(source, source, limits)
    except av.error.FFmpegError:
        # A film in fragments that ends within one is given up by a demuxer that looks ahead, and shown by
        # players as far as it came.
        return _opened(source, _Forward(source), limits)


class _Forward:
    """A source that can only be read on."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def read(self, size: int) -> bytes:
        """See `Source`."""
        return self._source.read(size)


def _opened(source: Source, file: "Source | _Forward", limits: VideoLimits) -> InputContainer:
    source.seek(0)
    container: InputContainer = av.open(
        file,
        mode="r",
        # Decoders that look into the first frames while a file is opened are bound by these, too.
        options={"max_pixels": str(limits.padded), "threads": "1"},
        container_options={
            "protocol_whitelist": "none",
            "format_whitelist": ",".join(DEMUXERS),
            "codec_whitelist": ",".join(sorted(DECODERS)),
        },
        metadata_errors="replace",
        buffer_size=_BUFFER,
    )
    return container


def tracks_of(container: InputContainer) -> list[VideoStream]:
    """Tracks of moving pictures that can be read, the one that players show first; no covers, no thumbnails.
    Raises `VideoRefused` where there is none."""
    moving = _moving(container)
    if not moving:
        raise no_moving_picture()
    read = [track for track in moving if _name_of(track) in DECODERS]
    if not read:
        raise unsupported() if any(_name_of(track) for track in moving) else damaged()
    return sorted(read, key=lambda track: not track.disposition & Disposition.default)


def _moving(container: InputContainer) -> list[VideoStream]:
    covers = Disposition.attached_pic | Disposition.timed_thumbnails
    return [track for track in container.streams.video if not track.disposition & covers]


def _name_of(track: VideoStream) -> str:
    # A damaged index leaves a track without a decoder, and PyAV without what it takes attributes from.
    context: VideoCodecContext | None = getattr(track, "codec_context", None)
    return "" if context is None else context.codec.name


class Track:
    """One track of an open container, read from its beginning once: for another reading open another."""

    def __init__(self, source: Source, limits: VideoLimits, number: int) -> None:
        """`number`: in the order of `tracks_of`. Raises `VideoRefused`, and whatever PyAV raises."""
        self.container = opened(source, limits)
        try:
            tracks = tracks_of(self.container)
            if number >= len(tracks):
                raise no_moving_picture()
            self.count, self.stream = len(tracks), tracks[number]
            self.others = len(_moving(self.container)) - self.count
            """Tracks that cannot be read."""
            self.decoder = self.stream.codec_context
            form = self.decoder.format
            deep = form is not None and form.components[0].bits > 8
            limits.check_frame(self.decoder.width, self.decoder.height, deep)
            self._prepare(limits)
        except VideoRefused:
            self.container.close()
            raise

    def _prepare(self, limits: VideoLimits) -> None:
        for other in self.container.streams:
            if other.index != self.stream.index:
                other.discard = Discard.all
        self.decoder.thread_count = 1
        self.decoder.options = {**self.decoder.options, "max_pixels": str(limits.padded)}
        # A crop is taken to the pixel, not to what suits a processor's registers.
        self.decoder.flags |= Flags.unaligned

    @property
    def kind(self) -> str:
        """The container's name among `DEMUXERS`."""
        return self.container.format.name.split(",")[0]

    @property
    def codec(self) -> str:
        """The decoder's name among `DECODERS`."""
        return self.decoder.codec.name

    def packets(self) -> Iterator["av.Packet[VideoStream] | None"]:
        """Packets of this track in the order of the file; None for each place that could not be read."""
        faults = 0
        while faults < _MOST_FAULTS:
            try:
                for packet in self.container.demux(self.stream):
                    if packet.size:
                        faults = 0
                        yield packet
                return
            except av.error.FFmpegError:
                faults += 1
                yield None

    def close(self) -> None:
        """Let go of it."""
        with suppress(Exception):
            self.container.close()
