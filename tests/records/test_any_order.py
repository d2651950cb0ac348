"""Whatever is done to rows in whatever order, on whatever clock, they say what a list of (moment, what it said) would."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from backend.core import clock as clocks
from backend.records import defining, history, marking, query, recount, store, tables
from backend.records.query import Query, Sort
from backend.records.state import State
from backend.records.store import New
from backend.records.tables import Table
from tests.databases import TestDatabase
from tests.records.volunteers import Volunteers
from tests.records.volunteers import field as column

NAMES = ("王小明", "李芳", "王芳")
ROWS = 4
STEPS = 35
BY_THE_LIST = 12
"""Steps after which the table and the list are compared, and at the end."""


def some_act(dice: Random) -> Any:
    rows = sorted({dice.randrange(ROWS) for _ in range(dice.choice((1, 1, 2)))})
    given = {"name": dice.choice(NAMES), "hours": dice.choice((None, 0, 1, 7))}
    keys = dice.choice((("name",), ("hours",), ("hours",), ("name", "hours")))
    return dice.choice(
        (
            ("create", dice.choice(NAMES), dice.choice((None, 0, 3))),
            ("change", rows, {k: given[k] for k in keys}),
            ("change", rows, {k: given[k] for k in keys}),
            (
                "mark",
                rows,
                dice.choice(("", "red", None)),
                dice.choice((("重点", ""), ("", "重点"), ("独居", "重点"))),
            ),
            ("cell", rows, dice.choice(("name", "hours")), dice.choice(("", "red", "blue"))),
            ("hand", rows, dice.choice((None, 7, 8))),
            ("delete", rows),
            ("restore", rows),
        )
    )


def some_step(dice: Random) -> Any:
    kind = dice.choices(("act", "batch", "undo", "recount", "wait"), (6, 4, 3, 1, 5))[0]
    match kind:
        case "act":
            return some_act(dice)
        case "batch":
            return "batch", [some_act(dice) for _ in range(dice.randint(1, 4))]
        case "undo":
            return "undo", dice.choice((-1, -1, 0))
        case "recount":
            return ("recount",)
        case _:
            # Clocks go back, too.
            return "wait", dice.choice((1, 1000, 60_000, -500))


@dataclass(frozen=True)
class Said:
    """What a row said from the moment `at` (ms) on, in the words of the list."""

    at: int
    values: dict[str, Any]
    colour: str = ""
    tags: tuple[str, ...] = ()
    cells: dict[str, str] = field(default_factory=dict)
    responsible: int | None = None
    deleted: int | None = None
    batch: int | None = None

    def same(self, other: Said) -> bool:
        mine, others = (replace(s, at=0, batch=None, deleted=s.deleted is not None) for s in (self, other))
        return mine == others


@dataclass
class Model:
    """The rows as lists of what they said."""

    rows: dict[int, list[Said]] = field(default_factory=dict)

    def put(self, row: int, said: Said, batch: int | None) -> None:
        before = self.rows.setdefault(row, [])
        if before and before[-1].same(said):
            return
        at = max(clocks.now_ms(), before[-1].at if before else 0)
        before.append(replace(said, at=at, batch=batch))

    def at(self, row: int, moment: int) -> Said | None:
        said = [s for s in self.rows[row] if s.at <= moment]
        return said[-1] if said and said[-1].deleted is None else None

    def undo(self, batch: int) -> None:
        for row, said in self.rows.items():
            its = [n for n, s in enumerate(said) if s.batch == batch]
            if not its:
                continue
            wrote, now = said[its[-1]], said[-1]
            if its[0] == 0:
                if now is wrote:
                    self.put(row, replace(now, deleted=now.deleted or clocks.now_ms()), None)
                continue
            before = said[its[0] - 1]
            values = dict(now.values)
            for key in ("name", "hours"):
                if before.values.get(key) != wrote.values.get(key) == now.values.get(key):
                    values[key] = before.values.get(key)
            cells = dict(now.cells)
            for key in ("name", "hours"):
                if wrote.cells.get(key) == now.cells.get(key):
                    cells[key] = before.cells.get(key, "")
            rest = {
                name: getattr(before, name)
                for name in ("colour", "tags", "responsible", "deleted")
                if getattr(now, name) == getattr(wrote, name)
            }
            fresh = replace(
                now,
                values={k: v for k, v in values.items() if v is not None},
                cells={k: c for k, c in cells.items() if c},
                **rest,
            )
            self.put(row, fresh, None)


@dataclass
class Both:
    """The table and its model, to which the same is done."""

    v: Volunteers
    table: Table
    keys: dict[str, str]
    model: Model = field(default_factory=Model)
    batches: list[int] = field(default_factory=list)

    def do(self, hands: clocks.Hands, step: Any) -> None:
        match step:
            case ("wait", ms):
                hands.forward(milliseconds=ms)
            case ("recount",):
                recount.sweep()
            case ("batch", acts):
                batch = store.batch(self.v.lin, "import", self.table, self.v.happy.id, "一批")
                self.batches.append(batch)
                for act in acts:
                    self.act(act, batch)
            case ("undo", n):
                if self.batches:
                    batch = self.batches.pop(n % len(self.batches))
                    history.undo(self.v.lin, batch)
                    self.model.undo(batch)
            case _:
                self.act(step, None)

    def act(self, act: Any, batch: int | None) -> None:
        lin, table, model = self.v.lin, self.table, self.model
        if act[0] == "create":
            values = {"name": act[1], "hours": act[2]}
            new = New(self.v.happy.id, {self.keys[k]: v for k, v in values.items()})
            (row,) = store.create(lin, table, [new], batch_id=batch)
            model.put(row, Said(0, {k: v for k, v in values.items() if v is not None}), batch)
            return
        ids = sorted(model.rows)
        rows = sorted({ids[n] for n in act[1] if n < len(ids)})
        if not rows:
            return
        if act[0] == "change":
            store.change(
                lin, table, {r: {self.keys[k]: v for k, v in act[2].items()} for r in rows}, batch_id=batch
            )
        elif act[0] == "mark":
            colour, (add, remove) = act[2], act[3]
            marking.mark(
                lin, table, rows, colour=colour, add=add.split(), remove=remove.split(), batch_id=batch
            )
        elif act[0] == "cell":
            marking.colour_values(lin, table, rows, self.keys[act[2]], act[3], batch_id=batch)
        elif act[0] == "hand":
            marking.hand(lin, table, rows, act[2], batch_id=batch)
        elif act[0] == "delete":
            store.delete(lin, table, rows, batch_id=batch)
        else:
            store.restore(lin, table, rows, batch_id=batch)
        for row in rows:
            model.put(row, self._after(act, model.rows[row][-1]), batch)

    @staticmethod
    def _after(act: Any, now: Said) -> Said:
        match act[0]:
            case "change":
                return replace(
                    now, values={k: v for k, v in {**now.values, **act[2]}.items() if v is not None}
                )
            case "mark":
                add, remove = act[3]
                kept = [t for t in now.tags if t != remove]
                tags = tuple(dict.fromkeys([*kept, *add.split()]))
                return replace(now, colour=now.colour if act[2] is None else act[2], tags=tags)
            case "cell":
                cells = {**now.cells, act[2]: act[3]}
                return replace(now, cells={k: c for k, c in cells.items() if c})
            case "hand":
                return replace(now, responsible=act[2])
            case "delete":
                return replace(now, deleted=now.deleted or clocks.now_ms())
            case _:
                return replace(now, deleted=None)

    # --- what they say

    def agree(self) -> None:
        moments = sorted({s.at for said in self.model.rows.values() for s in said})
        middle = moments[len(moments) // 2]
        some = {moments[0], middle - 1, middle, moments[-1] - 1}
        for moment in (None, *sorted(some)):
            at = None if moment is None else datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=moment)
            then = {row: self.model.at(row, moment or 10**15) for row in self.model.rows}
            there = {row: self._told(said) for row, said in then.items() if said is not None}
            assert self._found(as_of=at) == there
            assert query.count(self.v.lin, Query(self.table, as_of=at)) == len(there)
            hours = {"field": self.keys["hours"], "op": "ge", "value": 1}
            assert self._found(as_of=at, where=hours) == {r: t for r, t in there.items() if (t[1] or 0) >= 1}
            assert self._found(as_of=at, text="王") == {r: t for r, t in there.items() if "王" in t[0]}
            if moment in (None, middle):
                red = {"cell": self.keys["hours"], "colour": ["red"]}
                assert self._found(as_of=at, where=red) == {
                    r: t for r, t in there.items() if t[5].get("hours") == "red"
                }
                mine = {"responsible": ["me"]}
                assert self._found(as_of=at, where=mine) == {
                    r: t for r, t in there.items() if t[6] == self.v.lin.id
                }
            by_twice = [r[1] for r in self._found(as_of=at, sort=(Sort(self.keys["twice"]),)).values()]
            assert by_twice == sorted(by_twice, key=lambda n: (n is None, n or 0))
            if at is not None:
                for row in self.model.rows:
                    said = history.as_of(row, at)
                    assert (None if said is None else self._says(said)) == there.get(row)
        for row, told in self.model.rows.items():
            versions = history.versions(row)
            assert [v.since for v in versions] == sorted(v.since for v in versions)
            assert versions[-1].since == told[-1].at

    def _found(self, **asked: Any) -> dict[int, Any]:
        rows = query.page(self.v.lin, Query(self.table, **asked))
        assert len(rows) == len({r.id for r in rows})
        return {row.id or 0: self._says(row) for row in rows}

    def _says(self, row: State) -> tuple[Any, ...]:
        values = store.values_of(self.table, row)
        return (
            *(values.get(self.keys[k]) for k in ("name", "hours", "twice")),
            row.colour,
            tuple(row.tags.split()),
            {name: row.cells[key] for name, key in self.keys.items() if key in row.cells},
            row.responsible_id,
        )

    @staticmethod
    def _told(said: Said) -> tuple[Any, ...]:
        hours = said.values.get("hours")
        twice = None if hours is None else hours * 2
        return (said.values["name"], hours, twice, said.colour, said.tags, said.cells, said.responsible)


def test_any_order_of_acts_agrees_with_a_list_of_what_rows_said(
    volunteers: Volunteers, database: TestDatabase
) -> None:
    for seed in range(12 if database.kind == "sqlite" else 3):
        dice = Random(seed)
        done: list[Any] = []
        try:
            _history_of_one_table(volunteers, dice, done)
        except BaseException as error:
            error.add_note(f"seed {seed}: {done}")
            raise


def _history_of_one_table(v: Volunteers, dice: Random, done: list[Any]) -> None:
    with clocks.stopped(datetime(2026, 3, 5, 8, tzinfo=UTC)) as hands:
        both = _empty(v)
        for hours in (3, None):
            both.act(("create", NAMES[0], hours), None)
        for n in range(1, STEPS + 1):
            done.append(some_step(dice))
            both.do(hands, done[-1])
            if n % BY_THE_LIST == 0 or n == STEPS:
                both.agree()
        # The sweeps of the next one have less to look at.
        defining.retire_column(v.lin, both.table.key, both.keys["twice"])


def _empty(v: Volunteers) -> Both:
    table = defining.make_table(v.lin, {"zh_CN": "名单"}, v.happy.id)
    keys = {}
    for name, kind, formula in (
        ("name", "text", ""),
        ("hours", "integer", ""),
        ("twice", "integer", "{hours} * 2"),
    ):
        made = column(kind, name, name, optional=name != "name")
        keys[name] = defining.add_column(
            v.lin, table.key, made, v.happy.id, keyword=name == "name", formula=formula
        ).key
    return Both(v, tables.of(table.key), keys)
