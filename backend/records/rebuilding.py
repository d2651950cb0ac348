"""Faces made anew from what the domains hold: for a table that is shown for the first time, and when something went wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from backend.core.access import SYSTEM
from backend.core.db import execute, transaction
from backend.records import sources, store, tables
from backend.records.sources import Face

AT_ONCE = 500


def rebuild(key: str, told: Callable[[int], None] = lambda done: None) -> int:
    """Give every face of a built-in table, a part in each transaction; `told` hears how many are done. A face that is right stays
    untouched. Returns how many subjects there are."""
    done = 0
    for part in _parts(sources.by_key(key).rebuild()):
        store.put_many(key, part, by=SYSTEM)
        done += len(part)
        told(done)
    return done


def missing() -> dict[str, int]:
    """Rebuild the tables that have no row at all, each wholly or not; how many rows each got, where it got any. Main tables come before
    their sub-tables."""
    made: dict[str, int] = {}
    for key in sources.all_keys():
        if execute("SELECT 1 FROM record WHERE table_id = ? LIMIT 1", [tables.of(key).id]).fetchone():
            continue
        with transaction():
            rows = rebuild(key)
        if rows:
            made[key] = rows
    return made


def _parts(faces: Iterable[Face]) -> Iterator[list[Face]]:
    each = iter(faces)
    while part := list(islice(each, AT_ONCE)):
        yield part
