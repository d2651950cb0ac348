"""The benchmarks work and say what they should; how fast things are is not for a test to judge."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.run import BENCHES

ROOT = Path(__file__).resolve().parents[2]
FEW = {"P1": 3, "P2": 1, "P3": 8, "P4": 200, "P5": 48, "P6": 200, "P7": 30, "P7R": 20, "P8": 20, "P10": 4}
ALWAYS = {"id", "ours", "peer", "limit", "unit", "ours_over_peer", "ours_over_limit", "runs", "machine"}


def test_every_benchmark_is_tried() -> None:
    assert FEW.keys() == BENCHES.keys()


@pytest.mark.parametrize("name", FEW)
def test_a_benchmark_prints_one_line_of_figures(name: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", BENCHES[name], "--try", "--size", str(FEW[name])],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (line,) = done.stdout.splitlines()
    figures = json.loads(line)
    assert figures.keys() >= ALWAYS and figures["id"] == name
    assert figures["runs"] and all(run > 0 for run in figures["runs"])
    assert figures["ours"] > 0 and (figures["limit"] or figures["peer"]) > 0
    assert list(tmp_path.iterdir()) == [], "it leaves nothing behind"


def test_a_benchmark_that_does_not_exist_is_named() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench.run", "P99"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0 and "P99" in done.stderr and "P10" in done.stderr
