"""The plug-in point for a platform's own classifier; none is shipped.

In: a sheet (REPIT_GATE_CLASSIFIER) that describes an ONNX model, and uploads. Out: `Indicator`s such as
`classifier:nudity`, for labels whose score reaches the sheet's threshold; `classifier:unanswered` where it
did not answer in time. Next: `repit.platform.gate.indicators`.

The model runs in a child process without secrets, bounded in memory and killed when it outlasts its time. It
says what kind of picture something may be, never who is in it, and it never refuses anything: the policy
cannot make it (`repit.platform.gate.policy.SignalRule`).
"""

import threading
from typing import BinaryIO, ClassVar, Final

from repit.platform.gate.classifier.sheet import Sheet, read_sheet
from repit.platform.gate.verdict import Indicator
from repit_engine.child.asking import Asker
from repit_engine.picture import DEFAULT_LIMITS, Limits
from repit_engine.pipe import receive_json
from repit_engine.types import NotHashable

__all__ = ["Classifier", "Sheet", "read_sheet"]
UNANSWERED: Final = Indicator("classifier", "unanswered")
MEMORY: Final = 6 * 1024**3


class _Asked(Asker):
    program: ClassVar[str] = "repit.platform.gate.classifier.worker"
    waits_for_restart: ClassVar[bool] = False

    def labels(self, data: bytes, limits: Limits) -> list[str] | NotHashable:
        """Labels whose threshold is reached, as the child says them; not trusted yet."""
        return self._asked(data, limits, _heard)


class Classifier:
    """One child that runs the model; uploads take turns, and do not wait longer than the sheet says."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self._child = _Asked(memory=MEMORY, arguments=[str(sheet.path)])
        self._turn = threading.Lock()
        self._limits = Limits(
            bytes=DEFAULT_LIMITS.bytes,
            pixels=DEFAULT_LIMITS.pixels,
            scans=DEFAULT_LIMITS.scans,
            seconds=sheet.milliseconds / 1000,
        )

    def of(self, data: bytes) -> list[Indicator]:
        """What the classifier says of one upload. Never raises."""
        if not self._turn.acquire(timeout=self._sheet.milliseconds / 1000):
            return [UNANSWERED]
        try:
            labels = self._child.labels(data, self._limits)
        finally:
            self._turn.release()
        if isinstance(labels, NotHashable):
            return [UNANSWERED]
        return [Indicator("classifier", label) for label in labels if label in self._sheet.thresholds]

    def close(self) -> None:
        """End the child."""
        self._child.close()


def _heard(pipe: BinaryIO, deadline: float) -> list[str] | NotHashable:
    answer = receive_json(pipe, deadline)
    if "reason" in answer:
        return NotHashable(str(answer["reason"]), "The picture cannot be opened.", "Send another file.")
    labels = answer["labels"]
    if (
        not isinstance(labels, list)
        or len(labels) > 100
        or not all(isinstance(label, str) for label in labels)
    ):
        raise ValueError
    return labels
