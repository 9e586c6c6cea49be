"""What Prometheus reads on ``/metrics``. Labels come from fixed sets only: no model name, address or text of a request.

::

    metrics = Metrics(limits=lambda: 3, upstream=backend.stats)
    metrics.page()        # the exposition, as bytes
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from solver.gateway.solve import Solved
from solver.sampling.stats import Stats

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 60, 150, 300)
_SAMPLES = (1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 24, 32, 64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """Numbers that are read when the page is."""

    requests_in_flight: Callable[[], int]
    clients: Callable[[], int]
    is_draining: Callable[[], bool]
    upstream: Callable[[], Stats]


class Metrics:
    """The gateway's counters, in a registry of their own."""

    def __init__(self, live: Live) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "gateway_requests", "Requests by page and HTTP status.", ["page", "status"], registry=self._registry
        )
        self._seconds = Histogram(
            "gateway_answer_seconds", "From a request to its answer.", buckets=_SECONDS, registry=self._registry
        )
        self._samples = Histogram(
            "gateway_answer_samples", "Samples behind an answered question.", buckets=_SAMPLES, registry=self._registry
        )
        self._answers = Counter(
            "gateway_answers",
            "Answered questions by what stopped the sampling.",
            ["stopped_by"],
            registry=self._registry,
        )
        self._unanswered = Counter(
            "gateway_unanswered", "Questions that no sample gave an answer to.", registry=self._registry
        )
        self._drawn = Counter("gateway_samples", "Samples by how they ended.", ["status"], registry=self._registry)
        self._tokens = Counter("gateway_tokens", "Tokens of all samples.", ["kind"], registry=self._registry)
        self._cancelled = Counter(
            "gateway_disconnects", "Clients that left before their answer.", registry=self._registry
        )
        self._registry.register(_LiveCollector(live))

    def page(self) -> bytes:
        """Return the exposition."""
        return generate_latest(self._registry)

    def request(self, page: str, status: int) -> None:
        """Count a request that is over.

        Args:
            page: one of the gateway's pages, or ``other``.
        """
        self._requests.labels(page, str(status)).inc()

    def disconnect(self) -> None:
        """Count a client that left."""
        self._cancelled.inc()

    def solved(self, solved: Solved) -> None:
        """Count what an answer took."""
        self._seconds.observe(solved.seconds)
        for outcome in solved.outcomes:
            self._samples.observe(outcome.verdict.samples)
            # The rule's name without its number, which comes from requests.
            self._answers.labels(outcome.stop_reason.partition(" ")[0]).inc()
            if outcome.answer is None:
                self._unanswered.inc()
            for sample in outcome.samples:
                self._drawn.labels(str(sample.status)).inc()
            self._tokens.labels("prompt").inc(outcome.prompt_tokens)
            self._tokens.labels("completion").inc(outcome.completion_tokens)


class _LiveCollector:
    """Turns live numbers into metrics when they are asked for."""

    def __init__(self, live: Live) -> None:
        self._live = live

    def collect(self) -> Iterator[Metric]:
        live, stats = self._live, self._live.upstream()
        for name, text, value in (
            ("gateway_requests_in_flight", "Chat requests being worked on.", live.requests_in_flight()),
            ("gateway_clients", "Clients that are remembered.", live.clients()),
            ("gateway_draining", "1 while the gateway shuts down.", int(live.is_draining())),
            ("gateway_upstream_in_flight", "Requests on the wire to the endpoints.", stats.in_flight),
            ("gateway_upstream_waiting", "Requests waiting for a slot.", stats.waiting),
        ):
            yield GaugeMetricFamily(name, text, value)
        for name, text, value in (
            ("gateway_upstream_requests", "Requests sent to the endpoints.", stats.requests),
            ("gateway_upstream_retries", "Requests sent again.", stats.retries),
            ("gateway_upstream_refusals", "Requests that an endpoint refused.", stats.refusals),
        ):
            yield CounterMetricFamily(name, text, value)
        faults = CounterMetricFamily("gateway_upstream_faults", "Faults of the endpoints.", labels=["cause"])
        for cause, count in stats.causes.items():
            faults.add_metric([cause], count)
        yield faults
