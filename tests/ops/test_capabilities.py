"""The list of capabilities names tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_every_capability_names_a_test_that_exists() -> None:
    text = (ROOT / "docs" / "capabilities.md").read_text()
    rows = [line for line in text.splitlines() if line.startswith("| ") and "---" not in line][1:]
    for row in rows:
        named = re.findall(r"`(tests/[\w/]+\.py)`", row)
        assert named or row.startswith("| promise"), f"no test in: {row}"
        assert not [path for path in named if not (ROOT / path).is_file()], row
