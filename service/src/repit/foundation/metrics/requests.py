"""How many requests were answered, how, and how quickly.

In: every answer of `foundation.process.front`, from the thread of its event loop. Out: figures by lane. Next:
`own`.

Lanes are kinds of requests (pages, feeds, uploads, …), never addresses: which page was asked for would tell
of a visitor. A form that was taken and a page that was shown count alike, and times are told in whole
seconds, since a receipt takes longer to make than a page to show: a case that is opened shows nowhere.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal, Protocol, get_args

from repit.foundation.metrics.figures import Figure, Spread

Outcome = Literal["ok", "refused", "failed"]
SECONDS: Final = (1.0, 2.5, 5.0, 10.0, 30.0)


class Queue(Protocol):
    """A lane, as far as it is told of."""

    free: int

    @property
    def waiting(self) -> int:
        """Requests that wait for a thread."""
        ...


class Requests:
    """Of one process."""

    def __init__(self) -> None:
        self._answered: Counter[tuple[str, ...]] = Counter()
        self._counts: dict[str, list[int]] = {}
        self._sums: Counter[str] = Counter()
        self._lanes: Mapping[Any, Queue] = {}

    def served_by(self, lanes: Mapping[Any, Queue]) -> None:
        """Tell of these lanes, too. What has not happened yet is told as none of it: of a figure that begins
        with one Prometheus sees no rise."""
        self._lanes = lanes
        for lane in lanes:
            for outcome in get_args(Outcome):
                self._answered[lane, outcome] += 0
            self._counts.setdefault(lane, [0] * (len(SECONDS) + 1))
            self._sums[lane] += 0

    def answered(self, lane: str, status: int, seconds: float) -> None:
        """One request has its answer, after so many seconds of work."""
        outcome: Outcome = "failed" if status >= 500 else "refused" if status >= 400 else "ok"
        self._answered[lane, outcome] += 1
        counts = self._counts.setdefault(lane, [0] * (len(SECONDS) + 1))
        for at in range(bisect_left(SECONDS, seconds), len(counts)):
            counts[at] += 1
        self._sums[lane] += int(seconds)

    def figures(self) -> Iterable[Figure | Spread]:
        """A `Source`."""
        lanes = dict(self._lanes)
        yield Figure(
            "repit_http_requests",
            "Requests answered, by lane and outcome: ok, refused (4xx), failed (5xx).",
            dict(self._answered),
            ("lane", "outcome"),
            "counter",
        )
        yield Spread(
            "repit_http_request_seconds",
            "Seconds from a whole request to the head of its answer, less what it waited for changes.",
            "lane",
            SECONDS,
            {lane: list(counts) for lane, counts in self._counts.items()},
            dict(self._sums),
        )
        yield Figure(
            "repit_http_waiting",
            "Requests that wait for a thread, by lane.",
            {name: float(lane.waiting) for name, lane in lanes.items()},
            ("lane",),
        )
        yield Figure(
            "repit_http_threads_free",
            "Threads of a lane that have nothing to do.",
            {name: float(max(0, lane.free)) for name, lane in lanes.items()},
            ("lane",),
        )


REQUESTS: Final = Requests()
