"""Rows that say the same ID number or mobile: an employee of an enterprise and the resident that she is, found without either being shown."""

from __future__ import annotations

from dataclasses import dataclass

from backend.core.access import Actor
from backend.core.i18n import Text
from backend.records import query, reading, tables, words
from backend.records.query import Query
from backend.records.state import State
from backend.records.tables import Table

_TELLING = frozenset({"id_number", "phone"})
MOST = 5
"""Rows of each table."""


@dataclass(frozen=True, slots=True)
class Same:
    """A row of another table, and which of its columns says the same."""

    table: Table
    row: State
    by: Text


def rows(actor: Actor, table: Table, row: State) -> list[Same]:
    """Of the other lists that the actor reads, the rows with the same ID number or mobile in a column that the search box finds."""
    hers = reading.kept_of(row, reading.private_of(table, [row]))
    kinds = {
        c.key: c.field.kind for c in table.open if c.sealed and c.field.kind in _TELLING and c.key not in hers
    }
    said = {(kinds[key], row.data[key]) for key in kinds if row.data.get(key)}
    if not said:
        return []
    found: list[Same] = []
    for other in tables.visible(actor):
        telling = [c for c in other.open if c.sealed and c.keyword and c.field.kind in _TELLING]
        if other.key == table.key or not telling:
            continue
        readings = [[words.of_blind(blind)] for _kind, blind in sorted(said)]
        for same in query.page(actor, Query(other, {"words": "", "readings": readings}), limit=MOST):
            theirs = reading.kept_of(same, reading.private_of(other, [same]))
            open_ = (c for c in telling if c.key not in theirs)
            by = next((c.label for c in open_ if (c.field.kind, same.data.get(c.key)) in said), None)
            if by is not None:
                found.append(Same(other, same, by))
    return found
