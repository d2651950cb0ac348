"""Computed columns: their values are kept in the row like all others, so that they are filtered, sorted and found.

They are computed at every write of the row, and of a row of a sub-table that they look at; that is a version of its own of the main row, said by
the system, so that sums are true as of any date. What the clock or a new formula changes is written without a version (see
`recount`): as of a past day such a value stands as it was computed last before the row's next version.
A formula that fails gives an empty value, and the page of the columns says so.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from backend.core import clock
from backend.core.db import execute
from backend.core.errors import Invalid
from backend.core.i18n import LANGUAGES, _, render
from backend.fields.base import Field
from backend.records import computing, holding, notes, state, tables
from backend.records.formula_text import Formula, Look, renamed, understood
from backend.records.state import State
from backend.records.tables import Table

Looked = Mapping[int, Mapping[Look, Any]]
_LAST_OF_ALL = date.min
_KEEPS_NOTHING: frozenset[str] = frozenset()


def filled(table: Table, values: Mapping[str, Any], row: State) -> Mapping[str, Any]:
    """The values with those that formulas give."""
    if not table.computed:
        return values
    found = {} if row.id is None else looked(table, [row.id])
    return _computed(table, values, found.get(row.id or 0, {}), row.id)


def following(parents: Collection[int]) -> list[tuple[State, State]]:
    """The main rows, locked, whose formulas look at sub-tables: as they are, and as they should be."""
    if not parents or not _have_formulas(min(parents)):
        return []
    rows = state.read_ids(parents, lock=True)
    table = tables.by_id(rows[0].table_id)
    if not any(f.looks for f in of(table).values()):
        return []
    return list(zip(rows, recomputed(table, rows), strict=True))


def recomputed(table: Table, rows: Sequence[State]) -> list[State]:
    """The rows with what formulas make of them today."""
    found = looked(table, [row.id for row in rows if row.id is not None])
    kept = kept_to_herself(table, [row.subject_id for row in rows])
    made = []
    for row in rows:
        values = holding.values(table, row.data, row.sealed)
        computed = _computed(table, values, found.get(row.id or 0, {}), row.id)
        held = holding.held(table, computed, row.tags, kept.get(row.subject_id or 0, _KEEPS_NOTHING))
        made.append(replace(row, data=held.data, sealed=held.sealed, words=held.words))
    return made


def kept_to_herself(table: Table, subjects: Iterable[int | None]) -> Mapping[int, frozenset[str]]:
    """By subject the columns that its person keeps to herself, and those whose formulas read one of them; who keeps nothing is
    absent."""
    if table.source is None or table.source.private is None:
        return {}
    kept = table.source.private([subject for subject in subjects if subject is not None])
    if not kept or not table.computed:
        return kept
    read_by = reads(table)
    return {s: keys | {k for k, needs in read_by.items() if needs & keys} for s, keys in kept.items()}


def reads(table: Table) -> dict[str, set[str]]:
    """Of each computed column itself and what it reads, over however many formulas."""
    direct = {key: set(formula.columns) for key, formula in of(table).items()}
    found = {}
    for key in direct:
        seen, waiting = {key}, [key]
        while waiting:
            fresh = direct.get(waiting.pop(), set()) - seen
            seen |= fresh
            waiting += fresh
        found[key] = seen
    return found


def stored(table: Table, text: str, field: Field, key: str = "") -> str:
    """The formula as it is kept, for a column `key` ("" for a new one): names are keys. Raises Invalid."""
    if field.kind not in computing.RESULTS:
        raise Invalid(_("A formula cannot give this kind of value."), "kind")
    if not field.optional:
        raise Invalid(_("A computed value may be empty."), "required")
    subs = {s.key: s for s in tables.subtables(table)}
    titles = {s.key: s.title for s in subs.values()}

    def keyed(name: str, within: str | None) -> str:
        if within == "":
            return _called(name, titles)
        columns = table.open if within is None else subs[_called(within, titles)].open
        return _called(name, {c.key: c.label for c in columns})

    kept = renamed(text.strip(), keyed)
    formula = understood(kept, computing.NAMES)
    sealed = any(table.column(k).sealed for k in formula.columns)
    sealed |= any(subs[look.sub].column(look.column).sealed for look in formula.looks if look.column)
    if sealed and not field.sensitive:
        raise Invalid(
            _("It reads a confidential column, so its own values must be confidential too."), "formula"
        )
    others = {c.key: c.formula for c in table.computed if c.key != key} | {key: kept}
    if key and key in _order(tuple(others.items()))[1]:
        raise Invalid(
            _("This formula needs its own value. Please look at which columns it reads."), "formula"
        )
    return kept


def shown(table: Table, text: str, locale: str) -> str:
    """The formula with the names that columns have now; a key where two have the same."""
    if not text:
        return ""
    subs = {s.key: s for s in tables.subtables(table)}

    def labelled(name: str, within: str | None) -> str:
        if within == "":
            named: dict[str, Any] = {k: sub.title for k, sub in subs.items()}
        else:
            columns = table.columns if within is None else subs[within].columns if within in subs else ()
            named = {c.key: c.label for c in columns}
        labels = [render(label, locale) for label in named.values()]
        label = render(named[name], locale) if name in named else name
        return label if labels.count(label) == 1 and not set("{}") & set(label) else name

    return renamed(text, labelled)


def by_the_clock(table: Table) -> bool:
    """Whether some value here is another one tomorrow."""
    return any(f.by_the_clock for f in of(table).values())


def looked(table: Table, ids: Sequence[int]) -> Looked:
    """What the formulas ask of the rows' sub-tables, by row id."""
    looks = {look for formula in of(table).values() for look in formula.looks}
    found: dict[int, dict[Look, Any]] = {row_id: {} for row_id in ids}
    for key in {look.sub for look in looks} if ids else ():
        sub = tables.of(key)
        rows: dict[int, list[tuple[State, Mapping[str, Any]]]] = {row_id: [] for row_id in ids}
        for start in range(0, len(ids), state.AT_ONCE):
            part = list(ids[start : start + state.AT_ONCE])
            places = ", ".join("?" * len(part))
            where = f"parent_id IN ({places}) AND table_id = ? AND deleted_at IS NULL"
            for row in state.read(where, [*part, sub.id]):
                rows[row.parent_id or 0].append((row, holding.values(sub, row.data, row.sealed)))
        for look in looks:
            if look.sub == key:
                for row_id, those in rows.items():
                    found[row_id][look] = _answer(look, sub, those)
    return found


