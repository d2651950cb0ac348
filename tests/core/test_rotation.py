"""The data key changes and nothing is lost."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image
from pydantic import SecretStr

from backend.core import clock, crypto, health, media, rotation
from backend.core.access import SYSTEM
from backend.core.audit import AuditEntry, record, verify
from backend.core.db import execute
from backend.core.health import Heartbeat
from backend.messaging import people
from backend.messaging.models import Identity
from backend.settings import ROOT, settings
from tests.databases import TestDatabase


def photo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(out, "PNG")
    return out.getvalue()


def silent(_what: str, _done: int) -> None:
    pass


def hold(ring: str) -> None:
    """This process holds `ring` from now on, as after a restart."""
    settings().data_keys = SecretStr(ring)


def promoted() -> str:
    ring = rotation.promote()
    assert ring
    return ring


def turn_the_ring() -> None:
    hold(rotation.add())
    hold(promoted())


class Reader:
    """A process of its own that was started with `ring`: opens what others wrote, and beats."""

    def __init__(self, ring: str) -> None:
        self._said = subprocess.Popen(
            [sys.executable, "-c", READER],
            env={**os.environ, "DATA_KEYS": ring, "DATABASE_URL": settings().database_url},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *_: object) -> None:
        self._said.communicate()

    def addresses(self) -> list[str]:
        assert self._said.stdin and self._said.stdout
        self._said.stdin.write("\n")
        self._said.stdin.flush()
        return list(json.loads(self._said.stdout.readline()))


READER = """
import json, sys
from backend.core import db, health
from backend.messaging.models import Identity
from backend.settings import ROOT, settings
db.connect(settings().database_url)
for _ask in sys.stdin:
    health.beat("web")
    print(json.dumps([i.address for i in Identity.select().order_by(Identity.id)]), flush=True)
