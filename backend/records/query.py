"""Finding rows: nine ways in one question, now or as of a past moment, a page at a time or all of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from backend.core import access, clock
from backend.core.access import Actor
from backend.core.db import ask, is_postgres
from backend.fields.base import Context
from backend.records import conditions, expressions, hidden, holding, state, words
from backend.records.conditions import Builder, Condition
from backend.records.state import COLUMNS, State
from backend.records.tables import Table

FEW = 2_000
"""Rows that a rare word is in."""
COUNTED = 10_000
"""Beyond this many, a list says "more than"."""
_OWN = ("since", "created_at", "colour", "org_id")
"""What a row has beside its columns, to be sorted by."""
_WHAT = {
    "record": ", ".join(("r.id", *(f"r.{c}" for c in COLUMNS), "0 AS past")),
    "record_version": ", ".join(("r.record_id AS id", *(f"r.{c}" for c in COLUMNS), "1 AS past")),
}


@dataclass(frozen=True, slots=True)
class Sort:
    """By a column ("since" and "created_at" too); empty ones come last."""

    key: str
    down: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """`where` as in `conditions`; `text` as typed into the search box; `as_of` a past moment. Newest first when nothing is said
    about the order."""

    table: Table
    where: Condition = field(default_factory=lambda: {"and": []})
    text: str = ""
    sort: tuple[Sort, ...] = ()
    as_of: datetime | None = None
    org_id: int | None = None


def page(actor: Actor, query: Query, *, limit: int = 50, offset: int = 0) -> list[State]:
    """Rows that the actor may read and that fit. Raises Invalid for a question that makes no sense here."""
    return _Asked.rows(*statement(actor, query, limit=limit, offset=offset))


def statement(actor: Actor, query: Query, *, limit: int = 50, offset: int = 0) -> tuple[str, list[Any]]:
    """What `page` asks the database: SQL with `?` places, and what goes into them."""
    asked = _Asked(actor, query)
    if query.sort:
        return asked.sorted(limit, offset), asked.params
    sql = asked.select("{what}", order="ORDER BY id DESC", limit=limit + offset)
    return f"{sql} ORDER BY id DESC LIMIT {int(limit)} OFFSET {int(offset)}", asked.params


def count(actor: Actor, query: Query, at_most: int = COUNTED) -> int:
    """How many fit; `at_most` + 1 when there are more."""
    asked = _Asked(actor, query)
    inner = asked.select("1", limit=at_most + 1)
    return int(
        ask(f"SELECT COUNT(*) FROM ({inner} LIMIT {at_most + 1}) AS found", asked.params).fetchone()[0]
    )


def ids(actor: Actor, query: Query, after: int = 0) -> Iterator[int]:
    """The id of every row that fits and is beyond `after`, the earliest first, in portions: for acts on a whole result."""
    while True:
        asked = _Asked(actor, query)
        inner = asked.select("{id} AS id", beyond=after)
        sql = f"SELECT id FROM ({inner}) AS every ORDER BY id LIMIT {state.AT_ONCE}"
        found = [row[0] for row in ask(sql, asked.params).fetchall()]
        yield from found
        if len(found) < state.AT_ONCE:
            return
        after = found[-1]


def all_rows(actor: Actor, query: Query) -> Iterator[State]:
    """Every row that fits, in portions: for exports. In the order asked for when there is one, else the earliest first."""
    if query.sort:
        offset = 0
        while found := page(actor, query, limit=state.AT_ONCE * 10, offset=offset):
            yield from found
            offset += len(found)
        return
    after = 0
    while True:
        asked = _Asked(actor, query)
        inner = asked.select("{what}", beyond=after, order="ORDER BY id", limit=state.AT_ONCE)
        found = asked.rows(f"{inner} ORDER BY id LIMIT {state.AT_ONCE}", asked.params)
        yield from found
        if len(found) < state.AT_ONCE:
            return
        after = found[-1].id or 0


def grouped(actor: Actor, query: Query, values: Sequence[str]) -> list[tuple[Any, ...]]:
    """How many rows that fit have each combination of these values, SQL over the row `r` (see `expressions`): (value, …, rows)."""
    asked = _Asked(actor, query)
    names = [f"g{n}" for n in range(len(values))]
    chosen = ", ".join(f"{value} AS {name}" for value, name in zip(values, names, strict=True))
    inner = asked.select(chosen)
    listed = ", ".join(names)
    sql = f"SELECT {listed}, COUNT(*) FROM ({inner}) AS every GROUP BY {listed}"
    return [tuple(row) for row in ask(sql, asked.params).fetchall()]


class _Asked:
    """A Query on its way to SQL, for one actor: the live rows, and for a past moment what has been replaced since."""

    def __init__(self, actor: Actor, query: Query) -> None:
        self.query = query
        self.as_of = None if query.as_of is None else clock.to_ms(query.as_of)
        self.params: list[Any] = []
        self._orgs = access.org_ids(actor, query.table.permission("read")).sql()
        self._all = "/" in actor.paths(query.table.permission("read"))
        self._readings = _readings(query)
        self._me = actor.id if actor.kind == "staff" else 0
        self._whole = actor.kind == "system"

    def select(
        self, what: str, *, order: str = "", limit: int = 0, extra: str = "", beyond: int | None = None
    ) -> str:
        """SELECT of the live rows, or of both kinds. `extra` is one more condition on the row `r`."""
        held = ("record",) if self.as_of is None else ("record", "record_version")
        parts = [self._one(h, what, extra, beyond) for h in held]
        if len(parts) == 1:
            return parts[0]
        if limit:
            parts = [
                f"SELECT * FROM ({p} {order} LIMIT {int(limit)}) AS part{n}" for n, p in enumerate(parts)
            ]
        return f"SELECT * FROM ({' UNION ALL '.join(parts)}) AS both_kinds WHERE 1=1"

    def _one(self, held: str, what: str, extra: str, beyond: int | None) -> str:
        table = self.query.table
        row_id = "r.id" if held == "record" else "r.record_id"
        chosen = what.replace("{what}", _WHAT[held]).replace("{id}", row_id)
        # Rows that are named are looked up by their numbers, not in what each of her Orgs has of the table.
        named = "+" if _names_rows(self.query.where) else ""
        parts = [f"{named}r.table_id = {table.id}", conditions.valid("r", held, self.as_of)]
        builder = Builder(
            table,
            "r",
            held,
            clock.local(self.query.as_of or clock.now()).date(),
            self.as_of,
            self._me,
            self.params,
            whole=self._whole,
        )
        if not self._all:
            sql, params = self._orgs
            parts.append(f"{named}r.org_id IN ({_question_marks(sql)})")
            self.params.extend(params)
        if self.query.org_id is not None:
            parts.append(builder.sql({"org": self.query.org_id}))
        if self.query.text.strip():
            parts.append(self._with_words(builder, held))
        parts.append(builder.sql(self.query.where))
        if beyond is not None:
            parts.append(f"{row_id} > {int(beyond)}")
        if extra:
            parts.append(extra)
        return f"SELECT {chosen} FROM {held} AS r WHERE {' AND '.join(parts)}"

    def _with_words(self, builder: Builder, held: str) -> str:
        """Rows with the words typed. PostgreSQL guesses badly how many have a rare word, and would walk through a million newer
        ones for it: the few rows of a rare word are looked up first."""
        condition = {"words": self.query.text, "readings": self._readings}
        if not is_postgres():
            return builder.sql(condition)
        first = Builder(self.query.table, "r", held, builder.today)
        sql = f"SELECT r.id FROM {held} AS r WHERE {first.sql(condition)} LIMIT {FEW + 1}"
        found = [int(row[0]) for row in ask(sql, first.params).fetchall()]
        if len(found) > FEW:
            return builder.sql(condition)
        return f"r.id IN ({', '.join(map(str, found))})" if found else "(1=0)"

    def sorted(self, limit: int, offset: int) -> str:
        """Rows with a value first, in its order, read off an index; then those without."""
        first, *others = self.query.sort
        keys = [self._key(first), *(self._key(s, kept=not self._whole) for s in others)]
        names = [f"k{n}" for n in range(len(keys))]
        # Whether a value is missing has a name of its own: PostgreSQL orders by names, not by what is made of them.
        each = [f"{key} AS {name}, {key} IS NULL AS no_{name}" for key, name in zip(keys, names, strict=True)]
        chosen = ", ".join(each)
        # Rows whose person keeps the value stand among those without one; the others are still read off the index.
        hers = "" if self._whole or first.key in _OWN else hidden.hers(self.query.table, first.key)
        without = ", ".join((f"CASE WHEN 1=0 THEN {keys[0]} END AS k0, TRUE AS no_k0", *each[1:]))
        way = ["DESC" if s.down else "ASC" for s in self.query.sort]
        rest = [f"no_{n}, {n} {w}" for n, w in zip(names[1:], way[1:], strict=True)]
        last = f"id {way[0]}"
        most = limit + offset
        filled = self.select(
            f"0 AS half, {chosen}, {{what}}", extra=f"{keys[0]} IS NOT NULL{f' AND NOT {hers}' if hers else ''}",
            order=_order([f"{names[0]} {way[0]}", *rest, last]), limit=most,
        )  # fmt: skip
        by_value = _order([f"{names[0]} {way[0]}", *rest, last])
        columns, end = ", ".join(("id", *COLUMNS, "past")), f"LIMIT {int(limit)} OFFSET {int(offset)}"
        if _rules_out_empty(self.query.where, first.key):
            return f"SELECT {columns} FROM ({filled} {by_value} LIMIT {most}) AS found {by_value} {end}"
        empty = self.select(
            f"1 AS half, {without if hers else chosen}, {{what}}",
            extra=f"({keys[0]} IS NULL OR {hers})" if hers else f"{keys[0]} IS NULL",
            order=_order([*rest, last]),
            limit=most,
        )
        # The second half is looked for only where the first does not fill the page: it may mean every row of the table.
        return (
            f"WITH filled AS MATERIALIZED ({filled} {by_value} LIMIT {most})"
            f" SELECT {columns} FROM (SELECT * FROM filled UNION ALL SELECT * FROM ({empty} {_order([*rest, last])} LIMIT {most})"
            f" AS empty WHERE (SELECT COUNT(*) FROM filled) < {most}) AS found"
            f" {_order(['half', f'{names[0]} {way[0]}', *rest, last])} {end}"
        )

    def _key(self, sort: Sort, *, kept: bool = False) -> str:
        if sort.key in _OWN:
            return f"r.{sort.key}"
        table = self.query.table
        column = table.column(sort.key)
        return hidden.value(table, column) if kept else expressions.value(column, "r")

    @staticmethod
    def rows(sql: str, params: Sequence[Any]) -> list[State]:
        found = ask(sql, params).fetchall()
        return [state.loaded(row[:-1], "record_version" if row[-1] else "record") for row in found]


def _names_rows(where: Condition) -> bool:
    return "ids" in where or any(_names_rows(part) for part in where.get("and", ()))


def _rules_out_empty(where: Condition, key: str) -> bool:
    """Whether a row that fits has a value in this column, whatever it is."""
    if "and" in where:
        return any(_rules_out_empty(part, key) for part in where["and"])
    return where.get("field") == key and "part" not in where and where.get("op") != "empty"


def _order(parts: Sequence[str]) -> str:
    return f"ORDER BY {', '.join(parts)}"


def _question_marks(sql: str) -> str:
    return sql.replace("%s", "?")


def _readings(query: Query) -> list[list[str]]:
    """The readings of what was typed: its words; and, should it be a whole number or address, the sealed value."""
    text = query.text.strip()
    if not text:
        return []
    found = [words.wanted(text)] if words.wanted(text) else []
    context = Context(clock.now(), "zh_CN", clock.zone())
    if any(c.isdigit() for c in text) or "@" in text:
        found += [[words.of_blind(b)] for b in sorted(holding.blinds(text, query.table.columns, context))]
    return found


def described(mapping: Mapping[str, Any]) -> tuple[Sort, ...]:
    """Sorts from stored JSON: `[{"key": "birthday", "down": true}]`."""
    return tuple(Sort(str(s["key"]), bool(s.get("down"))) for s in mapping.get("sort", ()))
