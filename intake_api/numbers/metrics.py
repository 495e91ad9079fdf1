"""Writes the numbers in Prometheus's text format, and only those, so that no number tells of a single report.

The library's own collectors are left out: processor time and garbage collection change with each report.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from intake_api.numbers.counting import QueueCounted
from intake_api.numbers.shapes import rounded

# A collector keeps every value of a label for ever, and a channel may send any name of a portal.
MAXIMUM_PORTALS: Final = 100
_AS_OF: Final = "as of the last full hour"
# A decision is an analyst's act, but its count also tells of a report that brings the item back.
_DECIDED: Final = f"{_AS_OF}, with what was decided until the first reading since"


@dataclass(frozen=True, slots=True)
class Figures:
    """The numbers behind the metrics: the queue, the last full hour's reports, and the analysts' work.

    `states` says in a word how each part is that the intake needs: "ok", or else.
    """

    queue: QueueCounted
    overdue_hours: int
    portals: Counter[str] = field(repr=False)
    claimed: int
    outcomes: Mapping[str, int]
    states: Mapping[str, str]


def exposition(figures: Figures) -> bytes:
    """Return the metrics as text."""
    registry = CollectorRegistry()
    registry.register(_Collector(figures))
    return generate_latest(registry)


class _Collector(Collector):
    def __init__(self, figures: Figures) -> None:
        self._figures = figures

    def collect(self) -> Iterator[Metric]:
        queue = self._figures.queue
        yield _gauge("items_waiting", f"Items that wait for an analyst, {_DECIDED}.", queue.waiting)
        yield _gauge(
            "items_assessed", f"Items that were assessed and do not wait, {_DECIDED}.", queue.assessed
        )
        yield _gauge("items_claimed", "Items in analysts' hands: claims held now.", self._figures.claimed)
        yield _gauge(
            "oldest_waiting_overdue_hours",
            f"Hours for which the oldest waiting item has been overdue, {_AS_OF}.",
            self._figures.overdue_hours,
        )
        yield _gauge(
            "reports_unmerged",
            f"Reports that are no items yet, {_AS_OF}; merging takes seconds, unless it fails.",
            queue.unmerged,
        )
        yield self._reports()
        yield self._assessments()
        yield self._health()

    def _reports(self) -> Metric:
        said = "Reports received in the last full hour, rounded down to a multiple of 5; fewer are left out."
        metric = GaugeMetricFamily("reportline_reports_last_hour", said, labels=["portal"])
        for portal, count in self._figures.portals.most_common(MAXIMUM_PORTALS):
            if shown := rounded(count):
                metric.add_metric([portal], shown)
        return metric

    def _assessments(self) -> Metric:
        said = "Assessments recorded, corrections too."
        metric = CounterMetricFamily("reportline_assessments", said, labels=["outcome"])
        for outcome, count in sorted(self._figures.outcomes.items()):
            metric.add_metric([outcome], count)
        return metric

    def _health(self) -> Metric:
        said = "Whether each part is as it should be: 1, or 0."
        metric = GaugeMetricFamily("reportline_healthy", said, labels=["part"])
        for part, state in self._figures.states.items():
            metric.add_metric([part], int(state == "ok"))
        return metric


def _gauge(name: str, said: str, value: int) -> Metric:
    return GaugeMetricFamily(f"reportline_{name}", said, value)
