"""A row as plain data, and how the database keeps it. Many rows are written by one statement: a million must be brought in."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from backend.core import crypto
from backend.core.access import Actor
from backend.core.db import execute, is_postgres

COLUMNS = (
    *("table_id", "org_id", "subject_id", "parent_id", "data", "sealed", "words", "colour", "tags", "cells", "responsible_id"),
    *("created_at", "deleted_at", "since", "by_kind", "by_id", "by_name", "why", "batch_id"),
)  # fmt: skip
AT_ONCE = 500
"""Rows of one statement: a database takes some ten thousand values at once."""
_READ = ", ".join(("id", *COLUMNS))
_SEALED = ("sealed", "why")


@dataclass(frozen=True, slots=True)
class State:
    """What a row says and who said so. Instants are milliseconds since 1970; `sealed` and `why` are plain text here, and
    encrypted in the database. `cells` are the colours of single values. `id` None: not stored yet."""

    id: int | None
    table_id: int
    org_id: int
    subject_id: int | None
    parent_id: int | None
    data: Mapping[str, Any]
    sealed: str | None
    words: str
    colour: str
    tags: str
    created_at: int
    deleted_at: int | None
    since: int
    by_kind: str
    by_id: int
    by_name: str
    why: str | None
    batch_id: int | None
    cells: Mapping[str, str] = field(default_factory=dict)
    responsible_id: int | None = None

    def said_by(self, actor: Actor, now: int, why: str, batch_id: int | None) -> State:
        """The same from `now` on, said by the actor. Never before the state it follows: clocks go back."""
        name = "" if actor.kind == "resident" else actor.name[:80]
        return replace(
            self,
            since=max(now, self.since),
            by_kind=actor.kind,
            by_id=actor.id,
            by_name=name,
            why=why or None,
            batch_id=batch_id,
        )

    def says_as(self, other: State) -> bool:
        """Whether both say the same, whoever said it and when."""
        return (
            self.org_id == other.org_id
            and self.parent_id == other.parent_id
            and self.data == other.data
            and self.sealed == other.sealed
            and self.colour == other.colour
            and self.tags == other.tags
            and self.cells == other.cells
            and self.responsible_id == other.responsible_id
            and self.words == other.words
            and (self.deleted_at is None) == (other.deleted_at is None)
        )

    def typed_as(self, other: State, computed: Collection[str]) -> bool:
        """Whether people wrote the same into both: marks, and the columns that formulas compute, are left aside."""

        def typed(said: State) -> State:
            held = {k: v for k, v in said.data.items() if k not in computed}
            sealed = None if computed else said.sealed
            return replace(
                said, data=held, words="", sealed=sealed, colour="", tags="", cells={}, responsible_id=None
            )

        return typed(self).says_as(typed(other))


def read(where: str, params: Sequence[Any] = (), *, lock: bool = False) -> list[State]:
    """The rows that fit the SQL condition, by id. `lock`: nobody else writes them until the transaction ends."""
    locking = " FOR UPDATE" if lock and is_postgres() else ""
    rows = execute(f"SELECT {_READ} FROM record WHERE {where} ORDER BY id{locking}", params).fetchall()
    return [loaded(row) for row in rows]


def read_ids(ids: Iterable[int], *, lock: bool = False) -> list[State]:
    found: list[State] = []
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), AT_ONCE):
        part = wanted[start : start + AT_ONCE]
        found += read(f"id IN ({_places(len(part))})", part, lock=lock)
    return found


def read_versions(row_id: int) -> list[State]:
    """What the row said before, the earliest first; each has the row's own id."""
    names = ", ".join(("record_id", *COLUMNS))
    sql = f"SELECT {names} FROM record_version WHERE record_id = ? ORDER BY until, id"
    return [loaded(row, "record_version") for row in execute(sql, [row_id]).fetchall()]


def loaded(row: Sequence[Any], place: str = "record") -> State:
    """A State from a row of `id` and COLUMNS, of either table."""
    values = dict(zip(COLUMNS, row[1:], strict=True))
    for name in ("data", "cells"):
        data = values[name]
        values[name] = orjson.loads(data) if isinstance(data, str | bytes) else data or {}
    for name in _SEALED:
        if values[name] is not None:
            values[name] = crypto.decrypt(values[name], f"{place}.{name}").decode()
    return State(row[0], **values)


def insert(states: Sequence[State]) -> list[int]:
    """Store new rows; their ids, in the same order."""
    ids: list[int] = []
    for start in range(0, len(states), AT_ONCE):
        part = states[start : start + AT_ONCE]
        one = f"({_places(len(COLUMNS))})"
        sql = f"INSERT INTO record ({', '.join(COLUMNS)}) VALUES {', '.join([one] * len(part))} RETURNING id"
        rows = execute(sql, [value for s in part for value in _row(s, "record")]).fetchall()
        # Ids are given in the order of the rows, though not always told in it.
        ids += sorted(row[0] for row in rows)
    return ids


def update(states: Iterable[State]) -> None:
    """Store changed rows."""
    sql = f"UPDATE record SET {', '.join(f'{c} = ?' for c in COLUMNS)} WHERE id = ?"
    for state in states:
        execute(sql, [*_row(state, "record"), state.id])


def keep(states: Sequence[State], until: Sequence[int]) -> None:
    """Store what rows said until they were changed."""
    names = ", ".join((*COLUMNS, "record_id", "until"))
    for start in range(0, len(states), AT_ONCE):
        part = list(zip(states[start : start + AT_ONCE], until[start : start + AT_ONCE], strict=True))
        one = f"({_places(len(COLUMNS) + 2)})"
        params = [v for state, end in part for v in (*_row(state, "record_version"), state.id, end)]
        execute(f"INSERT INTO record_version ({names}) VALUES {', '.join([one] * len(part))}", params)


def forget(row: State) -> None:
    """Empty the row and its versions, for good."""
    execute("DELETE FROM record_version WHERE record_id = ?", [row.id])
    update(
        [
            replace(
                row,
                data={},
                sealed=None,
                words="",
                colour="",
                tags="",
                cells={},
                responsible_id=None,
                why=None,
                deleted_at=row.deleted_at or row.since,
            )
        ]
    )


def _row(state: State, place: str) -> list[Any]:
    return [_stored(name, getattr(state, name), place) for name in COLUMNS]


def _stored(name: str, value: Any, place: str) -> Any:
    if name == "data":
        return orjson.dumps(value).decode()
    if name == "cells":
        return orjson.dumps(value).decode() if value else None
    if name in _SEALED and value is not None:
        return crypto.encrypt(value, f"{place}.{name}")
    return value


def _places(n: int) -> str:
    return ", ".join("?" * n)
