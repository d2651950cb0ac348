"""The audit log: who did what to what, when and why, in a chain of hashes that shows any later change.

An entry's hash covers the one before it, its own open columns and the digest of its payload. The payload (before, after,
why) is encrypted and may be erased for privacy: the chain still verifies, the fact remains.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import peewee
import structlog

from backend.core import clock
from backend.core.access import Actor
from backend.core.db import Encrypted, Instant, Model, db, is_postgres, transaction

_LOCK = (
    0x4C494E4C  # "LINL": the advisory lock that orders writers on PostgreSQL; SQLite has one writer anyway
)
GENESIS = "0" * 64


class AuditEntry(Model):
    at = Instant(index=True)
    actor_kind = peewee.CharField(10)
    actor_id = peewee.IntegerField()
    actor_name = peewee.CharField(80)
    action = peewee.CharField(60, index=True)
    subject = peewee.CharField(60, index=True)
    org_id = peewee.IntegerField(null=True, index=True)
    correlation = peewee.CharField(32, default="")
    payload = Encrypted(null=True)
    payload_digest = peewee.CharField(64)
    previous = peewee.CharField(64)
    hash = peewee.CharField(64)


def record(
    actor: Actor,
    action: str,
    subject: str,
    *,
    org_id: int | None = None,
    before: Any = None,
    after: Any = None,
    why: str = "",
) -> AuditEntry:
    """Append an entry inside the transaction of the act itself. `subject` is `kind:id`, e.g. `request:1047`."""
    payload = json.dumps(
        {"before": before, "after": after, "why": why}, ensure_ascii=False, sort_keys=True, default=str
    )
    with transaction():
        if is_postgres():
            db.execute_sql("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        last = AuditEntry.select(AuditEntry.hash).order_by(AuditEntry.id.desc()).limit(1).scalar()
        entry = AuditEntry(
            at=clock.from_ms(clock.now_ms()),
            actor_kind=actor.kind,
            actor_id=actor.id,
            # A resident's name is personal data, and the open columns can never be erased.
            actor_name="" if actor.kind == "resident" else actor.name[:80],
            action=action,
            subject=subject,
            org_id=org_id,
            correlation=structlog.contextvars.get_contextvars().get("correlation", ""),
            payload=payload,
            payload_digest=hashlib.sha256(payload.encode()).hexdigest(),
            previous=last or GENESIS,
        )
        entry.hash = chain_hash(entry)
        entry.save(force_insert=True)
    return entry


def chain_hash(entry: AuditEntry) -> str:
    """SHA-256, in hex, of the JSON array of the hash before and the open columns, in this order (UTF-8, unescaped)."""
    open_columns = [
        entry.previous,
        clock.to_ms(entry.at),
        entry.actor_kind,
        entry.actor_id,
        entry.actor_name,
        entry.action,
        entry.subject,
        entry.org_id,
        entry.correlation,
        entry.payload_digest,
    ]
    return hashlib.sha256(json.dumps(open_columns, ensure_ascii=False).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Verdict:
    """`broken_at` is the id of the first entry that does not fit; None: the chain is whole."""

    entries: int
    broken_at: int | None
    head: str


def verify() -> Verdict:
    """Walk the chain from the first entry."""
    previous, count = GENESIS, 0
    for entry in _in_order():
        count += 1
        payload_fits = (
            entry.payload is None
            or hashlib.sha256(entry.payload.encode()).hexdigest() == entry.payload_digest
        )
        if entry.previous != previous or entry.hash != chain_hash(entry) or not payload_fits:
            return Verdict(count, entry.id, previous)
        previous = entry.hash
    return Verdict(count, None, previous)


def _in_order() -> Iterator[AuditEntry]:
    last = 0
    while rows := list(AuditEntry.select().where(AuditEntry.id > last).order_by(AuditEntry.id).limit(1000)):
        yield from rows
        last = rows[-1].id


def erase_payloads(subject: str) -> int:
    """Forget what was in the entries about `subject` (a person's erasure request); the chain stays whole."""
    return AuditEntry.update(payload=None).where(AuditEntry.subject == subject).execute()


def of(subject: str, limit: int | None = None, action: str = "") -> list[AuditEntry]:
    """The history of one thing, newest first; `limit`: of its last entries; `action`: of these alone."""
    query = AuditEntry.select().where(AuditEntry.subject == subject).order_by(AuditEntry.id.desc())
    if action:
        query = query.where(AuditEntry.action == action)
    return list(query.limit(limit))
