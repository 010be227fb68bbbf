"""The child's half of the dialogue about one upload.

In: a request, a picture's bytes. Out: frames, one stage at a time: the standard hash, then, each
only when asked for, the whole upload turned and trimmed, anchors, parts, turned ones. Next: `dialogue`.

The picture is opened once and stays here while the parent searches what it has been given.
"""

from collections.abc import Iterator
from typing import Any, BinaryIO

import numpy as np

from repit.gate.decoder.views import out_of_time, refused, to_bytes
from repit_engine.anchors import Budget, QueryHashes, query_family, query_stages
from repit_engine.errors import PictureRefused
from repit_engine.frames import receive_json, send, send_json
from repit_engine.picture import Limits, open_picture
from repit_engine.picture import warm_up as warm_up_pictures
from repit_engine.picture.cost import cost_of
from repit_engine.types import NotHashable


def warm_up() -> None:
    """Load every kernel, before memory is confined: for luma in bytes (JPEG in grey) and in floats (the
    rest)."""
    warm_up_pictures()
    rows, columns = np.mgrid[0:240, 0:320]
    luma = 127 + 80 * np.sin(rows / 9.0) * np.cos(columns / 13.0)
    query_family(luma.astype(np.uint8))
    query_family(luma.astype(np.float32))


def answer(request: dict[str, Any], data: bytes, pipe_in: BinaryIO, pipe_out: BinaryIO) -> None:
    """Open one upload and send its stages while more are wanted. Raises `PipeClosed`.

    What would cost more than the request allows is not opened: the parent has it looked at elsewhere.
    """
    last, most = int(request["last"]), request.get("cost")
    if most is not None and cost_of(data) > most:
        send_json(pipe_out, {"dear": True})
        send(pipe_out, b"")
        return
    parts = _stages(data, Limits(**request["limits"]))
    for number in range(last + 1):
        outcome = _next(parts)
        if isinstance(outcome, NotHashable):
            send_json(pipe_out, refused(outcome))
            send(pipe_out, b"")
            return
        end = number == last
        send_json(pipe_out, {"end": end})
        send(pipe_out, to_bytes(outcome))
        if end or not receive_json(pipe_in).get("more"):
            return


def _stages(data: bytes, limits: Limits) -> Iterator[QueryHashes]:
    yield from query_stages(open_picture(data, limits), Budget(milliseconds=limits.seconds * 1000))


def _next(parts: Iterator[QueryHashes]) -> QueryHashes | NotHashable:
    try:
        stage = next(parts, None)
    except PictureRefused as refusal:
        return NotHashable(refusal.code, refusal.message, refusal.next_step)
    except MemoryError:
        return NotHashable(
            "too-much-memory", "The picture needs more memory than allowed.", "Send a smaller one."
        )
    return out_of_time() if stage is None else stage
