"""A club that keeps the list of its members, and brings lists of them in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from backend.core import clock, orgs
from backend.core.access import Actor
from backend.records import defining, query, store, tables
from backend.records.query import Query
from backend.records.state import State
from backend.records.store import New
from backend.records.tables import Table
from backend.sheets import laying, reading, runs, working
from backend.sheets.choices import Choices
from backend.sheets.models import ImportRun
from backend.staff import queries as staff
from backend.staff.models import Staff, StaffPost
from tests.records.volunteers import field
from tests.sheets.books import table

COLUMNS = (
    ("name", field("real_name", "姓名", "Name"), True),
    ("id", field("id_number", "身份证号", "ID number", optional=True), True),
    ("phone", field("phone", "手机", "Mobile", optional=True), True),
    ("born", field("date", "出生日期", "Birthday", optional=True), False),
    ("skill", field("choice", "特长", "Skill", optional=True, options=["做饭", "修理"]), False),
    ("note", field("long_text", "备注", "Note", optional=True), False),
)
HEADERS = ["姓名", "身份证号", "手机", "出生日期", "特长", "备注"]
WANG = ["王秀英", "110101194803050024", 13800138000, "1948-03-05", "做饭", "独居"]
LI = ["李建国", "110101195512120015", "139-0013-9000", "1955-12-12", "修理", None]


@dataclass(frozen=True)
class Club:
    street: orgs.Org
    happy: orgs.Org
    other: orgs.Org
    lin: Actor
    """Admin of the happy community."""
    wu: Actor
    """Admin of the whole street."""
    table: Table
    keys: dict[str, str]

    def run(self, data: bytes, by: Actor | None = None, **choices: Any) -> ImportRun:
        """The file, understood and checked."""
        actor = by or self.lin
        book = reading.opened(data, "名单.table")
        run = runs.begin(
            actor, self.table.key, self.happy.id, "名单.table", book.sheets, data=data, encoding=book.encoding
        )
        chosen = laying.laid(actor, run, Choices.from_json(run.choices).sheet)
        runs.check(actor, run.id, laying.settle(actor, run, replace(chosen, **choices)))
        return work(run)

    def bring(self, rows: Sequence[Sequence[Any]], by: Actor | None = None, **choices: Any) -> ImportRun:
        """Rows under HEADERS, brought in."""
        run = self.run(table([HEADERS, *rows]), by, **choices)
        runs.write(by or self.lin, run.id, whole=choices.get("whole", False))
        return work(run)

    def add(self, name: str, org: orgs.Org | None = None, **given: Any) -> int:
        values = {self.keys[k]: v for k, v in {"name": name, **given}.items()}
        return store.create(self.wu, self.table, [New((org or self.happy).id, values)])[0]

    def change(self, row_id: int, by: Actor | None = None, **given: Any) -> None:
        store.change(by or self.lin, self.table, {row_id: {self.keys[k]: v for k, v in given.items()}})

    def rows(self) -> list[State]:
        return list(query.all_rows(self.wu, Query(self.table)))

    def says(self) -> list[dict[str, Any]]:
        """What the rows say, the earliest first."""
        names = {key: name for name, key in self.keys.items()}
        values = [store.values_of(self.table, row) for row in self.rows()]
        return [{names[k]: v for k, v in row.items() if k in names} for row in values]

    def called(self) -> list[str]:
        return [row["name"] for row in self.says()]


def work(run: ImportRun, seconds: float = 60) -> ImportRun:
    """Work until nothing is left to do."""
    while not working.work(run.id, seconds):
        pass
    return runs.locked(run.id) or run


def found_club() -> Club:
    street = orgs.add("幸福街道", "street")
    happy, other = orgs.add("幸福里社区", "community", street), orgs.add("阳光社区", "community", street)
    lin, wu = _hire("lin", "林主任", "community_admin", happy), _hire("wu", "吴主任", "street_admin", street)
    table = defining.make_table(wu, {"zh_CN": "会员", "en": "Members"}, street.id)
    keys = {
        name: defining.add_column(wu, table.key, data, street.id, keyword=found).key
        for name, data, found in COLUMNS
    }
    return Club(street, happy, other, lin, wu, tables.of(table.key), keys)


def _hire(username: str, name: str, role: str, org: orgs.Org) -> Actor:
    hired = Staff.create(username=username, name=name, password_hash="none", created_at=clock.now())
    StaffPost.create(staff=hired, role=role, org=org)
    return staff.actor_by_id(int(hired.id))
