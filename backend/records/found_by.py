"""The words that rows are found by, made anew when their person decides anew what she keeps to herself."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from backend.core.db import execute, transaction
from backend.records import formulas, holding, state, store, tables
from backend.records.state import State
from backend.records.tables import Table

_PAST = "UPDATE record_version SET words = ? WHERE record_id = ? AND since = ? AND words <> ?"


def again(key: str, subject_id: int) -> None:
    """What was decided holds for the search box too, now and as of any past date. No version is made: the row says what it said."""
    with transaction():
        table = tables.of(key)
        kept = formulas.kept_to_herself(table, [subject_id]).get(subject_id, frozenset())
        for row in store.of_subjects(table, [subject_id]).values():
            state.update([replace(row, words=_words(table, row, kept))])
            for past in state.read_versions(row.id or 0):
                words = _words(table, past, kept)
                execute(_PAST, [words, row.id, past.since, words])


def _words(table: Table, row: State, kept: Collection[str]) -> str:
    return holding.held(table, holding.values(table, row.data, row.sealed), row.tags, kept).words
