"""Figures for an operator's monitoring, asked for when they are read.

In: sources, which rooms register as Django starts or a process begins. Out: Prometheus' text form. Next:
`GET /metrics` of each wing.

    of("hotline").register("subscribers", source)

Nothing of a person, an item or an upload is in them. Whoever reads them again and again has, in the end, a
curve with moments in it, beside which a case and its items could be laid; so no figure moves when a case is
opened: those of a hotline's bank are as of the end of yesterday, sizes are rounded, and of pages it is not
told which was asked for (`requests`). A source that fails takes none of the others with it.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_OF_THE_PROCESS: Final = frozenset({"process_start_time_seconds", "process_open_fds", "process_max_fds"})
_log: Final = logging.getLogger(__name__)

Kind = Literal["gauge", "counter"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One name. `values`: by the value of its label, by a tuple where it has several, by the empty tuple
    where it has none."""

    name: str
    about: str
    values: Mapping[Any, float]
    labels: tuple[str, ...] = ()
    kind: Kind = "gauge"


@dataclass(frozen=True, slots=True)
class Spread:
    """A histogram. `counts`: by lane, how many were at most as long as each bound, the last bound endless;
    `sums`: of the seconds of all."""

    name: str
    about: str
    label: str
    bounds: tuple[float, ...]
    counts: Mapping[str, list[int]]
    sums: Mapping[str, float]


Source = Callable[[], Iterable[Figure | Spread]]


def plain(name: str, about: str, value: float, kind: Kind = "gauge") -> Figure:
    """A figure without labels."""
    return Figure(name, about, {(): value}, kind=kind)


@dataclass(frozen=True)
class Figures:
    """The sources of one wing."""

    sources: dict[str, Source] = field(default_factory=dict)

    def register(self, name: str, source: Source) -> None:
        """Read this, too; again under the same name takes the place of the first."""
        self.sources[name] = source

    def read(self) -> Iterator[Figure | Spread]:
        """Everything, and which sources failed."""
        failed = dict[str, float]()
        for name, source in list(self.sources.items()):
            try:
                found = list(source())
            except Exception as error:  # noqa: BLE001 - one source must not hide the others
                _log.warning("figures cannot be read: %s %s", name, type(error).__name__)
                found = []
                failed[name] = 1.0
            else:
                failed[name] = 0.0
            yield from found
        yield Figure(
            "repit_figures_missing", "Whether a source of figures could not be read.", failed, ("source",)
        )

    def written(self, *, process: bool = True) -> bytes:
        """All of them as text. `process`: with what the kernel says of this process."""
        # A twentieth of a second, which no start should wait for.
        from prometheus_client import CollectorRegistry, generate_latest  # noqa: PLC0415

        registry = CollectorRegistry()
        registry.register(_Collected(self, process=process))
        return generate_latest(registry)


class _Collected:
    def __init__(self, figures: Figures, *, process: bool) -> None:
        self._figures, self._process = figures, process

    def describe(self) -> Iterator[Any]:
        """Nothing beforehand: the registry would otherwise read everything twice."""
        return iter(())

    def collect(self) -> Iterator[Any]:
        from prometheus_client.core import (  # noqa: PLC0415
            CounterMetricFamily,
            GaugeMetricFamily,
            HistogramMetricFamily,
        )
        from prometheus_client.process_collector import ProcessCollector  # noqa: PLC0415

        # Not its computing time or memory: a receipt costs more of both than a page.
        for family in ProcessCollector(registry=None).collect() if self._process else ():
            if family.name in _OF_THE_PROCESS:
                yield family
        for figure in self._figures.read():
            if isinstance(figure, Spread):
                spread = HistogramMetricFamily(figure.name, figure.about, labels=[figure.label])
                bounds = [*map(str, figure.bounds), "+Inf"]
                for name, counts in figure.counts.items():
                    spread.add_metric([name], list(zip(bounds, counts, strict=True)), figure.sums[name])
                yield spread
                continue
            make = CounterMetricFamily if figure.kind == "counter" else GaugeMetricFamily
            family = make(figure.name, figure.about, labels=figure.labels)
            for labels, value in figure.values.items():
                family.add_metric((labels,) if isinstance(labels, str) else labels, value)
            yield family


_wings: Final = dict[str, Figures]()


def of(wing: str) -> Figures:
    """The sources of the hotline, or of the gate, in this process."""
    return _wings.setdefault(wing, Figures())
