"""Writing rows of the dynamic database: each change leaves the version that it replaces, and none is lost.

These functions check no rights of built-in tables' own columns: there the domain does, before it gives a face (`put`). For
everything else the actor needs the table's permission at the row's Org.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any

from backend.attachments import personal as files
from backend.core import access, audit, clock
from backend.core.access import Actor
from backend.core.db import transaction
from backend.core.errors import Conflict, Invalid, NotFound
from backend.core.i18n import _
from backend.records import formulas, holding, state, tables, whole
from backend.records.models import RecordBatch
from backend.records.state import State
from backend.records.tables import Table

_batch: ContextVar[int | None] = ContextVar("batch", default=None)
_faceless: ContextVar[bool] = ContextVar("faceless", default=False)


@contextmanager
def in_batch(batch_id: int | None) -> Iterator[None]:
    """Whatever is written inside belongs to the batch, also the faces that domains give, who know of no batch."""
    before = _batch.set(batch_id)
    try:
        yield
    finally:
        _batch.reset(before)


@contextmanager
def faceless() -> Iterator[None]:
    """Inside, domains give no faces: what they do is a rehearsal that is taken back."""
    token = _faceless.set(True)
    try:
        yield
    finally:
        _faceless.reset(token)


def rehearsing() -> bool:
    return _faceless.get()


def current_batch() -> int | None:
    """The batch that what is written now belongs to."""
    return _batch.get()


@dataclass(frozen=True, slots=True)
class New:
    """A row to be made; `values` are parsed, by column key."""

    org_id: int
    values: Mapping[str, Any]
    parent_id: int | None = None
    subject_id: int | None = None
    responsible_id: int | None = None


def put(
    key: str,
    subject_id: int,
    org_id: int,
    values: Mapping[str, Any],
    *,
    by: Actor,
    why: str = "",
    batch_id: int | None = None,
    parent_subject: int | None = None,
) -> int:
    """The face of a built-in table's row, as its domain has just written it: all its built-in values. What staff's own columns
    say stays. Returns the row's id."""
    return put_many(key, [(subject_id, org_id, values, parent_subject)], by=by, why=why, batch_id=batch_id)[0]


def put_many(
    key: str,
    faces: Sequence[tuple[int, int, Mapping[str, Any], int | None]],
    *,
    by: Actor,
    why: str = "",
    batch_id: int | None = None,
    responsible: Mapping[int, int | None] | None = None,
) -> list[int]:
    """Many faces at once, as (subject_id, org_id, values, parent_subject); ids in the same order. `responsible`: the staff member
    by subject_id, where the domain says who is at work on it; who is not named there stays."""
    if rehearsing():
        return [0] * len(faces)
    with transaction():
        table, holders = tables.of(key), responsible or {}
        own = {c.key for c in table.columns if c.id is None}
        known = of_subjects(table, [f[0] for f in faces])
        hers = formulas.kept_to_herself(table, known)
        parents = _parents(table, [f[3] for f in faces if f[3] is not None])
        new: list[New] = []
        changed: list[tuple[State, State]] = []
        for subject_id, org_id, values, parent_subject in faces:
            parent_id = parents.get(parent_subject) if parent_subject is not None else None
            old = known.get(subject_id)
            if old is None:
                new.append(New(org_id, values, parent_id, subject_id, holders.get(subject_id)))
                continue
            kept = {k: v for k, v in _values(table, old).items() if k not in own}
            fresh = with_values(table, old, {**kept, **values}, hers)
            fresh = replace(fresh, responsible_id=holders.get(subject_id, old.responsible_id))
            changed.append((old, replace(fresh, org_id=org_id, parent_id=parent_id, deleted_at=None)))
        made = _make(table, new, by, why, batch_id)
        replace_rows(changed, by, why, batch_id)
        ids = {old.subject_id: old.id for old, _new in changed} | {
            n.subject_id: row_id for n, row_id in zip(new, made, strict=True)
        }
        return [ids[f[0]] for f in faces]  # type: ignore[misc]


def drop(key: str, subject_id: int, *, by: Actor, why: str = "") -> None:
    """The domain's row is gone: its face is deleted, what it said stays in its history."""
    with transaction():
        table = tables.of(key)
        old = of_subjects(table, [subject_id]).get(subject_id)
        if old is not None and old.deleted_at is None:
            replace_rows([(old, replace(old, deleted_at=clock.now_ms()))], by, why, None)


def forget(key: str, subject_id: int) -> None:
    """Nothing of what the row said remains, now or in its history, nor of what staff's sub-tables say of it and the files there;
    that there was one does."""
    with transaction():
        table = tables.of(key)
        made = {sub.id for sub in tables.subtables(table, retired=True) if sub.source is None}
        for row in of_subjects(table, [subject_id]).values():
            for below in state.read("parent_id = ?", [row.id]):
                if below.table_id in made:
                    files.forget(f"record:{below.id}")
                    state.forget(below)
            state.forget(row)


