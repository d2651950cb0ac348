"""What she keeps to herself is not to be guessed either: not from what a condition finds, nor its order, a count or a formula."""

from __future__ import annotations

from backend.core import clock
from backend.core.access import SYSTEM
from backend.records import defining, holding, marking, query, reading, recount, store, tables
from backend.records.query import Query, Sort
from backend.records.sources import KEPT
from backend.reports import counting
from backend.reports.axis import Axis
from backend.residents import privacy
from tests.records.volunteers import field
from tests.residents.conftest import CHEN, CHEN_ID, WANG, Registers, Street

LI = WANG | {
    "name": "李明",
    "birthday": None,
    "id_type": "passport",
    "id_number": "E12345678",
    "mobile": "+8613900139001",
}


def _found(street: Street, where: dict[str, object], **more: object) -> list[str]:
    table = tables.of("resident")
    rows = query.page(street.admin, Query(table, {"and": [where] if where else []}, **more))  # type: ignore[arg-type]
    return [store.values_of(table, row)["name"] for row in rows]


def test_what_only_she_sees_is_not_found_sorted_or_counted_by(street: Street, registers: Registers) -> None:
    chen = registers(CHEN).resident_id or 0
    registers(WANG, "sms", WANG["mobile"])
    registers(LI, "sms", LI["mobile"])
    age = defining.add_column(
        street.admin,
        "resident",
        field("integer", "年龄", "Age", optional=True),
        street.happy.id,
        formula="age({birthday})",
    ).key
    recount.sweep()
    table = tables.of("resident")
    card = holding.blind(table.column("id_number"), CHEN_ID)
    telling: list[dict[str, object]] = [
        {"field": "birthday", "op": "lt", "value": "1955-01-01"},
        {"field": "id_number", "op": "eq", "value": card},
        {"field": age, "op": "ge", "value": 70},
    ]
    for where in telling:
        assert _found(street, where) == ["陈秀英"], where
    for sort in ("birthday", age):
        assert "陈秀英" in _found(street, {}, sort=(Sort(sort),))[:2]

    privacy.choose(chen, "birthday", privacy.ME, channel="sms")
    telling += [{"field": "birthday", "op": "filled"}, {"field": "birthday", "op": "empty"}]
    for where in telling:
        assert "陈秀英" not in _found(street, where), where
    for sort in ("birthday", age):
        for down in (False, True):
            for as_of in (None, clock.now()):
                found = _found(street, {}, sort=(Sort(sort, down),), as_of=as_of)
                assert found[0] == "王建国" and len(found) == 3, (sort, down, as_of)
    assert _found(street, {}, sort=(Sort("status"), Sort("birthday")))[0] == "王建国"
    assert _found(street, {}, sort=(Sort("status"), Sort("birthday", down=True)))[0] == "王建国"
    years = counting.groups(street.admin, Query(table), Axis("birthday", "year"), "zh_CN")
    assert {g.key: g.rows for g in years} == {"1960": 1, None: 2}
    ages = counting.groups(street.admin, Query(table), Axis(age), "zh_CN")
    assert sum(g.rows for g in ages if g.key is None) == 2
    face = store.of_subject(table, chen)
    assert face is not None and reading.shown(table, face, table.open, "zh_CN")[age] == KEPT
    assert len(query.page(SYSTEM, Query(table, telling[0]))) == 1, "what serves her goes on"


def test_the_search_box_knows_nothing_of_what_only_she_sees(street: Street, registers: Registers) -> None:
    chen = registers(CHEN).resident_id or 0
    number = str(CHEN["mobile"]).removeprefix("+86")

    def found(text: str, **more: object) -> list[str]:
        return _found(street, {}, text=text, **more)

    assert found(number) == found("陈秀英") == ["陈秀英"]
    privacy.choose(chen, "mobile", privacy.ME, channel="sms")
    assert found(number) == [] and found("陈秀英") == ["陈秀英"]
    assert found(number, as_of=clock.now()) == []
    # Whatever is written of her later does not tell it either.
    table = tables.of("resident")
    face = store.of_subject(table, chen)
    assert face is not None and face.id is not None
    marking.mark(street.admin, table, [face.id], add=["独居"])
    assert found("独居") == ["陈秀英"] and found(number) == []
    assert found(number, as_of=clock.now()) == []
    privacy.choose(chen, "mobile", privacy.ADMINS, channel="sms")
    assert found(number) == ["陈秀英"]
