"""The store's figures as Prometheus reads them: closed labels, nothing personal."""

from collections.abc import Iterator, Mapping, Sequence
from math import inf
from typing import TypeVar

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from gateway.desk.figures import Figures, Going

_Labels = TypeVar("_Labels", bound=tuple[str, ...])


class Scrape(Collector):
    """The store's figures as gauges; None where the store could not be read, which is told too."""

    def __init__(self, figures: Figures | None) -> None:
        self.figures = figures

    def collect(self) -> Iterator[Metric]:
        """Give every gauge."""
        up = self.figures is not None
        yield GaugeMetricFamily("leadgate_store_up", "Whether the store could be read for these figures.", value=up)
        if self.figures is not None:
            yield from self._figures(self.figures, self.figures.going)

    @staticmethod
    def _figures(figures: Figures, going: Going) -> Iterator[Metric]:
        yield _labelled("leadgate_leads", "Leads by status and reason.", ("status", "reason"), figures.leads)
        sent = {(status,): count for status, count in figures.deliveries.items()}
        yield _labelled("leadgate_deliveries", "Deliveries by status.", ("status",), sent)
        calls = figures.vendor_calls
        yield _labelled("leadgate_vendor_calls", "Calls to connectors by outcome.", ("connector", "outcome"), calls)
        verdicts = CounterMetricFamily(
            "leadgate_verdicts",
            "Verdicts that journeys were given, by the reason that made them so.",
            labels=("kind", "verdict", "reason"),
        )
        for key, given in sorted(figures.verdicts.items()):
            verdicts.add_metric(list(key), given)
        yield verdicts
        given_up = {("job",): figures.dead_letters, ("delivery",): figures.deliveries.get("dead", 0)}
        yield _labelled("leadgate_dead_letters", "What was given up and not tried again.", ("kind",), given_up)
        ages = {
            "leadgate_outbox_age_seconds": ("How long the oldest delivery that is due waits.", figures.outbox_age),
            "leadgate_checkpoint_age_seconds": ("How old the latest checkpoint is.", figures.checkpoint_age),
            "leadgate_unsigned_age_seconds": ("How long the oldest unsigned entry waits.", going.unsigned_age),
            "leadgate_work_age_seconds": ("How long the lead that waits longest for a worker stands.", going.work_age),
        }
        for name, (says, age) in ages.items():
            yield GaugeMetricFamily(name, says, value=age or 0.0)
        processes = {(role.value,): heard.processes for role, heard in going.heard.items()}
        yield _labelled("leadgate_processes", "Processes that were heard of a moment ago.", ("role",), processes)
        silent = {(role.value,): inf if heard.age is None else heard.age for role, heard in going.heard.items()}
        yield _labelled(
            "leadgate_heartbeat_age_seconds", "How long no process of a role was heard of.", ("role",), silent
        )


def _labelled(name: str, says: str, labels: Sequence[str], counts: Mapping[_Labels, float]) -> Metric:
    family = GaugeMetricFamily(name, says, labels=labels)
    for values, count in sorted(counts.items()):
        family.add_metric(list(values), count)
    return family