def create(
    actor: Actor, table: Table, rows: Sequence[New], *, why: str = "", batch_id: int | None = None
) -> list[int]:
    """New rows of a table that staff made. Raises Forbidden, Invalid (a required value is missing, no such parent)."""
    with transaction():
        for org_id in {r.org_id for r in rows}:
            access.check(actor, table.permission("create"), org_id)
        whole.check_parents(actor, table, {row.parent_id for row in rows})
        for row in rows:
            whole.check(table, row.values, row.org_id)
        ids = _make(table, rows, actor, why, batch_id)
        if batch_id is None:
            for row, row_id in zip(rows, ids, strict=True):
                audit.record(actor, "record.create", f"record:{row_id}", org_id=row.org_id, why=why)
        return ids


def change(
    actor: Actor,
    table: Table,
    wanted: Mapping[int, Mapping[str, Any]],
    *,
    why: str = "",
    batch_id: int | None = None,
    stamps: Mapping[int, int] | None = None,
) -> None:
    """New values of some columns, by row and column key; None empties. `stamps`: the `since` of each row as its writer saw it;
    raises Conflict when somebody changed it meanwhile. Raises Forbidden, NotFound, Invalid."""

    def changed(old: State) -> State:
        row_id = old.id or 0
        if table.source is not None and old.deleted_at is not None:
            # Erased, perhaps, while somebody had its page open: nothing of hers comes back that way.
            raise NotFound()
        if stamps and stamps.get(row_id, old.since) != old.since and _overtaken(table, old, stamps[row_id]):
            raise Conflict(
                _(
                    "{name} changed this row in the meantime. Please look at it again.",
                    name=old.by_name or "–",
                )
            )
        given = wanted[row_id]
        before = _values(table, old)
        for key in given:
            if not table.column(key).writable or (table.source and table.column(key).id is None):
                raise Invalid(_("This value is not written here."), key)
        after = {**before, **given}
        if table.source is None:
            whole.check(table, after, old.org_id, only=given)
        return with_values(table, old, after)

    each(actor, table, "change", list(wanted), changed, why, batch_id, "record.change")


def move(
    actor: Actor, table: Table, ids: Sequence[int], org_id: int, *, why: str = "", batch_id: int | None = None
) -> None:
    """Rows of a table that staff made belong to another Org from now on."""
    access.check(actor, table.permission("change"), org_id)
    each(actor, table, "change", ids, lambda old: replace(old, org_id=org_id), why, batch_id, "record.move")


def delete(
    actor: Actor, table: Table, ids: Sequence[int], *, why: str = "", batch_id: int | None = None
) -> None:
    """Out of sight, not out of history; `restore` brings them back. Rows of built-in tables are deleted by their domain."""
    if table.source is not None:
        raise Invalid(_("These rows are deleted on their own page."))
    now = clock.now_ms()
    each(actor, table, "delete", ids, lambda old: replace(old, deleted_at=old.deleted_at or now), why, batch_id,
          "record.delete")  # fmt: skip


def restore(actor: Actor, table: Table, ids: Sequence[int], *, batch_id: int | None = None) -> None:
    if table.source is not None:
        raise Invalid(_("These rows are brought back on their own page."))
    each(
        actor, table, "delete", ids, lambda old: replace(old, deleted_at=None), "", batch_id, "record.restore"
    )


def batch(actor: Actor, kind: str, table: Table, org_id: int, title: str) -> int:
    """A new batch: what is changed with its id can be undone together."""
    made = RecordBatch.create(
        kind=kind,
        table_id=table.id,
        org_id=org_id,
        title=title[:200],
        by_id=actor.id,
        by_name=actor.name[:80],
        at=clock.now(),
    )
    audit.record(actor, f"record.{kind}", f"batch:{made.id}", org_id=org_id, after={"title": title})
    return int(made.id)


def get(table: Table, row_id: int) -> State:
    """Raises NotFound."""
    found = state.read_ids([row_id])
    if not found or found[0].table_id != table.id:
        raise NotFound()
    return found[0]


def of_subject(table: Table, subject_id: int) -> State | None:
    """The face of a built-in table's row."""
    found = state.read("table_id = ? AND subject_id = ?", [table.id, subject_id])
    return found[0] if found else None


def values_of(table: Table, row: State, keys: Collection[str] | None = None) -> dict[str, Any]:
    """What the row says, parsed, by column key; of these columns alone when they are named."""
    return holding.values(table, row.data, row.sealed, keys)


# --- how --------------------------------------------------------------------------------------------------------


def each(
    actor: Actor,
    table: Table,
    act: str,
    ids: Sequence[int],
    make: Callable[[State], State],
    why: str,
    batch_id: int | None,
    action: str,
) -> None:
    """Write these rows as `make` says each from now on, when the actor may `act` on all of them. Raises Forbidden, NotFound."""
    with transaction():
        if table.parent is not None:
            # Whoever moves a main row locks it before those below it; and what they sum up to is written there in the end.
            above = {row.parent_id for row in state.read_ids(ids) if row.parent_id is not None}
            state.read_ids(above, lock=True)
        rows = state.read_ids(ids, lock=True)
        if len(rows) != len(set(ids)) or any(row.table_id != table.id for row in rows):
            raise NotFound()
        for org_id in {row.org_id for row in rows}:
            access.check(actor, table.permission(act), org_id)
        done = replace_rows([(row, make(row)) for row in rows], actor, why, batch_id)
        if batch_id is None:
            for row in done:
                audit.record(actor, action, f"record:{row.id}", org_id=row.org_id, why=why)


