"""What rows said at any moment, and undoing many changes at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from backend.core import access, audit, clock
from backend.core.access import Actor
from backend.core.db import execute, transaction
from backend.core.errors import Conflict, LinliError, NotFound
from backend.core.i18n import Text, _
from backend.records import holding, state, store, tables
from backend.records.models import RecordBatch
from backend.records.sources import Wanted
from backend.records.state import COLUMNS, State
from backend.records.tables import Table

_VERSION = ", ".join(("record_id", *COLUMNS))
_PART = 500
"""Rows that are undone in one transaction."""


@dataclass(frozen=True, slots=True)
class Undone:
    """How many rows are as they were; and those where somebody wrote since, or the domain refused: row id and why."""

    rows: int
    kept: tuple[tuple[int, Text], ...]


def versions(row_id: int) -> list[State]:
    """Everything that the row said, the earliest first; the last one is what it says now. Raises NotFound."""
    return _versions([row_id])[row_id]


def as_of(row_id: int, at: datetime) -> State | None:
    """What the row said at that moment; None before it was made, and while it was deleted."""
    moment = clock.to_ms(at)
    said = [v for v in versions(row_id) if v.since <= moment]
    return said[-1] if said and said[-1].deleted_at is None else None


def undo(actor: Actor, batch_id: int) -> Undone:
    """Take back what the batch did: rows that nobody touched since are as they were before it, rows that it made are gone.
    Where somebody wrote since, only values that still say what the batch wrote go back. Each part of the rows in a transaction
    of its own: what was broken off is done by undoing once more. Raises NotFound, Forbidden, Conflict (it was undone)."""
    batch, ids = to_undo(actor, batch_id)
    back = begin_undoing(actor, batch)
    kept: list[tuple[int, Text]] = []
    for start in range(0, len(ids), _PART):
        with transaction():
            kept += undo_rows(actor, batch, ids[start : start + _PART], back).kept
    with transaction():
        end_undoing(actor, batch, len(ids) - len(kept), len(kept))
    return Undone(len(ids) - len(kept), tuple(kept))


def to_undo(actor: Actor, batch_id: int) -> tuple[Any, list[int]]:
    """The batch, and the rows that it wrote. Raises NotFound, Forbidden, Conflict (it was undone)."""
    batch = RecordBatch.get_or_none(RecordBatch.id == batch_id)
    if batch is None:
        raise NotFound()
    access.check(actor, "record.import" if batch.kind == "import" else "record.change", batch.org_id)
    if batch.undone_at is not None:
        raise Conflict(_("This was undone already."))
    touched = execute(
        "SELECT id FROM record WHERE batch_id = ? UNION SELECT record_id FROM record_version WHERE batch_id = ?",
        [batch_id, batch_id],
    ).fetchall()
    return batch, sorted(row[0] for row in touched)


def undo_rows(actor: Actor, batch: Any, ids: Sequence[int], back: int) -> Undone:
    """Take back what the batch did to these rows, as the batch `back`, inside the caller's transaction."""
    versions_ = _versions(ids, lock=True)
    # What belongs to the table's rows may have been written together with them.
    known = {
        table_id: tables.by_id(table_id) for table_id in {said[-1].table_id for said in versions_.values()}
    }
    kept = []
    for row_id, said in versions_.items():
        table = known[said[-1].table_id]
        needed = table.permission("delete" if batch.kind == "delete" else "change")
        if access.may(actor, needed, said[-1].org_id):
            refused = _take_back(actor, table, said, batch.id, back)
        else:
            refused = _("This row belongs to another community; your role does not reach there.")
        if refused is not None:
            kept.append((row_id, refused))
    return Undone(len(ids) - len(kept), tuple(kept))


def end_undoing(actor: Actor, batch: Any, rows: int, kept: int) -> None:
    """From now on the batch counts as undone."""
    batch.undone_at, batch.undone_by = clock.now(), actor.id
    batch.save(only=(RecordBatch.undone_at, RecordBatch.undone_by))
    after = {"rows": rows, "kept": kept}
    audit.record(actor, "record.undo", f"batch:{batch.id}", org_id=batch.org_id, after=after)


def begin_undoing(actor: Actor, batch: Any) -> int:
    """The batch that the undoing writes."""
    with transaction():
        made = RecordBatch.create(
            kind="undo", table_id=batch.table_id, org_id=batch.org_id, title=batch.title, by_id=actor.id,
            by_name=actor.name[:80], at=clock.now(),
        )  # fmt: skip
    return int(made.id)


