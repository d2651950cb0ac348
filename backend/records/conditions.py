"""What is looked for, as JSON, made into SQL. Pure, but for asking which database it is.

The words are those of `fields.condition` (`{"field": "birthday", "op": "lt", "value": "1950-01-01"}`, `and`, `or`, `not`), with values as
Fields dump them, and more: ops `under` (a node of a classification or below), `contains`, `starts`, `between` (`value` a pair), `last_days`; `part` of a home;
`{"colour": ["red"]}`, `{"cell": "c3", "colour": ["red"]}` (of one value; without colours any), `{"tag": "独居"}`,
`{"responsible": ["me", 7]}` (null: nobody), `{"org": 7}` (there and below), `{"words": "王"}` (as in the search box), `{"ids": […]}`,
`{"sub": "t5", "where": {…}, "at_least": 1}` (rows of a sub-table), `{"main": {…}}` (the row that a sub-table's one belongs to), `{"parent": 12}` (that row by its id).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from backend.core import orgs
from backend.core.db import is_postgres
from backend.core.errors import Invalid, NotFound
from backend.core.i18n import _
from backend.records import expressions, hidden, tables, words
from backend.records.expressions import value as sql_value
from backend.records.tables import Column, Table

Condition = Mapping[str, Any]
_COMPARE = {"eq": "=", "ne": "<>", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}
DEEPEST = 12
FEW = 16
"""Values of one condition that PostgreSQL finds by an index of its own accord."""


@dataclass
class Builder:
    """Turns conditions on rows of `table`, called `alias`, into SQL; the parameters gather in `params`, in order. `as_of` (ms):
    sub-tables are looked at as they were then. `held` is the database's table: "record" or "record_version"; `me` the id of the staff
    member who asks; `whole`: also by what people keep to themselves."""

    table: Table
    alias: str
    held: str
    today: date
    as_of: int | None = None
    me: int = 0
    params: list[Any] = field(default_factory=list)
    depth: int = 0
    whole: bool = False

    def sql(self, condition: Condition) -> str:
        """Raises Invalid for what is no condition on this table."""
        if self.depth > DEEPEST:
            raise Invalid(_("This question is nested too deeply."))
        if "and" in condition or "or" in condition:
            word = "and" if "and" in condition else "or"
            parts = list(condition[word])
            if not parts:
                return "1=1" if word == "and" else "1=0"
            return f"({f' {word.upper()} '.join(self._inner(c) for c in parts)})"
        if "not" in condition:
            return f"NOT COALESCE({self._inner(condition['not'])}, {_false()})"
        for name, build in self._leaves().items():
            if name in condition:
                return str(build(condition))
        raise Invalid(_("This condition is not understood."))

    def _leaves(self) -> dict[str, Any]:
        return {
            "field": self._field, "cell": self._cell, "colour": self._colour, "responsible": self._responsible, "tag": self._tag, "org": self._org, "words": self._words,
            "ids": self._ids, "parent": self._parent, "sub": self._sub, "main": self._main,
        }  # fmt: skip

    def _inner(self, condition: Condition) -> str:
        self.depth += 1
        try:
            return self.sql(condition)
        finally:
            self.depth -= 1

    def _add(self, *values: Any) -> None:
        self.params.extend(values)

    # --- a column

    def _field(self, condition: Condition) -> str:
        column = self._column(condition["field"])
        sql = self._compared(column, condition)
        hers = "" if self.whole else hidden.hers(self.table, column.key, self.alias)
        return f"({sql} AND NOT {hers})" if hers else sql

    def _compared(self, column: Column, condition: Condition) -> str:
        op: str = condition.get("op", "eq")
        want: Any = condition.get("value")
        value = sql_value(column, self.alias, condition.get("part", ""))
        if column.sealed and op not in ("eq", "ne", "in", "filled", "empty"):
            raise Invalid(_("“{label}” is encrypted: it can only be looked for whole.", label=column.label))
        match op:
            case "filled":
                return f"{value} IS NOT NULL"
            case "empty":
                return f"{value} IS NULL"
            case "eq" | "ne" | "gt" | "ge" | "lt" | "le":
                self._add(_typed(column, want))
                return f"{value} {_COMPARE[op]} ?"
            case "between":
                self._add(*(_typed(column, w) for w in want))
                return f"({value} >= ? AND {value} <= ?)"
            case "in":
                return self._in(column, value, list(want or ()))
            case "last_days":
                self._add((self.today - timedelta(days=int(want))).isoformat(), self.today.isoformat())
                return f"({value} >= ? AND {value} <= ?)"
            case "under":
                # A range, which an index answers: "/" is followed by "0".
                self._add(str(want), f"{want}/", f"{want}0")
                return f"({value} = ? OR ({value} >= ? AND {value} < ?))"
            case "contains" | "starts":
                return self._like(column, value, str(want), op)
            case "has":
                return self._has(value, str(want))
        raise Invalid(_("This condition is not understood."))

    def _column(self, key: str) -> Column:
        try:
            return self.table.column(key)
        except NotFound:
            raise Invalid(_("A column of this question is not there any more.")) from None

    def _in(self, column: Column, value: str, wanted: list[Any]) -> str:
        if expressions.kind(column) == "list":
            return f"({' OR '.join(self._has(value, str(w)) for w in wanted) or _false()})"
        if not wanted:
            return _false()
        if is_postgres() and column.indexed and self.held == "record" and len(wanted) > FEW and expressions.kind(column) == "text":  # fmt: skip
            return self._one_by_one(column, wanted)
        self._add(*(_typed(column, w) for w in wanted))
        return f"{value} IN ({', '.join(['?'] * len(wanted))})"

    def _one_by_one(self, column: Column, wanted: list[Any]) -> str:
        """PostgreSQL keeps no figures of a partial index, thinks that so many values mean half of the table, and reads it all:
        here each value is looked up by itself. How many there are it is not told, for it would compile the statement first."""
        self._add([str(w) for w in wanted])
        value = expressions.value(column, "one")
        return (
            f"{self.alias}.id = ANY(ARRAY(SELECT found.id FROM unnest((SELECT ?::text[])) AS many(wanted) CROSS JOIN LATERAL"
            f" (SELECT one.id FROM record AS one WHERE one.table_id = {self.table.id} AND {value} = many.wanted OFFSET 0) AS found))"
        )

    def _like(self, column: Column, value: str, text: str, op: str) -> str:
        escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        narrowed = ""
        if op == "contains" and column.keyword and (found := words.wanted(text)):
            narrowed = self._matching([w for w in found if not w.endswith("*")])
        self._add(f"{'' if op == 'starts' else '%'}{escaped}%")
        like = f"{value} {'ILIKE' if is_postgres() else 'LIKE'} ? ESCAPE '\\'"
        return f"({narrowed} AND {like})" if narrowed else like

    def _has(self, value: str, wanted: str) -> str:
        if is_postgres():
            self._add(wanted)
            return f"{value} @> to_jsonb(?::text)"
        self._add(wanted)
        return f"EXISTS (SELECT 1 FROM json_each({value}) AS one WHERE one.value = ?)"

    # --- the row

    def _colour(self, condition: Condition) -> str:
        # Said aloud, so that the index of coloured rows is known to hold them all.
        return (
            f"({self.alias}.colour != '' AND {self._one_of('colour', [str(c) for c in condition['colour']])})"
        )

    def _cell(self, condition: Condition) -> str:
        column = self._column(condition["cell"])
        colour, wanted = expressions.cell(column, self.alias), [str(c) for c in condition.get("colour") or ()]
        self._add(*wanted)
        return f"{colour} IN ({', '.join('?' * len(wanted))})" if wanted else f"{colour} IS NOT NULL"

    def _responsible(self, condition: Condition) -> str:
        wanted = [self.me if who == "me" else who for who in condition["responsible"]]
        some = self._one_of("responsible_id", [int(who) for who in wanted if who is not None])
        return f"({self.alias}.responsible_id IS NULL OR {some})" if None in wanted else some

    def _ids(self, condition: Condition) -> str:
        return self._one_of(
            "id" if self.held == "record" else "record_id", [int(i) for i in condition["ids"]]
        )

    def _parent(self, condition: Condition) -> str:
        self._add(int(condition["parent"]))
        return f"{self.alias}.parent_id = ?"

    def _one_of(self, name: str, wanted: list[Any]) -> str:
        if not wanted:
            return _false()
        self._add(*wanted)
        return f"{self.alias}.{name} IN ({', '.join('?' * len(wanted))})"

    def _tag(self, condition: Condition) -> str:
        tag = str(condition["tag"])
        narrowed = self._matching(words.wanted(tag))
        self._add(f"% {tag} %")
        like = f"{self.alias}.tags LIKE ?"
        return f"({narrowed} AND {like})" if narrowed else like

    def _org(self, condition: Condition) -> str:
        self._add(f"{orgs.get(int(condition['org'])).path}%")
        return f"{self.alias}.org_id IN (SELECT id FROM org WHERE path LIKE ?)"

    def _words(self, condition: Condition) -> str:
        readings = condition.get("readings") or [words.wanted(str(condition["words"]))]
        return self._matching(*readings) or _false()

    def _matching(self, *readings: list[str]) -> str:
        """Rows that have all words of one of the readings. One question to the index of words, whatever it asks."""
        some = [r for r in readings if r]
        if not some:
            return ""
        if is_postgres():
            quoted = [" & ".join(f"'{w[:-1]}':*" if w.endswith("*") else f"'{w}'" for w in r) for r in some]
            self._add(" | ".join(f"({q})" for q in quoted))
            return f"{self.alias}.word_vector @@ ?::tsquery"
        quoted = [" ".join(f'"{w[:-1]}"*' if w.endswith("*") else f'"{w}"' for w in r) for r in some]
        self._add(" OR ".join(f"({q})" for q in quoted))
        return f"{self.alias}.id IN (SELECT rowid FROM {self.held}_words WHERE {self.held}_words MATCH ?)"

    # --- other rows

    def _sub(self, condition: Condition) -> str:
        sub = tables.of(str(condition["sub"]))
        if sub.parent != self.table.key:
            raise Invalid(_("This condition is not understood."))
        least = int(condition.get("at_least", 1))
        own = f"{self.alias}.id" if self.held == "record" else f"{self.alias}.record_id"
        where = condition.get("where") or {"and": []}
        if least <= 1:
            return f"({' OR '.join(f'EXISTS ({q})' for q in self._others(sub, f'parent_id = {own}', where, '1'))})"
        counted = " + ".join(f"({q})" for q in self._others(sub, f"parent_id = {own}", where, "COUNT(*)"))
        self._add(least)
        return f"({counted}) >= ?"

    def _main(self, condition: Condition) -> str:
        if self.table.parent is None:
            raise Invalid(_("This condition is not understood."))
        main = tables.of(self.table.parent)
        found = self._others(main, f"{{id}} = {self.alias}.parent_id", condition["main"], "1")
        return f"({' OR '.join(f'EXISTS ({q})' for q in found)})"

    def _others(self, table: Table, tie: str, where: Condition, what: str) -> Iterator[str]:
        for held in ("record",) if self.as_of is None else ("record", "record_version"):
            alias = f"{self.alias}{self.depth}{held[-1]}"
            inner = Builder(
                table, alias, held, self.today, self.as_of, self.me, self.params, self.depth + 1, self.whole
            )
            link = tie.replace("{id}", f"{alias}.{'id' if held == 'record' else 'record_id'}")
            link = link if link.startswith(alias) else f"{alias}.{link}"
            yield (
                f"SELECT {what} FROM {held} AS {alias} WHERE {link} AND {alias}.table_id = {table.id}"
                f" AND {valid(alias, held, self.as_of)} AND {inner.sql(where)}"
            )


def valid(alias: str, held: str, as_of: int | None) -> str:
    """Rows that are not deleted, now or at the moment `as_of` (ms)."""
    there = f"{alias}.deleted_at IS NULL"
    if as_of is None:
        return there
    if held == "record":
        return f"{there} AND {alias}.since <= {int(as_of)}"
    return f"{there} AND {alias}.since <= {int(as_of)} AND {alias}.until > {int(as_of)}"


def _typed(column: Column, want: Any) -> Any:
    """A value as the database compares it."""
    how = expressions.kind(column)
    if how == "number":
        try:
            return float(want) if "." in str(want) else int(want)
        except (TypeError, ValueError):
            raise Invalid(_("“{value}” is not a number.", value=str(want)), column.key) from None
    if how == "flag":
        return bool(want)
    return str(want)


def _false() -> str:
    return "(1=0)"
