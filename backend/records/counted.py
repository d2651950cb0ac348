"""What a domain counts about its rows, such as how many live in a home: it changes often, and is nobody's word."""

from __future__ import annotations

from collections.abc import Sequence

from backend.records import holding, state, store, tables
from backend.records.sources import Face


def write(key: str, faces: Sequence[Face], column: str) -> list[Face]:
    """Write those that differ in this column alone, without a version: the domain counts it, nobody said it. The others are to be put."""
    if store.rehearsing():
        return []
    table = tables.of(key)
    known = store.of_subjects(table, [f[0] for f in faces])
    left, fresh = [], []
    for subject_id, org_id, values, parent in faces:
        old, data = known.get(subject_id), holding.held(table, {**values, column: None}).data
        if (
            old is None
            or old.deleted_at
            or old.org_id != org_id
            or any(old.data.get(k) != v for k, v in data.items())
        ):
            left.append((subject_id, org_id, values, parent))
        elif old.data.get(column) != values.get(column):
            fresh.append(
                store.with_values(table, old, {**store.values_of(table, old), column: values.get(column)})
            )
    state.update(fresh)
    return left
