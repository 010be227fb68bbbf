"""`repit-hash` for what moves: the moments of a video.

In: bytes, or a path. Out: what its row says, and its lines. Next: `hash` prints them.

Both are read in a child that opens nothing (`moments.watching`). A film has moments and no hash of its own;
an animation has both, for it is shown as a picture, too.
"""

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from repit_engine.errors import NoMovingPicture, VideoRefused
from repit_engine.moments import Moments, from_bytes, to_bytes
from repit_engine.moments.watching import WatchingChild
from repit_engine.picture.kinds import Kind, Refused, sniffed
from repit_engine.types import Hash, NotHashable
from repit_engine.video import DEFAULT_VIDEO_LIMITS
from repit_engine.video.kinds import Container, container_of
from repit_engine.video.source import source_of

Row = dict[str, Any]
HEAD: Final = 1 << 16
"""Bytes from which it is known what a file is."""


def head_of(source: bytes | Path) -> bytes:
    """The first bytes; none where the file cannot be read, which reading it as a picture then says."""
    if isinstance(source, bytes):
        return source[:HEAD]
    try:
        with source.open("rb") as file:
            return file.read(HEAD)
    except (OSError, ValueError):
        return b""


def is_film(head: bytes) -> bool:
    """Whether it moves and is no picture. HEIC and AVIF pictures lie in the same boxes as films."""
    found = sniffed(head, whole=False) if head else None
    return isinstance(found, Refused) and (found.kind is Kind.FILM or container_of(head) is Container.FILM)


def may_move(source: bytes | Path) -> bool:
    """Whether it is a picture that says that it moves, or a GIF, of which only reading tells."""
    try:
        opened = source_of(source, DEFAULT_VIDEO_LIMITS)
    except VideoRefused:
        return False
    try:
        return container_of(opened.head()) is Container.ANIMATION or opened.is_moving_png()
    finally:
        opened.close()


def row_of_film(child: WatchingChild, source: bytes | Path) -> Row:
    """`moments`: base64 of the blob (docs/en/moments.md), `duration`: seconds, `unseen`; or why there are
    none."""
    watched = child.moments(source)
    if isinstance(watched, NotHashable):
        return {"reason": watched.reason, "message": f"{watched.message} {watched.next_step}".rstrip()}
    if not len(watched.moments):
        return {"reason": "nothing-to-recognise", "message": "The video shows too little to be recognised."}
    return _row(watched.moments, watched.unseen)


def row_of_animation(child: WatchingChild, source: bytes | Path) -> Row:
    """The same; nothing where it does not move, or shows too little. Where it cannot be read as a video,
    `unseen` says why: as a picture it has a hash all the same."""
    watched = child.moments(source)
    if isinstance(watched, NotHashable):
        return {} if watched.reason == NoMovingPicture.code else {"unseen": watched.reason}
    return _row(watched.moments, watched.unseen) if len(watched.moments) else {}


def _row(moments: Moments, unseen: str | None) -> Row:
    blob = base64.b64encode(to_bytes(moments)).decode("ascii")
    row: Row = {"moments": blob, "duration": moments.duration / 1000}
    return row if unseen is None else row | {"unseen": unseen}


def lines_of(row: Row) -> Iterator[str]:
    """A moment a line: hash, quality, name and time, as pictures have them."""
    moments = from_bytes(base64.b64decode(row["moments"]))
    for number, (begin, end) in enumerate(zip(moments.begins.tolist(), moments.ends.tolist(), strict=True)):
        time = _clock(begin) if begin == end else f"{_clock(begin)}–{_clock(end)}"
        hashed = Hash.from_row(moments.whole[number]).hex
        yield f"{hashed}  {moments.qualities[number]:3}  {row['file']}  {time}"


def _clock(ms: int) -> str:
    seconds, rest = divmod(ms, 1000)
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}.{rest:03}"
