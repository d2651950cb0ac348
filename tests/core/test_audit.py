"""The audit log shows any later change."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask import Flask

from backend.core import audit, audit_file
from backend.core.access import SYSTEM, Actor
from backend.core.audit import record, verify
from backend.core.db import execute, transaction
from tests.databases import TestDatabase

CHANGES = {
    "another person": "UPDATE audit_entry SET actor_name = 'somebody else' WHERE id = 3",
    "another action": "UPDATE audit_entry SET action = 'thing.bless' WHERE id = 3",
    "another time": "UPDATE audit_entry SET at = at - 1 WHERE id = 3",
    "another thing": "UPDATE audit_entry SET subject = 'thing:9' WHERE id = 3",
    "another place": "UPDATE audit_entry SET org_id = 7 WHERE id = 3",
    "another payload's digest": "UPDATE audit_entry SET payload_digest = previous WHERE id = 3",
    "one entry less": "DELETE FROM audit_entry WHERE id = 3",
    "its own hash": "UPDATE audit_entry SET hash = previous WHERE id = 3",
}


@pytest.fixture
def five_entries(database: TestDatabase) -> None:
    for n in range(5):
        record(SYSTEM, "thing.change", f"thing:{n}", before={"n": n}, after={"n": n + 1}, why="张三 asked")


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_change_to_any_column_breaks_the_chain(five_entries: None, change: str) -> None:
    assert verify() == audit.Verdict(5, None, verify().head)
    execute(change)
    assert verify().broken_at in (3, 4)


def test_a_payload_swapped_for_another_sealed_one_breaks_the_chain(five_entries: None) -> None:
    execute("UPDATE audit_entry SET payload = (SELECT payload FROM audit_entry WHERE id = 1) WHERE id = 3")
    assert verify().broken_at == 3


def test_an_erased_payload_leaves_the_chain_whole(five_entries: None) -> None:
    assert audit.erase_payloads("thing:2") == 1
    assert verify().broken_at is None
    assert audit.of("thing:2")[0].payload is None


def test_a_residents_name_is_in_no_column_that_cannot_be_erased(five_entries: None) -> None:
    record(Actor("resident", 7, "王秀英"), "file.change", "thing:7")
    assert audit.of("thing:7")[0].actor_name == ""
    assert verify().broken_at is None


def test_an_act_that_is_rolled_back_leaves_no_entry(five_entries: None) -> None:
    with pytest.raises(ZeroDivisionError), transaction():
        record(SYSTEM, "thing.break", "thing:1")
        raise ZeroDivisionError
    assert verify().entries == 5


def test_the_command_says_where_the_chain_breaks_and_fails(app: Flask, five_entries: None) -> None:
    runner = app.test_cli_runner()
    good = runner.invoke(args=["audit", "verify"])
    assert good.exit_code == 0 and "5 entries" in good.output
    execute(CHANGES["another person"])
    bad = runner.invoke(args=["audit", "verify"])
    assert bad.exit_code == 1 and "breaks at entry 3" in bad.output


def test_an_exported_chain_verifies_without_the_database_and_tells_no_payload(
    app: Flask, five_entries: None, tmp_path: Path
) -> None:
    file = tmp_path / "audit.jsonl"
    runner = app.test_cli_runner()
    assert "5 entries" in runner.invoke(args=["audit", "export", str(file)]).output
    assert "张三" not in file.read_text()
    execute("DELETE FROM audit_entry")
    assert runner.invoke(args=["audit", "verify", "--file", str(file)]).exit_code == 0
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    rows[1]["actor_name"] = "somebody else"
    file.write_text("\n".join(json.dumps(row) for row in rows))
    assert audit_file.verify_file(file).broken_at == rows[1]["id"]
    file.write_text("not a log")
    assert audit_file.verify_file(file).broken_at == 0
