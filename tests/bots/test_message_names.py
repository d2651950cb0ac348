"""The message log names everything that is said, whichever part says it."""

from __future__ import annotations

import re
from pathlib import Path

from backend.app import create_app
from backend.settings import ROOT
from backend.web import subjects
from bots.message_pages import PURPOSES, QUEUES
from tests.databases import TestDatabase

CODE = [
    path
    for part in ("backend", "conversations", "bots", "broadcasts")
    for path in (ROOT / part).rglob("*.py")
]


def _found(pattern: str) -> set[str]:
    return {match for path in CODE for match in re.findall(pattern, Path(path).read_text())}


def test_every_purpose_and_queue_has_a_name() -> None:
    assert _found(r'\bpurpose="(\w+)"') | _found(r'^PURPOSE = "(\w+)"') <= set(PURPOSES)
    assert _found(r'\bqueue="(\w+)"') <= set(QUEUES)


def test_every_subject_of_a_message_has_a_name(sqlite_database: TestDatabase) -> None:
    create_app()
    said = _found(r'\babout=f"(\w+):\{') | _found(r'return f"(\w+):\{self\.(?:id|number)\}"')
    assert said and said <= subjects.known()
