"""Changing the data key while people work: a new key is added behind the others; once every process holds it, it is
promoted and seals; then the old values are sealed anew, in batches. So nothing is ever written that somebody who runs
cannot read.

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

from backend.core import clock, crypto, health
from backend.core.db import Model, execute, transaction
from backend.core.health import Heartbeat
from backend.core.media import PLACE, Attachment, read_sealed, sealed, write_sealed
from backend.settings import ROOT, Settings, settings

BATCH = 200
_STOPPED = f"Those that were stopped are forgotten after {health.STALE_SECONDS} seconds."
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


class Refused(Exception):
    """A step that is not safe yet: what stands in its way, and what to do, in English for the operator."""


def add() -> str:
    """The ring with a fresh key behind the others: it opens, and nothing seals with it. Raises Refused while an earlier
    one waits there."""
    _refuse_while_one_waits()
    key = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    return f"{_spec()},{_following()}:{key}"


def pending() -> int | None:
    """The id of the key that was added and is not first yet."""
    following = _following()
    return following if any(_id(part) == following for part in _spec().split(",")) else None


def promote() -> str | None:
    """The ring with the added key first; None when no key waits. Raises Refused while a living process cannot open what
    that key seals."""
    waiting, mine = pending(), crypto.ring().names
    living = health.living()
    if waiting is None:
        _refuse_for(
            [beat for beat in living if not set(_held(beat)) <= set(mine)],
            "These processes hold a key that this command does not know:",
            "Run it with the DATA_KEYS that they were started with.",
        )
        return None
    name = next(name for name in mine if _id(name) == waiting)
    _refuse_for(
        [beat for beat in living if name not in _held(beat)],
        f"These processes were started before key {waiting} was added, and could not read what it seals:",
        f"Restart them with the same DATA_KEYS as this command, then run it again. {_STOPPED}",
    )
    parts = _spec().split(",")
    return ",".join(sorted(parts, key=lambda part: _id(part) != waiting))


def kept_by_us() -> Path | None:
    """The file that holds the ring when we generated it; None when it comes from the environment."""
    return None if Settings().data_keys.get_secret_value() else settings().var_dir / "secrets.json"


def keep(path: Path, ring: str) -> None:
    """Write `ring` into our own secrets file; who starts from now on holds it."""
    kept = json.loads(path.read_text()) | {"data_keys": ring}
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(kept))
    draft.replace(path)


def _following() -> int:
    """The id of the key after the current one: every key is added under it, so a ring that has it has an added key.
    Ids are a byte, and 0 is none."""
    return crypto.ring().current % 255 + 1


def _spec() -> str:
    return settings().data_keys.get_secret_value()


def _id(part: str) -> int:
    return int(part.split(":", 1)[0])


def _held(beat: Heartbeat) -> list[str]:
    """The names of its keys; none when it runs a version of Linli that did not tell."""
    return (beat.keys or "").split()


def _refuse_while_one_waits() -> None:
    waiting = pending()
    if waiting is not None:
        raise Refused(
            f"Key {waiting} was added and does not seal yet. Restart every process, then run: "
            "flask --app backend keys promote"
        )


def _refuse_for(processes: list[Heartbeat], why: str, what_to_do: str) -> None:
    if processes:
        named = "\n".join(f"  {beat.process} on {beat.instance}{_since(beat)}" for beat in processes)
        raise Refused(f"{why}\n{named}\n{what_to_do}")


def _since(beat: Heartbeat) -> str:
    at: Any = beat.started_at
    return "" if at is None else f", since {clock.local(at):%Y-%m-%d %H:%M}"


# --- sealing anew --------------------------------------------------------------------------------------------


def reencrypt(progress: Callable[[str, int], None]) -> int:
    """Seal every value that an older key sealed with the current one; returns how many there were.
    `progress(what, done)` is told after each batch. Raises Refused while an added key waits to be promoted, or a living
    process seals with another key than ours: its values would stay behind."""
    _refuse_while_one_waits()
    current = crypto.ring().names[0]
    _refuse_for(
        [beat for beat in health.living() if _held(beat)[:1] != [current]],
        f"These processes do not seal with key {crypto.ring().current}, which stands first here:",
        f"Restart them with the same DATA_KEYS as this command, then run it again. {_STOPPED}",
    )
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
        if sealed(key)[0] == crypto.ring().current:
            return 0
        write_sealed(key, read_sealed(key))
    except (FileNotFoundError, IndexError):
        return 0
    return 1