def replace_rows(
    pairs: Sequence[tuple[State, State]], by: Actor, why: str, batch_id: int | None
) -> list[State]:
    """Keep what rows said, store what they say, without asking for rights; what says the same stays as it is. Those that changed."""
    now, batch_id = clock.now_ms(), batch_id or _batch.get()
    differing = [(old, new) for old, new in pairs if not new.says_as(old)]
    fresh = [new.said_by(by, now, why, batch_id) for _old, new in differing]
    state.keep([old for old, _new in differing], [new.since for new in fresh])
    state.update(fresh)
    _along([(old, new) for old, new in differing if old.org_id != new.org_id], by, why, batch_id)
    _after([*(old for old, _new in differing), *fresh])
    return fresh


def _along(moved: Sequence[tuple[State, State]], by: Actor, why: str, batch_id: int | None) -> None:
    """Rows of sub-tables go where the row goes that they belong to: who no longer reads the one must not read the others."""
    places = {old.id: (old.org_id, new.org_id) for old, new in moved}
    ids = [row_id for row_id in places if row_id is not None]
    for start in range(0, len(ids), state.AT_ONCE):
        part = ids[start : start + state.AT_ONCE]
        below = state.read(f"parent_id IN ({', '.join('?' * len(part))})", part, lock=True)
        own = {table_id for table_id in {r.table_id for r in below} if tables.by_id(table_id).source is None}
        pairs = []
        for row in below:
            before, after = places[row.parent_id]
            if row.table_id in own and row.org_id == before:
                pairs.append((row, replace(row, org_id=after)))
        replace_rows(pairs, by, why, batch_id)


def _make(table: Table, rows: Sequence[New], by: Actor, why: str, batch_id: int | None) -> list[int]:
    now, batch_id = clock.now_ms(), batch_id or _batch.get()
    kept = formulas.kept_to_herself(table, [row.subject_id for row in rows])
    fresh = []
    for row in rows:
        empty = State(
            None, table.id, row.org_id, row.subject_id, row.parent_id, {}, None, "", "", "", now, None, now, "", 0, "",
            None, None, responsible_id=row.responsible_id,
        )  # fmt: skip
        fresh.append(with_values(table, empty, row.values, kept).said_by(by, now, why, batch_id))
    ids = state.insert(fresh)
    _after(fresh)
    return ids


def _after(rows: Sequence[State]) -> None:
    """What main rows compute from these: a version of its own, of no batch, so that undoing one touches only what it wrote."""
    pairs = formulas.following({row.parent_id for row in rows if row.parent_id is not None})
    if pairs:
        with in_batch(None):
            replace_rows(pairs, access.SYSTEM, "", None)


def with_values(
    table: Table, row: State, values: Mapping[str, Any], kept: Mapping[int, frozenset[str]] | None = None
) -> State:
    """The row with these values, all of them, and what formulas make of them. `kept`: what people keep to themselves, by subject,
    where it was looked up for many rows at once."""
    hers = formulas.kept_to_herself(table, [row.subject_id]) if kept is None else kept
    found = formulas.filled(table, values, row)
    held = holding.held(table, found, row.tags, hers.get(row.subject_id or 0, frozenset()))
    return replace(row, data=held.data, sealed=held.sealed, words=held.words)


def _overtaken(table: Table, row: State, stamp: int) -> bool:
    """Whether the row says something else than at `stamp`, beyond its marks and what formulas computed since."""
    seen = next((v for v in state.read_versions(row.id or 0) if v.since == stamp), None)
    return seen is None or not seen.typed_as(row, {c.key for c in table.computed})


def _values(table: Table, row: State) -> dict[str, Any]:
    return holding.values(table, row.data, row.sealed)


def of_subjects(table: Table, ids: Sequence[int]) -> dict[int, State]:
    """The faces of these subjects, kept from other writers."""
    found: dict[int, State] = {}
    for start in range(0, len(ids), state.AT_ONCE):
        part = list(ids[start : start + state.AT_ONCE])
        places = ", ".join("?" * len(part))
        rows = state.read(f"table_id = ? AND subject_id IN ({places})", [table.id, *part], lock=True)
        found |= {row.subject_id: row for row in rows if row.subject_id is not None}
    return found


def _parents(table: Table, subjects: Sequence[int]) -> dict[int, int]:
    if not subjects or not table.parent:
        return {}
    rows = of_subjects(tables.of(table.parent), list(dict.fromkeys(subjects)))
    return {subject: row.id for subject, row in rows.items() if row.id is not None}
