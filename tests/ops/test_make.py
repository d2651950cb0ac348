"""The Makefile's help, and the scripts it calls."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from honcho.environ import parse_procfile

from backend.settings import ROOT


def test_help_tells_about_every_target_that_people_use() -> None:
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for target in ("run", "test", "lint", "format", "bench", "messages", "demo-reset"):
        assert re.search(rf"make {target} +\w", shown), target


def test_the_python_that_is_too_old_or_missing_is_named(tmp_path: Path) -> None:
    script = ROOT / "tests/harness/venv.sh"
    done = subprocess.run(
        ["/bin/sh", str(script), str(tmp_path / "venv")],
        env={"PATH": "/usr/bin:/bin", "PYTHON": "no-such-python"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "Python 3.11 or newer" in done.stderr


def test_ci_runs_the_tests_from_any_folder() -> None:
    script = (ROOT / ".ci/run").read_text()
    assert "make test" in script
    assert 'cd "$(dirname "$0")/.."' in script


def test_the_npm_lock_file_names_no_host() -> None:
    lock = (ROOT / "tests/harness/package-lock.json").read_text()
    assert '"resolved"' not in lock


def test_requirements_are_pinned() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        lines = [line for line in (ROOT / name).read_text().splitlines() if line and line[0] not in "#-"]
        assert lines
        assert [line for line in lines if not re.fullmatch(r"[\w.\[\]-]+==[\w.]+", line)] == []


def test_every_process_of_the_procfile_is_a_module_of_ours() -> None:
    for command in parse_procfile((ROOT / "Procfile").read_text()).processes.values():
        module = command.split()[2].replace(".", "/")
        places = (f"{module}.py", f"{module}/__main__.py")
        assert any((ROOT / place).exists() for place in places), command