"""


def test_every_value_is_sealed_with_the_new_key_and_reads_as_before(database: TestDatabase) -> None:
    phones = [f"+8613800{n:06d}" for n in range(rotation.BATCH + 7)]
    for phone in phones:
        people.ensure("sms", phone)
    for n in range(3):
        record(SYSTEM, "test.note", f"thing:{n}", after={"n": n})
    key = media.save(photo(), "image/png", "identity:1")
    before = media.load(key)
    turn_the_ring()

    done: dict[str, int] = {}
    count = rotation.reencrypt(done.__setitem__)

    assert done == {"identity.address": len(phones), "audit_entry.payload": 3, media.PLACE: 1}
    assert count == len(phones) + 4
    heads = (
        execute("SELECT address FROM identity").fetchall()
        + execute("SELECT payload FROM audit_entry").fetchall()
    )
    assert {bytes(row[0])[0] for row in heads} == {crypto.ring().current}
    old_keys_gone = settings().data_keys.get_secret_value().split(",")[0]
    settings().data_keys = SecretStr(old_keys_gone)
    assert [i.address for i in Identity.select().order_by(Identity.id)] == phones
    assert people.find("sms", phones[3]), "the blind index stays as it was"
    assert media.load(key) == before
    assert verify().broken_at is None


def test_an_interrupted_run_goes_on_where_it_was(database: TestDatabase) -> None:
    for n in range(rotation.BATCH * 2):
        people.ensure("sms", f"+8613900{n:06d}")
    turn_the_ring()

    class PowerCut(Exception):
        pass

    def pulled(_what: str, _done: int) -> None:
        raise PowerCut

    with pytest.raises(PowerCut):
        rotation.reencrypt(pulled)
    assert rotation.reencrypt(silent) == rotation.BATCH
    assert rotation.reencrypt(silent) == 0


def test_the_sealed_columns_of_every_part_are_found(sqlite_database: TestDatabase) -> None:
    found = {
        (c.model._meta.table_name, c.field.column_name, c.place.encode()) for c in rotation.sealed_columns()
    }
    assert ("message", "content", b"message.content") in found
    assert ("conversation", "state", b"conversation.state") in found
    assert ("inbound", "said", b"inbound.said") in found
    assert ("staff", "totp_secret", b"staff.totp_secret") in found
    assert ("audit_entry", "payload", b"audit_entry.payload") in found


def test_who_runs_with_the_old_ring_reads_all_that_is_written_until_the_promotion(
    sqlite_database: TestDatabase,
) -> None:
    people.ensure("sms", "+8613800000001")
    with Reader(settings().data_keys.get_secret_value()) as old:
        assert old.addresses() == ["+8613800000001"]
        hold(rotation.add())
        people.ensure("sms", "+8613800000002")
        with pytest.raises(rotation.Refused, match=r"before key 2 was added(.|\n)*web on .*, since \d{4}-"):
            rotation.promote()
        people.ensure("sms", "+8613800000003")
        assert old.addresses() == [f"+861380000000{n}" for n in (1, 2, 3)]


def test_who_was_restarted_after_the_key_was_added_reads_what_it_seals(sqlite_database: TestDatabase) -> None:
    hold(rotation.add())
    with Reader(settings().data_keys.get_secret_value()) as restarted:
        restarted.addresses()
        hold(promoted())
        people.ensure("sms", "+8613800000001")
        assert bytes(execute("SELECT address FROM identity").fetchone()[0])[0] == 2
        assert restarted.addresses() == ["+8613800000001"]
        with pytest.raises(rotation.Refused, match="do not seal with key 2"):
            rotation.reencrypt(silent)


def test_a_process_that_was_stopped_keeps_nobody_from_promoting(database: TestDatabase) -> None:
    with clock.stopped() as hands:
        health.beat("worker")
        hold(rotation.add())
        with pytest.raises(rotation.Refused, match="worker on "):
            rotation.promote()
        hands.forward(seconds=health.STALE_SECONDS + 1)
        assert promoted().startswith("2:")


def test_a_process_that_does_not_tell_its_keys_counts_as_one_without_the_new_key(
    database: TestDatabase,
) -> None:
    Heartbeat.create(process="scheduler", instance="old-version:7", at=clock.now())
    hold(rotation.add())
    with pytest.raises(rotation.Refused, match="scheduler on old-version:7\n"):
        rotation.promote()


def test_the_same_number_is_not_the_same_key(database: TestDatabase) -> None:
    before = settings().data_keys.get_secret_value()
    hold(rotation.add())
    health.beat("worker")
    hold(before)
    hold(rotation.add())
    with pytest.raises(rotation.Refused, match="worker on "):
        rotation.promote()


def test_a_command_with_another_ring_than_the_processes_says_so(database: TestDatabase) -> None:
    before = settings().data_keys.get_secret_value()
    hold(rotation.add())
    health.beat("worker")
    hold(before)
    with pytest.raises(rotation.Refused, match="hold a key that this command does not know"):
        rotation.promote()


def test_one_key_at_a_time_and_nothing_is_sealed_anew_before_it_is_first(database: TestDatabase) -> None:
    hold(rotation.add())
    with pytest.raises(rotation.Refused, match=r"Key 2 was added.*keys promote"):
        rotation.add()
    with pytest.raises(rotation.Refused, match=r"Key 2 was added.*keys promote"):
        rotation.reencrypt(silent)
    hold(promoted())
    assert rotation.promote() is None, "the older key behind it is not a new one"
    assert rotation.reencrypt(silent) == 0


def test_the_number_after_255_is_1(database: TestDatabase) -> None:
    key = settings().data_keys.get_secret_value().partition(":")[2]
    hold(f"255:{key}")
    ring = rotation.add()
    assert [part.partition(":")[0] for part in ring.split(",")] == ["255", "1"]
    hold(ring)
    assert promoted().startswith("1:")


def test_a_ring_of_our_own_is_rewritten_step_by_step(
    app: Flask, configure: Callable[..., None], tmp_path: Path
) -> None:
    configure(VAR_DIR=str(tmp_path / "own"), DATA_KEYS="")
    AuditEntry.delete().execute()
    record(SYSTEM, "test.note", "thing:1")
    path = tmp_path / "own" / "secrets.json"

    def keys(step: str) -> str:
        settings.cache_clear()  # everybody was restarted
        return app.test_cli_runner().invoke(args=["keys", step]).output

    def order() -> list[str]:
        return [part.partition(":")[0] for part in json.loads(path.read_text())["data_keys"].split(",")]

    said = keys("add")
    assert f"{path} now holds the keys 1, 2" in said and "Restart every process" in said
    assert "keys promote" in said and order() == ["1", "2"]
    assert "now holds the keys 2, 1" in keys("promote") and order() == ["2", "1"]
    assert path.stat().st_mode & 0o077 == 0, "nobody else reads it"
    assert "1 values were sealed anew; key 2 now seals everything" in keys("reencrypt")
    assert "No key waits: key 2 seals" in keys("promote") and order() == ["2", "1"]


def test_a_ring_from_the_environment_is_printed_for_the_operator_to_set(
    app: Flask, configure: Callable[..., None]
) -> None:
    runner = app.test_cli_runner()
    before = settings().data_keys.get_secret_value()
    added = re.search(r"^DATA_KEYS=(\S+)$", runner.invoke(args=["keys", "add"]).output, re.MULTILINE)
    assert added and added[1].startswith(f"{before},2:")
    configure(DATA_KEYS=added[1])
    output = runner.invoke(args=["keys", "promote"]).output
    first = re.search(r"^DATA_KEYS=(\S+)$", output, re.MULTILINE)
    assert first and first[1] == ",".join(reversed(added[1].split(",")))
    assert "Restart every process" in output and "keys reencrypt" in output


def test_a_refusal_names_the_process_and_ends_the_command_with_1(app: Flask) -> None:
    health.beat("worker")
    hold(rotation.add())
    refused = app.test_cli_runner().invoke(args=["keys", "promote"])
    assert refused.exit_code == 1 and f"worker on {health.INSTANCE}" in refused.output
    assert "DATA_KEYS=" not in refused.output
