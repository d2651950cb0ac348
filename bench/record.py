"""Measuring: ours, a peer and a limit in the same run on the same machine; one JSON line, medians of at least five runs."""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

MINIMUM_RUNS = 5


@dataclass(frozen=True, slots=True)
class Run:
    """One measurement of everything; `extra` holds further figures by name."""

    ours: float
    peer: float | None
    limit: float | None
    extra: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asked for. `runs`: 0 to try whether it works at all, which is one run without a warm-up."""

    size: int
    runs: int


def options(size: int, meaning: str) -> Options:
    """`--size N` (what it counts is the benchmark's own `meaning`), `--runs N`, `--try`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", type=int, default=size, help=f"{meaning} (default: {size})")
    parser.add_argument("--runs", type=int, default=MINIMUM_RUNS, help=f"at least {MINIMUM_RUNS}")
    parser.add_argument(
        "--try", action="store_true", dest="trial", help="one run: whether it works, no figures"
    )
    given = parser.parse_args()
    return Options(given.size, 0 if given.trial else max(given.runs, MINIMUM_RUNS))


def measure(bench: str, unit: str, once: Callable[[], Run], runs: int = MINIMUM_RUNS) -> dict[str, object]:
    """Run `once` so many times after a warm-up (of 0, see `Options`); print the JSON line and return it."""
    if runs:
        once()
    taken = [once() for _ in range(runs or 1)]
    ours = statistics.median(r.ours for r in taken)
    peer = _median([r.peer for r in taken])
    limit = _median([r.limit for r in taken])
    line: dict[str, object] = {
        "id": bench,
        "ours": _short(ours),
        "peer": _short(peer),
        "limit": _short(limit),
        "unit": unit,
        "ours_over_peer": _short(ours / peer) if peer else None,
        "ours_over_limit": _short(ours / limit) if limit else None,
        **{name: _short(statistics.median(r.extra[name] for r in taken)) for name in taken[0].extra},
        "runs": [_short(r.ours) for r in taken],
        "machine": machine(),
    }
    print(json.dumps(line, ensure_ascii=False), flush=True)
    return line


def _median(values: list[float | None]) -> float | None:
    known = [v for v in values if v is not None]
    return statistics.median(known) if known else None


def _short(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.4g}")


def machine() -> str:
    """Cores, processor, Python: what the figures were taken on."""
    model = platform.processor() or platform.machine()
    for line in Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else ():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    return f"{os.cpu_count()} × {model}, Python {platform.python_version()}"
