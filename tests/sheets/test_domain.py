"""Rows of a built-in table are written by their domain's own rules, in the dry run as in the run, and taken back by it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from backend.core.access import Actor
from backend.core.errors import Invalid, LinliError
from backend.core.i18n import _
from backend.fields import RealName, YesNo
from backend.records import defining, sources, store, tables
from backend.records.sources import BuiltIn, Source, Wanted
from backend.sheets import results, runs, states
from backend.sheets.choices import Choices
from tests.records.volunteers import field
from tests.sheets.books import table
from tests.sheets.club import Club, work

NAME, WELCOME = RealName("name", label="姓名"), YesNo("welcome", label="欢迎", optional=True)


class Guests:
    """A domain: it knows its guests by number, and does not take everybody."""

    def __init__(self) -> None:
        self.names: dict[int, str] = {}

    def write(self, actor: Actor, rows: Sequence[Wanted]) -> list[int | LinliError]:
        return [self._one(actor, row) for row in rows]

    def _one(self, actor: Actor, row: Wanted) -> int | LinliError:
        if row.values.get("name") == "张三丰":
            return Invalid(_("He is busy."), "name")
        number = row.subject_id or len(self.names) + 1
        self.names[number] = row.values.get("name", self.names.get(number))
        face = {"name": self.names[number], "welcome": True, **row.more}
        store.put("guest", number, row.org_id, face, by=actor)
        return number

    def remove(self, actor: Actor, subject_id: int, why: str) -> None:
        del self.names[subject_id]
        store.drop("guest", subject_id, by=actor, why=why)


@pytest.fixture
def guests() -> Iterator[Guests]:
    domain = Guests()
    permissions = {act: f"record.{act}" for act in ("read", "change", "create", "delete")}
    columns = (BuiltIn(NAME), BuiltIn(WELCOME, writable=False))
    sources.register(
        Source(
            "guest",
            _("Guests"),
            columns,
            permissions,
            "web.dashboard",
            "x",
            1,
            list,
            domain.write,
            domain.remove,
        )
    )
    yield domain
    del sources._sources["guest"]


def test_a_domain_decides_over_its_rows_and_staffs_columns_come_along(club: Club, guests: Guests) -> None:
    tables.ensure_built_in()
    room = defining.add_column(
        club.wu, "guest", field("text", "房间", "Room", optional=True), club.street.id
    ).key
    here = replace(club, table=tables.of("guest"), keys={k: k for k in ("name", "welcome")} | {"room": room})
    run = here.run(
        table(
            [["姓名", "房间", "欢迎"], ["王秀英", "A1", "否"], ["张三丰", "A2", "是"], ["李建国", "A3", ""]]
        ),
        club.wu,
    )
    assert run.counts == {"create": 2, "wrong": 1} and here.rows() == []
    guests.names.clear()  # what a domain keeps in the database is taken back with the rehearsal
    (busy,) = results.wrong(run)
    assert busy.number == 3 and dict(busy.notes)[0] == {"zh_CN": "He is busy.", "en": "He is busy."}
    assert "welcome" not in Choices.from_json(run.choices).meanings.values()
    runs.write(club.wu, run.id, whole=False)
    run = work(run)
    assert run.state == states.WRITTEN and list(guests.names.values()) == ["王秀英", "李建国"]
    assert [(row["name"], row["room"]) for row in here.says()] == [("王秀英", "A1"), ("李建国", "A3")]
    runs.undo(club.wu, run.id)
    assert work(run).state == states.UNDONE and guests.names == {} and here.rows() == []