def _answer(look: Look, sub: Table, rows: Sequence[tuple[State, Mapping[str, Any]]]) -> Any:
    if look.how == "count":
        return len(rows)
    if look.how == "latest":
        day = next((c.key for c in sub.open if c.field.kind == "date"), None)
        with_it = [(r, v) for r, v in rows if v.get(look.column) is not None]
        last = max(
            with_it,
            key=lambda rv: (rv[1].get(day or "") or _LAST_OF_ALL, rv[0].created_at, rv[0].id or 0),
            default=None,
        )
        return None if last is None else last[1][look.column]
    values = [v[look.column] for _row, v in rows if v.get(look.column) is not None]
    if look.how in ("least", "most"):
        fit = [v for v in values if isinstance(v, int | Decimal | date)]
        return (min if look.how == "least" else max)(fit, default=None)
    numbers = [Decimal(v) for v in values if isinstance(v, int | Decimal)]
    if look.how == "sum":
        return sum(numbers, Decimal())
    return sum(numbers, Decimal()) / len(numbers) if numbers else None


def _computed(
    table: Table, values: Mapping[str, Any], found: Mapping[Look, Any], row_id: int | None
) -> dict[str, Any]:
    formulas = of(table)
    made = {k: v for k, v in values.items() if k not in formulas}
    today = clock.local(clock.now()).date()
    for key in _order(tuple((k, table.by_key[k].formula) for k in formulas))[0]:
        formula, column = formulas[key], table.by_key[key]
        looks = [found.get(look, _NOTHING.get(look.how)) for look in formula.looks]
        try:
            made[key] = computing.run(formula, column.field, made, looks, today)
        except computing.Failed as failed:
            notes.failed(table.id, key, row_id, str(failed))
    return made


_NOTHING = {"count": 0, "sum": 0}
"""What an empty sub-table answers."""


def of(table: Table) -> dict[str, Formula]:
    """By column key; one that is no longer understood is left out."""
    found = {}
    for column in table.computed:
        try:
            found[column.key] = understood(column.formula, computing.NAMES)
        except Invalid:
            continue
    return found


@lru_cache(maxsize=500)
def _order(formulas: tuple[tuple[str, str], ...]) -> tuple[tuple[str, ...], frozenset[str]]:
    """Keys so that each comes after what it reads; and those that go round in a circle."""
    reads = {}
    for key, text in formulas:
        reads[key] = set(understood(text, computing.NAMES).columns)
    ordered: list[str] = []
    waiting = dict(reads)
    while ready := [k for k, needs in waiting.items() if not needs & waiting.keys()]:
        ordered += ready
        for key in ready:
            del waiting[key]
    return (*ordered, *waiting), frozenset(waiting)


def _called(name: str, labels: Mapping[str, Any]) -> str:
    """The key of what is called so, in any language. Raises Invalid."""
    if name in labels:
        return name
    wanted = name.strip().casefold()
    for key, label in labels.items():
        if wanted in {render(label, code).strip().casefold() for code in LANGUAGES}:
            return key
    raise Invalid(_("There is nothing called “{name}” here.", name=name), "formula")


def _have_formulas(row_id: int) -> bool:
    sql = (
        "SELECT 1 FROM data_column WHERE formula <> '' AND retired_at IS NULL"
        " AND table_id = (SELECT table_id FROM record WHERE id = ?) LIMIT 1"
    )
    return execute(sql, [row_id]).fetchone() is not None
