"""The child process that runs a platform's model.

In: pictures, over a pipe (`repit_engine.child`). Out: the labels whose threshold is reached. Next: the
parent, which trusts none of it. Run as `python -m repit.platform.gate.classifier.worker MEMORY SHEET`; needs
onnxruntime, the extra `classifier`.
"""

import sys
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from PIL import Image

from repit.platform.gate.classifier.sheet import Sheet, read_sheet
from repit_engine.child.hashing import answer_of
from repit_engine.child.serving import Request, serve_standard
from repit_engine.errors import PictureRefused
from repit_engine.hash import not_hashable
from repit_engine.picture import Limits, open_picture
from repit_engine.pipe import send_json

Scores = NDArray[np.float32]


def main() -> None:
    """Answer requests on standard input until it closes."""
    sheet = read_sheet(Path(sys.argv[2]))
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(
        str(sheet.model), sess_options=options, providers=["CPUExecutionProvider"]
    )

    def answer(request: Request, _: BinaryIO, pipe_out: BinaryIO) -> None:
        try:
            labels = reached(sheet, session, fed(sheet, request.source, request.limits))
        except PictureRefused as refusal:
            send_json(pipe_out, answer_of(not_hashable(refusal)))
            return
        send_json(pipe_out, {"labels": labels})

    serve_standard(answer)


def fed(sheet: Sheet, source: bytes | Path, limits: Limits) -> Scores:
    """The picture as the model wants it: ``(1, 3, h, w)`` or ``(1, h, w, 3)``. Raises `PictureRefused`."""
    rgb = open_picture(source, limits, colour=True).rgb
    if rgb is None:
        raise ValueError
    small = Image.fromarray(rgb).resize((sheet.width, sheet.height), Image.Resampling.BILINEAR)
    mean, deviation = (
        np.asarray(channel_values, np.float32) for channel_values in (sheet.mean, sheet.deviation)
    )
    values: Scores = ((np.asarray(small, np.float32) / 255 - mean) / deviation).astype(np.float32)
    if sheet.layout == "nchw":
        values = values.transpose(2, 0, 1)
    return np.ascontiguousarray(values[np.newaxis], np.float32)


def reached(sheet: Sheet, session: Any, values: Scores) -> list[str]:
    """Labels whose score is at or above the sheet's threshold."""
    (raw,) = session.run([sheet.output_name], {sheet.input_name: values})
    scores = activated(np.asarray(raw, np.float64).reshape(-1)[: len(sheet.labels)], sheet.activation)
    named = dict(zip(sheet.labels, scores.tolist(), strict=True))
    return [label for label, least in sheet.thresholds.items() if named[label] >= least]


def activated(scores: NDArray[np.float64], activation: str) -> NDArray[np.float64]:
    """Scores from 0 to 1."""
    if activation == "softmax":
        grown = np.exp(scores - scores.max())
        return np.asarray(grown / grown.sum())
    if activation == "sigmoid":
        return np.asarray(1 / (1 + np.exp(-scores)))
    return scores


if __name__ == "__main__":
    main()
