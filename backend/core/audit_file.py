"""The audit log as a file that others can verify without our database: one JSON object a line, without the payloads."""

from __future__ import annotations

import json
from pathlib import Path

from backend.core import clock
from backend.core.audit import GENESIS, AuditEntry, Verdict, chain_hash

_COLUMNS = (
    "id",
    *("previous", "at", "actor_kind", "actor_id", "actor_name", "action", "subject"),
    *("org_id", "correlation", "payload_digest", "hash"),
)


def export(path: Path) -> int:
    """Write the whole log to `path`; returns the number of entries. `at` is milliseconds since 1970, as it was hashed."""
    count = 0
    with path.open("w", encoding="utf-8") as file:
        for entry in AuditEntry.select().order_by(AuditEntry.id).iterator():
            row = {name: getattr(entry, name) for name in _COLUMNS} | {"at": clock.to_ms(entry.at)}
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
            count += 1
    return count


def verify_file(path: Path) -> Verdict:
    """Walk an exported chain; needs no database. A line that is no entry of ours breaks the chain at 0."""
    previous, count = GENESIS, 0
    with path.open(encoding="utf-8") as file:
        for line in file:
            count += 1
            try:
                row = json.loads(line)
                entry = AuditEntry(**{name: row[name] for name in _COLUMNS})
                entry.at = clock.from_ms(row["at"])
            except (ValueError, KeyError, TypeError):
                return Verdict(count, 0, previous)
            if entry.previous != previous or entry.hash != chain_hash(entry):
                return Verdict(count, entry.id, previous)
            previous = entry.hash
    return Verdict(count, None, previous)
