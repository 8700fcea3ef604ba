"""What the process counts for Prometheus: closed labels, nothing personal."""

from functools import cache
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram

METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_BUCKETS: Final = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0)


class Meters:
    """The counters of one application, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "leadgate_http_requests",
            "Requests by method, route template and status.",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self.seconds = Histogram(
            "leadgate_http_seconds",
            "How long requests took, by route template.",
            ("route",),
            registry=self.registry,
            buckets=_BUCKETS,
        )
        self.intake = Counter(
            "leadgate_intake",
            "What came in, by kind of source and what became of it.",
            ("kind", "outcome"),
            registry=self.registry,
        )
        self.strangers = Counter(
            "leadgate_form_unlisted_origin",
            "Requests of web sites that are not among the form's origins, by form.",
            ("form",),
            registry=self.registry,
        )
        self.checked = Counter(
            "leadgate_verify_calls",
            "Verdicts given over the verify calls, by kind of contact point.",
            ("kind", "verdict"),
            registry=self.registry,
        )
        # To find the counter of some labels takes longer than to count.
        self._found = cache(self._find)
        self._arrivals = cache(self.intake.labels)

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request."""
        requests, durations = self._found(method if method in METHODS else "other", route, status)
        requests.inc()
        durations.observe(seconds)

    def arrived(self, kind: str, outcome: str, count: int = 1) -> None:
        """Count what came in from a kind of source, and what became of it."""
        self._arrivals(kind, outcome).inc(count)

    def _find(self, method: str, route: str, status: int) -> tuple[Counter, Histogram]:
        return self.requests.labels(method, route, str(status)), self.seconds.labels(route)
