"""Changing the data key: a new key for new values, then the old values are sealed anew, in batches, while people work.

Every BlobField of ours holds sealed bytes, bound to `table.column`; photos are bound to their key. A value whose first
byte names the current key is done, so that an interrupted run goes on where it was.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import peewee
from pydantic import SecretStr

from backend.core import crypto
from backend.core.db import Model, execute, transaction
from backend.core.media import PLACE, Attachment, path_of, read_sealed, write_sealed
from backend.settings import ROOT, settings

BATCH = 200
_PACKAGES = ("backend", "iot", "conversations", "bots", "broadcasts")


@dataclass(frozen=True, slots=True)
class Sealed:
    """A column of sealed values, and the place that they are bound to."""

    model: type[Model]
    field: peewee.Field
    place: str


def sealed_columns() -> list[Sealed]:
    """Every sealed column of every part of Linli, whether that part is loaded yet or not."""
    for package in _PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations" not in path.parts and "(Model)" in path.read_text(encoding="utf-8"):
                import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    return [
        Sealed(model, field, f"{model._meta.table_name}.{field.column_name}")
        for model in _models(Model)
        for field in model._meta.sorted_fields
        if isinstance(field, peewee.BlobField)
    ]


def _models(base: type[Model]) -> Iterator[type[Model]]:
    for model in base.__subclasses__():
        yield model
        yield from _models(model)


# --- the ring ------------------------------------------------------------------------------------------------


def new_ring() -> str:
    """DATA_KEYS with a fresh key in front: it encrypts from now on, the others still decrypt."""
    present = settings().data_keys.get_secret_value()
    used = {int(part.split(":", 1)[0]) for part in present.split(",")}
    fresh = next(n for n in (*range(max(used) + 1, 256), *range(1, 256)) if n not in used)
    return f"{fresh}:{base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()},{present}"


def kept_by_us() -> Path | None:
    """The file that holds the ring when we generated it; None when it comes from the environment."""
    path = settings().var_dir / "secrets.json"
    if not path.exists():
        return None
    return (
        path if json.loads(path.read_text())["data_keys"] == settings().data_keys.get_secret_value() else None
    )


def rotate(path: Path) -> int:
    """Write a ring with a fresh key into our own secrets file; returns the new key's id."""
    ring = new_ring()
    kept = json.loads(path.read_text()) | {"data_keys": ring}
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(kept))
    draft.replace(path)
    settings().data_keys = SecretStr(ring)
    return crypto.ring().current


# --- sealing anew --------------------------------------------------------------------------------------------


def reencrypt(progress: Callable[[str, int], None]) -> int:
    """Seal every value that an older key sealed with the current one; returns how many there were.
    `progress(what, done)` is told after each batch."""
    total = 0
    for column in sealed_columns():
        done = 0
        for count in _column(column):
            done += count
            progress(column.place, done)
        total += done
    done = 0
    for attachment in Attachment.select().order_by(Attachment.id).iterator():
        done += _file(attachment.key)
    if done:
        progress(PLACE, done)
    return total + done


def _column(column: Sealed) -> Iterator[int]:
    model, raw = column.model, peewee.SQL(f'"{column.field.column_name}"')
    key: Any = model._meta.primary_key
    current = crypto.ring().current
    last: Any = None
    while True:
        query: Any = model.select(key, raw.alias("sealed")).where(column.field.is_null(False)).order_by(key)
        rows = list((query if last is None else query.where(key > last)).limit(BATCH).tuples())
        if not rows:
            return
        last = rows[-1][0]
        stale = [(row_id, bytes(sealed)) for row_id, sealed in rows if bytes(sealed)[0] != current]
        if stale:
            with transaction():
                count = sum(_value(column, row_id, sealed) for row_id, sealed in stale)
            yield count


def _value(column: Sealed, row_id: Any, sealed: bytes) -> int:
    fresh = crypto.encrypt(crypto.decrypt(sealed, column.place), column.place)
    table, name = column.model._meta.table_name, column.field.column_name
    key = column.model._meta.primary_key.column_name  # type: ignore[union-attr]
    # Only if nobody has written it since we read it: what they wrote is under the current key already.
    cursor = execute(
        f'UPDATE "{table}" SET "{name}" = ? WHERE "{key}" = ? AND "{name}" = ?',  # noqa: S608  # our own names
        (fresh, row_id, sealed),
    )
    return int(cursor.rowcount)


def _file(key: str) -> int:
    try:
        if path_of(key).open("rb").read(1)[0] == crypto.ring().current:
            return 0
        write_sealed(key, read_sealed(key))
    except (FileNotFoundError, IndexError):
        return 0
    return 1