def _take_back(actor: Actor, table: Table, said: Sequence[State], batch_id: int, back: int) -> Text | None:
    """One row; None when all that the batch wrote is taken back, else why something stays."""
    its = [i for i, v in enumerate(said) if v.batch_id == batch_id]
    before = said[its[0] - 1] if its[0] else None
    wrote, now = said[its[-1]], said[-1]
    if before is None:
        if now.deleted_at is not None and wrote.deleted_at is None:
            return None  # taken away already, by an undoing that was broken off
        if now is not wrote:
            return _("{name} changed this row after it was made here; it stays.", name=now.by_name or "–")
        return _unmade(actor, table, now, back)
    whole = now is wrote
    old, written, current = (holding.values(table, v.data, v.sealed) for v in (before, wrote, now))
    computed = {c.key for c in table.computed}
    changed = {k for k in {*old, *written} if old.get(k) != written.get(k)} - computed
    mine = {k: old.get(k) for k in changed if whole or current.get(k) == written.get(k)}
    refused = _write_back(actor, table, now, mine, back)
    if refused is not None:
        return refused
    _rest_back(table, now.id or 0, before, wrote, actor, back)
    # What says already what it did before was taken back by an undoing that was broken off.
    left = {k for k in changed - mine.keys() if current.get(k) != old.get(k)}
    return None if not left else _("Somebody wrote other values since; those stay.")


def _write_back(actor: Actor, table: Table, now: State, values: Mapping[str, Any], back: int) -> Text | None:
    source = table.source
    own = {k: v for k, v in values.items() if source is not None and table.column(k).id is None}
    if own:
        if source is None or source.write is None or now.subject_id is None:
            return _("This value is not written here.")
        (answer,) = source.write(actor, [Wanted(now.org_id, now.subject_id, own, "undo")])
        if isinstance(answer, LinliError):
            return answer.text
    _put_back(table, now.id or 0, {k: v for k, v in values.items() if k not in own}, actor, back)
    return None


def _put_back(table: Table, row_id: int, values: Mapping[str, Any], actor: Actor, back: int) -> None:
    (now,) = state.read_ids([row_id], lock=True)
    merged = {**store.values_of(table, now), **values}
    store.replace_rows([(now, store.with_values(table, now, merged))], actor, "", back)


def _rest_back(table: Table, row_id: int, before: State, wrote: State, actor: Actor, back: int) -> None:
    """Org, parent, marks and being deleted, each where it still is as the batch left it."""
    (now,) = state.read_ids([row_id], lock=True)
    cells = dict(now.cells)
    for key in {*before.cells, *wrote.cells}:
        if cells.get(key, "") == wrote.cells.get(key, ""):
            cells[key] = before.cells.get(key, "")
    fresh = replace(now, cells={key: colour for key, colour in cells.items() if colour})
    for name in ("org_id", "parent_id", "colour", "tags", "responsible_id", "deleted_at"):
        if table.source is not None and name in ("org_id", "parent_id", "deleted_at"):
            continue
        if name == "responsible_id" and table.source is not None and table.source.handing is not None:
            continue
        if getattr(now, name) == getattr(wrote, name):
            fresh = replace(fresh, **{name: getattr(before, name)})
    fresh = store.with_values(table, fresh, store.values_of(table, fresh))
    store.replace_rows([(now, fresh)], actor, "", back)


def _unmade(actor: Actor, table: Table, now: State, back: int) -> Text | None:
    """A row that the batch made goes."""
    source = table.source
    if source is not None:
        if source.remove is None or now.subject_id is None:
            return _("This row cannot be taken away from here.")
        try:
            source.remove(actor, now.subject_id, "undo")
        except LinliError as error:
            return error.text
        return None
    if now.deleted_at is None:
        store.replace_rows([(now, replace(now, deleted_at=clock.now_ms()))], actor, "", back)
    return None


def _versions(ids: Sequence[int], *, lock: bool = False) -> dict[int, list[State]]:
    found: dict[int, list[State]] = {row_id: [] for row_id in ids}
    places = ", ".join("?" * len(ids))
    rows = execute(
        f"SELECT {_VERSION} FROM record_version WHERE record_id IN ({places}) ORDER BY record_id, until, id",
        list(ids),
    ).fetchall()
    for row in rows:
        found[row[0]].append(state.loaded(row, "record_version"))
    now = state.read_ids(ids, lock=lock)
    if len(now) != len(found):
        raise NotFound()
    for row in now:
        found[row.id or 0].append(row)
    return found
