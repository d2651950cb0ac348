"""The data key changes and nothing is lost."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image
from pydantic import SecretStr

from backend.core import crypto, media, rotation
from backend.core.access import SYSTEM
from backend.core.audit import AuditEntry, record, verify
from backend.core.db import execute
from backend.messaging import people
from backend.messaging.models import Identity
from backend.settings import settings
from tests.databases import TestDatabase


def photo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(out, "PNG")
    return out.getvalue()


def silent(_what: str, _done: int) -> None:
    pass


def turn_the_ring() -> None:
    settings().data_keys = SecretStr(rotation.new_ring())


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


def test_a_ring_of_our_own_is_rewritten_and_one_from_the_environment_is_printed(
    app: Flask, configure: Callable[..., None], tmp_path: Path
) -> None:
    runner = app.test_cli_runner()
    printed = runner.invoke(args=["keys", "rotate"])
    assert "DATA_KEYS=2:" in printed.output and settings().data_keys.get_secret_value() in printed.output

    configure(VAR_DIR=str(tmp_path / "own"), DATA_KEYS="")
    AuditEntry.delete().execute()
    record(SYSTEM, "test.note", "thing:1")
    done = runner.invoke(args=["keys", "rotate"])
    assert "Key 2 seals from now on" in done.output
    path = tmp_path / "own" / "secrets.json"
    assert json.loads(path.read_text())["data_keys"].startswith("2:")
    assert path.stat().st_mode & 0o077 == 0, "nobody else reads it"
    settings.cache_clear()
    result = runner.invoke(args=["keys", "reencrypt"])
    assert "1 values were sealed anew; key 2 now seals everything" in result.output
