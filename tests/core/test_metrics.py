"""Counts of several processes add up, and outlive them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from backend.core import metrics
from backend.settings import ROOT

COUNTING = """
from backend.core import metrics
metrics.inbound_total.inc("sms", "done")
metrics.inbound_total.inc("sms", "done", by=2)
metrics.delivery_seconds.observe(0.3, "bulk")
"""
READING = """
from backend.core import metrics
metrics.gauge_at_scrape("linli_outbox_depth", "what waits", ("queue", "status"), lambda: [(("bulk", "pending"), 7)])
metrics.gauge_at_scrape("linli_broken", "asks a database that is gone", (), lambda: 1 / 0)
print(metrics.exposition()[0].decode())
"""


def run(code: str, var: Path) -> str:
    environment = {**os.environ, "VAR_DIR": str(var)}
    environment.pop(metrics.FOLDER, None)
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout


def test_what_several_processes_counted_is_added_up_although_they_are_gone(tmp_path: Path) -> None:
    run(COUNTING, tmp_path)
    run(COUNTING, tmp_path)
    page = run(READING, tmp_path)
    assert 'linli_inbound_total{channel="sms",outcome="done"} 6.0' in page
    assert 'linli_delivery_seconds_count{queue="bulk"} 2.0' in page
    assert 'linli_outbox_depth{queue="bulk",status="pending"} 7.0' in page, "asked at the scrape"
    assert "linli_broken{" not in page, "one gauge that fails does not take the others with it"


def test_the_start_of_the_system_forgets_only_the_dead(tmp_path: Path) -> None:
    run(COUNTING, tmp_path)
    cleaning = COUNTING + "print(metrics.clean(), [p.name for p in metrics.folder().iterdir()])"
    out = run(cleaning, tmp_path)
    assert out.startswith("2 ")
    assert 'outcome="done"} 3.0' in run(READING, tmp_path)
