"""Columns that are computed: what staff may write, and that what they say is always what the rows say."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from backend.core import clock as clocks
from backend.core.access import SYSTEM
from backend.core.errors import Conflict, Invalid
from backend.fields.base import Field
from backend.records import computing, defining, formulas, history, recount, store, tables
from backend.records.formula_text import understood
from backend.records.query import Query, Sort
from backend.records.query import page as found
from backend.records.store import New
from backend.residents import source
from tests.records.volunteers import Volunteers, field

TODAY = date(2026, 3, 5)


def computed(text: str, kind: str = "decimal", **values: Any) -> Any:
    settings = {"options": ["老", "少"]} if kind == "choice" else {}
    result = Field.from_json({"name": "x", **field(kind, "果", "Result", **settings)})
    formula = understood(text, computing.NAMES)
    return computing.run(formula, result, values, [None] * len(formula.looks), TODAY)


@pytest.mark.parametrize(
    ("text", "kind", "values", "result"),
    [
        ("{a} * 1.5 + 1", "decimal", {"a": 3}, Decimal("5.50")),
        ("={a}／2", "decimal", {"a": 3}, Decimal("1.50")),
        ("{a} × {b}", "money", {"a": Decimal("19.90"), "b": 3}, Decimal("59.70")),
        ("{a} / {b}", "integer", {"a": 7, "b": 2}, 4),
        ("round({a}, 1)", "decimal", {"a": Decimal("2.25")}, Decimal("2.30")),
        ("age({born})", "integer", {"born": date(1948, 3, 5)}, 78),
        ("age({born})", "integer", {"born": date(1948, 3, 6)}, 77),
        ("days_since({born})", "integer", {"born": date(2026, 2, 28)}, 5),
        ("add_years({born}, 60)", "date", {"born": date(1968, 2, 29)}, date(2028, 2, 29)),
        ("add_months({born}, 1)", "date", {"born": date(2026, 1, 31)}, date(2026, 2, 28)),
        ("{born} + days(30)", "date", {"born": date(2026, 1, 31)}, date(2026, 3, 2)),
        ("{b} - {a}", "integer", {"a": date(2026, 1, 1), "b": date(2026, 3, 1)}, 59),
        ("year({born})", "integer", {"born": date(1968, 2, 29)}, 1968),
        ("{name} + “，您好”", "text", {"name": "王小明"}, "王小明，您好"),
        ("join({name}, '-', {n}, {none})", "text", {"name": "王", "n": 3}, "王-3"),
        ("{n} >= 60 ? '老' : '少'", "choice", {"n": 61}, "老"),
        ("if({n} >= 60， if({n} > 90, '少', '老'), “少”)", "choice", {"n": 61}, "老"),
        ("{n} = 3 && {born} < date('1950-01-01')", "yes_no", {"n": 3, "born": date(1949, 1, 1)}, True),
        ("'独居' in {tags}", "yes_no", {"tags": ("独居", "低保")}, True),
        ("if_empty({none}, 0) + 1", "integer", {}, 1),
        ("{none} + 1", "integer", {}, None),
        ("min({a}, {b})", "integer", {"a": 3, "b": None}, 3),
        ("age({none})", "integer", {}, None),
    ],
)
def test_a_formula_gives(text: str, kind: str, values: dict[str, Any], result: Any) -> None:
    assert computed(text, kind, **values) == result


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("{a} / 0", "decimal"),
        ("{a} + 'x'", "text"),
        ("'neither'", "choice"),
        ("{a}", "date"),
        ("{a} * 1e15", "integer"),
    ],
)
def test_what_cannot_be_computed_is_told_and_never_breaks(text: str, kind: str) -> None:
    with pytest.raises(computing.Failed):
        computed(text, kind, a=1)


@pytest.mark.parametrize(
    "text",
    ["", "{a} +", "open('/etc/passwd')", "a + 1", "[1,2].map(x, x)", "(" * 30 + "1" + ")" * 30, "1" * 1001, "sum({a})",
     "count(3)", "{a} {b}", "'\\", "{}", "{{a}}", "__import__('os')"],
)  # fmt: skip
def test_what_is_no_formula_is_refused_with_a_reason(text: str) -> None:
    with pytest.raises(Invalid):
        understood(text, computing.NAMES)


def test_a_formula_follows_its_columns_through_new_labels(volunteers: Volunteers) -> None:
    v = volunteers
    row = v.add("王小明", born=date(1948, 3, 5), hours=3)
    age = defining.add_column(v.lin, v.table.key, field("integer", "年龄", "Age", optional=True), v.happy.id,
                              formula="age({生日})", indexed=True)  # fmt: skip
    old = defining.add_column(v.lin, v.table.key, field("yes_no", "高龄", "Old", optional=True), v.happy.id,
                              formula="{Age} >= 78")  # fmt: skip
    assert age.formula == f"age({{{v.keys['born']}}})" and not age.writable
    defining.change_column(
        v.lin, v.table.key, v.keys["born"], field=field("date", "出生日期", "Born", optional=True)
    )
    table = tables.of(v.table.key)
    assert formulas.shown(table, age.formula, "zh_CN") == "age({出生日期})"
    assert formulas.shown(table, age.formula, "en") == "age({Born})"
    versions = len(history.versions(row))
    assert recount.sweep() == 1 and recount.sweep() == 0
    assert recount.progress(table).finished  # type: ignore[union-attr]
    said = store.values_of(table, store.get(table, row))
    years = clocks.local(clocks.now()).year - 1948
    assert said[age.key] in (years, years - 1) and said[old.key] == (said[age.key] >= 78)
    assert len(history.versions(row)) == versions
    v.store.create(v.lin, table, [New(v.happy.id, v.values(name="李芳", born=date(2000, 1, 1)))])
    names = [v.says(r)["name"] for r in found(v.lin, Query(table, sort=(Sort(age.key),)))]
    assert names == ["李芳", "王小明"]
    asked = Query(table, where={"field": age.key, "op": "ge", "value": 60})
    assert [v.says(r)["name"] for r in found(v.lin, asked)] == ["王小明"]
    with pytest.raises(Invalid):
        defining.change_column(v.lin, v.table.key, age.key, formula="{高龄} ? 1 : 2")
    with pytest.raises(Invalid):
        v.store.change(v.lin, table, {row: {age.key: 3}})


def test_people_grow_older_without_a_version_of_each(volunteers: Volunteers, clock: clocks.Hands) -> None:
    v = volunteers
    rows = [v.add(f"志愿者{n}", born=date(1950 + n, 1, 1)) for n in range(3)]
    age = defining.add_column(v.lin, v.table.key, field("integer", "年龄", "Age", optional=True), v.happy.id,
                              formula="age({生日})").key  # fmt: skip
    recount.sweep()
    table = tables.of(v.table.key)
    before = store.get(table, rows[0])
    clock.forward(days=366)
    assert recount.sweep() == 3 and recount.sweep() == 0
    after = store.get(table, rows[0])
    assert after.data[age] == before.data[age] + 1 and after.since == before.since
    assert len(history.versions(rows[0])) == 1


def test_sums_over_a_sub_table_follow_its_rows_also_through_undo(
    volunteers: Volunteers, clock: clocks.Hands
) -> None:
    v = volunteers
    sub = defining.make_table(v.lin, {"zh_CN": "服务记录", "en": "Services"}, v.happy.id, v.table.key)
    hours = defining.add_column(
        v.lin, sub.key, field("integer", "时长", "Hours", optional=True), v.happy.id
    ).key
    day = defining.add_column(v.lin, sub.key, field("date", "日期", "Day", optional=True), v.happy.id).key
    keys = {}
    for name, kind, text in (
        ("n", "integer", "count({服务记录})"),
        ("sum", "integer", "sum({服务记录}, {时长}) + {小时}"),
        ("last", "date", "latest({Services}， {日期})"),
        ("since", "integer", "days_since(latest({服务记录}, {日期}))"),
    ):
        given = field(kind, f"合计{name}", name, optional=True)
        keys[name] = defining.add_column(v.lin, v.table.key, given, v.happy.id, formula=text).key
    table, sub = tables.of(v.table.key), tables.of(sub.key)
    row = v.store.create(v.lin, table, [New(v.happy.id, v.values(name="王小明", hours=10))])[0]

    def says(at: datetime | None = None) -> list[Any]:
        said = history.as_of(row, at) if at else store.get(table, row)
        values = store.values_of(table, said)  # type: ignore[arg-type]
        return [values.get(keys[k]) for k in ("n", "sum", "last")]

    assert says() == [0, 10, None]
    first = clocks.now()
    stamp = store.get(table, row).since
    clock.forward(minutes=1)
    batch = store.batch(v.lin, "import", sub, v.happy.id, "三月")
    store.create(
        v.lin, sub,
        [New(v.happy.id, {hours: n, day: date(2026, 3, n)}, parent_id=row) for n in (2, 5, 3)],
        batch_id=batch,
    )  # fmt: skip
    assert says() == [3, 20, date(2026, 3, 5)] and says(first) == [0, 10, None]
    newest = store.get(table, row)
    assert newest.by_kind == SYSTEM.kind and newest.batch_id is None
    assert (
        formulas.shown(table, table.column(keys["sum"]).formula, "en") == "sum({Services}, {Hours}) + {Hours}"
    )
    # Whoever opened the row before is not told that somebody else changed it.
    store.change(v.lin, table, {row: v.values(hours=11)}, stamps={row: stamp})
    with pytest.raises(Conflict):
        store.change(v.lin, table, {row: v.values(hours=12)}, stamps={row: stamp})
    assert says() == [3, 21, date(2026, 3, 5)]
    clock.forward(minutes=1)
    assert history.undo(v.lin, batch).rows == 3
    assert says() == [0, 11, None]


def test_a_failing_formula_is_empty_and_noted(volunteers: Volunteers) -> None:
    v = volunteers
    v.add("王小明", hours=0)
    share = defining.add_column(v.lin, v.table.key, field("decimal", "占比", "Share", optional=True), v.happy.id,
                                formula="100 / {小时}").key  # fmt: skip
    recount.sweep()
    table = tables.of(v.table.key)
    row = store.create(v.lin, table, [New(v.happy.id, v.values(name="李芳", hours=4))])[0]
    assert store.values_of(table, store.get(table, row))[share] == Decimal("25.00")
    store.change(v.lin, table, {row: v.values(hours=0)})
    assert share not in store.values_of(table, store.get(table, row))
    progress = recount.progress(table)
    assert progress is not None and list(progress.failures) == [share]


def test_a_formula_does_not_open_what_is_confidential(volunteers: Volunteers) -> None:
    v = volunteers
    with pytest.raises(Invalid):
        defining.add_column(
            v.lin, v.table.key, field("text", "抄", "Copy", optional=True), v.happy.id, formula="{手机}"
        )
    sealed = field("text", "抄", "Copy", optional=True, sensitive=True)
    copy = defining.add_column(v.lin, v.table.key, sealed, v.happy.id, formula="{手机}").key
    table = tables.of(v.table.key)
    row = store.create(v.lin, table, [New(v.happy.id, v.values(name="李芳", phone="+8613800138000"))])[0]
    assert store.values_of(table, store.get(table, row))[copy] == "+8613800138000"
    assert "138001" not in str(store.get(table, row).data)


def test_midnight_is_the_communitys(volunteers: Volunteers) -> None:
    v = volunteers
    defining.add_column(
        v.lin, v.table.key, field("date", "今天", "Today", optional=True), v.happy.id, formula="today()"
    )
    table = tables.of(v.table.key)
    with clocks.stopped(datetime(2026, 3, 5, 17, tzinfo=UTC)):
        row = store.create(v.lin, table, [New(v.happy.id, v.values(name="李芳"))])[0]
    assert date(2026, 3, 6) in store.values_of(table, store.get(table, row)).values()


def test_residents_have_computed_columns_too(volunteers: Volunteers, clock: clocks.Hands) -> None:
    v = volunteers
    assert source.sources.find("resident")
    key = defining.add_column(v.lin, "resident", field("integer", "年龄", "Age", optional=True), v.happy.id,
                              formula="age({birthday})").key  # fmt: skip
    face = {"name": "王小明", "birthday": date(1948, 3, 5)}
    row = store.put("resident", 7, v.happy.id, face, by=SYSTEM)
    table = tables.of("resident")
    years = store.values_of(table, store.get(table, row))[key]
    store.put("resident", 7, v.happy.id, {**face, "birthday": date(1958, 3, 5)}, by=SYSTEM)
    assert store.values_of(table, store.get(table, row))[key] == years - 10
    clock.forward(days=366)
    assert recount.sweep() == 1
    assert store.values_of(table, store.get(table, row))[key] == years - 9
