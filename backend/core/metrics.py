"""Counters and histograms for Prometheus, over all processes.

What processes count (turns, deliveries, requests) goes through prometheus_client's multi-process files in
VAR_DIR/metrics: every process writes its own, any web process adds them up at the scrape, and a restart of one loses
nothing. What stands in the database (queue depths) is asked from it at the scrape: it is the truth, and no process has to
be alive for it to be told.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any

import structlog

from backend.settings import settings

log = structlog.get_logger()
FOLDER = "PROMETHEUS_MULTIPROC_DIR"


def folder() -> Path:
    """Where the processes of this machine keep their counts."""
    path = Path(os.environ.setdefault(FOLDER, str(settings().var_dir / "metrics")))
    path.mkdir(parents=True, exist_ok=True)
    return path


class Metric:
    """A Counter or Histogram made at its first use: prometheus_client decides at import whether it counts for many
    processes, and the settings are not known when this module is imported."""

    def __init__(
        self, kind: str, name: str, meaning: str, labels: Sequence[str] = (), **options: Any
    ) -> None:
        self._kind, self._name, self._meaning, self._labels = kind, name, meaning, tuple(labels)
        self._options = options
        self._by_labels: dict[tuple[str, ...], Any] = {}

    @cached_property
    def _made(self) -> Any:
        folder()
        import prometheus_client

        return getattr(prometheus_client, self._kind)(
            self._name, self._meaning, self._labels, registry=None, **self._options
        )

    def inc(self, *labels: str, by: float = 1) -> None:
        """Count `by` more under the label values, in the order that they were declared."""
        self._of(labels).inc(by)

    def observe(self, seconds: float, *labels: str) -> None:
        """Add one duration under the label values."""
        self._of(labels).observe(seconds)

    def _of(self, labels: tuple[str, ...]) -> Any:
        found = self._by_labels.get(labels)
        if found is None:
            found = self._by_labels[labels] = self._made.labels(*labels) if labels else self._made
        return found


_FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
_SLOW = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 1800)

inbound_total = Metric(
    "Counter", "linli_inbound_total", "Updates from people, by outcome", ("channel", "outcome")
)
turn_seconds = Metric(
    "Histogram", "linli_turn_seconds", "One conversation turn, commit included", buckets=_FAST
)
deliveries_total = Metric(
    "Counter", "linli_deliveries_total", "Attempts to deliver, by how they ended", ("channel", "status")
)
delivery_seconds = Metric(
    "Histogram",
    "linli_delivery_seconds",
    "From the commit to the provider's answer",
    ("queue",),
    buckets=_SLOW,
)
http_request_seconds = Metric(
    "Histogram", "linli_http_request_seconds", "HTTP requests", ("endpoint", "status"), buckets=_FAST
)

Sample = tuple[Sequence[str], float]
_at_scrape: dict[str, tuple[str, tuple[str, ...], Callable[[], Iterable[Sample]]]] = {}


def gauge_at_scrape(
    name: str, meaning: str, labels: Sequence[str], read: Callable[[], Iterable[Sample]]
) -> None:
    """Register `read() -> [(label values, number), …]`, asked at each scrape (e.g. outbox depth by queue and status)."""
    _at_scrape[name] = (meaning, tuple(labels), read)


class _Asked:
    def collect(self) -> Iterable[Any]:
        from prometheus_client.core import GaugeMetricFamily

        for name, (meaning, labels, read) in _at_scrape.items():
            family = GaugeMetricFamily(name, meaning, labels=labels)
            try:
                for values, number in read():
                    family.add_metric([str(v) for v in values], number)
            except Exception:
                log.exception("metrics.gauge_failed", gauge=name)
                continue
            yield family


def exposition() -> tuple[bytes, str]:
    """The page that Prometheus reads, and its content type."""
    where = folder()
    from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
    from prometheus_client.multiprocess import MultiProcessCollector

    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=str(where))  # type: ignore[no-untyped-call]
    registry.register(_Asked())
    return generate_latest(registry), CONTENT_TYPE_LATEST


def clean() -> int:
    """Remove the counts of processes that are gone; for the start of the system. Returns how many files went."""
    gone = 0
    for path in folder().glob("*_*.db"):
        with suppress(ValueError):
            if not _alive(int(path.stem.rpartition("_")[2])):
                path.unlink(missing_ok=True)
                gone += 1
    return gone


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
