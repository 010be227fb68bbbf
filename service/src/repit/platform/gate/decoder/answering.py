"""The child's half of the dialogue about one upload.

In: a request, a picture's bytes. Out: frames, one stage at a time and look by look: what the file shows
(`repit_engine.views`), each view's standard hash, then, each only when asked for, the whole upload turned and
trimmed, anchors, parts, turned ones. Next: `dialogue`.

The file is opened once and its views stay here while the parent searches what it has been given.
"""

import time
from typing import BinaryIO

import numpy as np

from repit.platform.gate.decoder.refusals import out_of_time, refused
from repit_engine.anchors import Budget, Look, QueryHashes, count_of, looks, query_family
from repit_engine.anchors.rows import to_bytes
from repit_engine.child.serving import Request
from repit_engine.errors import PictureRefused
from repit_engine.hash import not_hashable
from repit_engine.picture import Limits
from repit_engine.picture import warm_up as warm_up_pictures
from repit_engine.picture.cost import cost_of
from repit_engine.picture.formats import Format
from repit_engine.picture.kinds import Kind, Refused, sniffed
from repit_engine.picture.source import bytes_of
from repit_engine.pipe import receive_json, send, send_json
from repit_engine.types import NotHashable
from repit_engine.views import Views, open_views


def warm_up() -> None:
    """Load every kernel, before memory is confined: for luma in bytes (JPEG in grey) and in floats (the
    rest)."""
    warm_up_pictures()
    rows, columns = np.mgrid[0:240, 0:320]
    luma = 127 + 80 * np.sin(rows / 9.0) * np.cos(columns / 13.0)
    query_family(luma.astype(np.uint8))
    query_family(luma.astype(np.float32))


def answer(request: Request, pipe_in: BinaryIO, pipe_out: BinaryIO) -> None:
    """Open one upload and send what is wanted of it: the first stage of the first look, then a `stage` more
    or the first of the next `look`, until neither is. Raises `PipeClosed`.

    What would cost more than the request allows is not opened: the parent has it looked at elsewhere. What
    kind of file it is, is found out once, and goes with a refusal.
    """
    last, limits, most = int(request.asked["last"]), request.limits, request.asked["cost"]
    try:
        data = bytes_of(request.source, limits)
    except PictureRefused as refusal:
        _refuse(not_hashable(refusal), pipe_out)
        return
    file = sniffed(data)
    if isinstance(file, Refused):
        _refuse(not_hashable(file.why), pipe_out, file.kind)
        return
    if most is not None and cost_of(data, file) > most:
        send_json(pipe_out, {"dear": True})
        send(pipe_out, b"")
        return
    end = time.monotonic() + limits.seconds
    views = _opened(data, limits, file)
    if isinstance(views, NotHashable):
        _refuse(views, pipe_out)
        return
    head = {"looks": count_of(views), "unseen": views.unseen, "moves": views.moves}
    for look in looks(views, lambda: Budget(milliseconds=max(1.0, (end - time.monotonic()) * 1000))):
        for place in range(min(last, look.last) + 1):
            stage = _next(look)
            if isinstance(stage, NotHashable):
                _refuse(stage, pipe_out)
                return
            end_of_look = {"end": place == min(last, look.last), "proportion": look.proportion}
            send_json(pipe_out, head | end_of_look)
            send(pipe_out, to_bytes(stage))
            wanted = receive_json(pipe_in).get("want")
            if wanted != "stage":
                break
        if wanted != "look":
            return


def _opened(data: bytes, limits: Limits, known: Format) -> Views | NotHashable:
    try:
        return open_views(data, limits, closely=True, known=known)
    except PictureRefused as refusal:
        return not_hashable(refusal)
    except MemoryError:
        return _too_large()


def _next(look: Look) -> QueryHashes | NotHashable:
    try:
        stage = next(look.stages, None)
    except PictureRefused as refusal:
        return not_hashable(refusal)
    except MemoryError:
        return _too_large()
    return out_of_time() if stage is None else stage


def _refuse(outcome: NotHashable, pipe_out: BinaryIO, kind: Kind = Kind.PICTURE) -> None:
    send_json(pipe_out, refused(outcome, kind))
    send(pipe_out, b"")


def _too_large() -> NotHashable:
    return NotHashable(
        "too-much-memory", "The picture needs more memory than allowed.", "Send a smaller one."
    )
