"""What an operator's monitoring reads.

In: every verdict, every upload turned away, and the gate itself when it is asked. Out: Prometheus metrics.
Next: `GET /metrics`. Nothing of an upload, an item or a person is in them: channels, outcomes, counts,
seconds.
"""

from collections.abc import Callable, Iterator
from typing import Any, Final

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily

from repit.platform.gate.channels import CHANNELS
from repit.platform.gate.kinds import OF_VIDEOS, SOUND
from repit.platform.gate.verdict import NOT_A_PICTURE, UNOPENED, Verdict

_SECONDS: Final = (0.005, 0.01, 0.02, 0.04, 0.08, 0.15, 0.3, 0.6, 1.0, 2.0, 5.0)
_VIDEO_SECONDS: Final = (0.1, 0.3, 1.0, 2.0, 5.0, 10.0, 20.0, 60.0, 300.0)
_OTHER: Final = "other"
_ENDED: Final = OF_VIDEOS | {SOUND}
_KINDS: Final = frozenset({*UNOPENED, "container"})


class Metrics:
    """Counters of one gate, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._checks = Counter(
            "repit_gate_checks",
            "Uploads answered, by channel, outcome, and whether they could be decided.",
            ("channel", "outcome", "decided"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "repit_gate_check_seconds",
            "Seconds from a whole upload to its verdict.",
            ("channel",),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._turned_away = Counter(
            "repit_gate_turned_away",
            "Uploads answered with 'come back later'.",
            ("channel",),
            registry=self.registry,
        )
        self._not_looked_into = Counter(
            "repit_gate_not_looked_into",
            "Uploads of which only the exact digests were compared, by channel and kind of file.",
            ("channel", "kind"),
            registry=self.registry,
        )
        self._video_seconds = Histogram(
            "repit_gate_video_seconds",
            "Seconds that looking at a video took, waiting for a decoder included, by how it ended.",
            ("ended",),
            buckets=_VIDEO_SECONDS,
            registry=self.registry,
        )
        self._unrecorded = Counter(
            "repit_gate_unrecorded",
            "Verdicts that stand and could not be written down when they were given.",
            ("channel",),
            registry=self.registry,
        )
        ProcessCollector(registry=self.registry)

    def answered(self, verdict: Verdict, channel: str, seconds: float) -> None:
        """One upload was judged."""
        decided = "no" if verdict.undecided else "yes"
        self._checks.labels(_known(channel), verdict.outcome, decided).inc()
        self._seconds.labels(_known(channel)).observe(seconds)
        if verdict.rule == NOT_A_PICTURE:
            self._not_looked_into.labels(_known(channel), "no-picture").inc()
        elif verdict.undecided in _KINDS:
            self._not_looked_into.labels(_known(channel), verdict.undecided).inc()
        if verdict.decision is not None and not verdict.recorded:
            self._unrecorded.labels(_known(channel)).inc()

    def watched(self, reason: str | None, seconds: float) -> None:
        """One video was looked at, to its end or until enough was found, or not: for this reason."""
        known = reason if reason in _ENDED else _OTHER  # a decoder's word may be anything
        self._video_seconds.labels("seen" if reason is None else known).observe(seconds)

    def turned_away(self, channel: str) -> None:
        """One upload was asked to come back later."""
        self._turned_away.labels(_known(channel)).inc()

    def watch(self, report: Callable[[], dict[str, float]]) -> None:
        """Ask this for present values whenever metrics are read: name without prefix, value."""
        self.registry.register(_Present(report))

    def written(self) -> bytes:
        """All metrics in Prometheus' text form."""
        return generate_latest(self.registry)


class _Present:
    def __init__(self, report: Callable[[], dict[str, float]]) -> None:
        self._report = report

    def describe(self) -> Iterator[Any]:
        """Nothing beforehand: the registry would otherwise ask a gate that is not started."""
        return iter(())

    def collect(self) -> Iterator[GaugeMetricFamily]:
        for name, value in self._report().items():
            yield GaugeMetricFamily(f"repit_gate_{name}", name.replace("_", " "), value)


def _known(channel: str) -> str:
    return channel if channel in CHANNELS else _OTHER
