"""Lists of the office: many people at once into the residents' table, and out again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from backend.core import audit
from backend.core.access import Actor
from backend.core.db import execute
from backend.core.errors import Conflict, Forbidden, Invalid, LinliError
from backend.fields.address import Home
from backend.messaging.models import Message
from backend.records import history, store, tables
from backend.records.sources import Wanted
from backend.residents import consent, file, flags, households
from backend.residents.actions import (
    annotate,
    approve,
    approve_change,
    correct,
    erase_file,
    place,
    register,
    reject,
    request_change,
)
from backend.residents.models import Household, Resident
from backend.residents.registering import Applicant
from tests.residents.conftest import CHEN, CHEN_ID, WANG, Registers, Street

LIU: dict[str, Any] = {"name": "刘小雨", "id_number": "110105201503070021", "home": Home("3", "2", "501")}
"""A child: no mobile, no e-mail; her number tells the rest."""


def listed(street: Street, *people: dict[str, Any], by: Actor | None = None) -> list[int | LinliError]:
    source = tables.of("resident").source
    assert source is not None and source.write is not None
    return source.write(
        by or street.admin, [Wanted(street.happy.id, None, person, "名单") for person in people]
    )


def says(key: str, subject_id: int) -> dict[str, Any]:
    """What the face of somebody, or of a home, says."""
    table = tables.of(key)
    row = store.of_subject(table, subject_id)
    assert row is not None and row.deleted_at is None
    return store.values_of(table, row)


def kept_equal() -> None:
    """Every file's face says what the file says, and every home's how many live there."""
    for resident in Resident.select():
        if resident.status != "erased":
            assert says("resident", resident.id) == file.answers_of(resident) | {"status": resident.status}
            row = store.of_subject(tables.of("resident"), resident.id)
            assert row is not None and row.org_id == resident.org_id
    for home in Household.select():
        told = says("household", home.id)
        assert told == {"home": households.home_of(home), "members": len(households.members(home.id))}


def test_a_list_is_brought_in_without_a_word_to_anybody(street: Street) -> None:
    made = listed(street, CHEN, LIU)
    assert all(isinstance(one, int) for one in made)
    liu = Resident.get_by_id(made[1])
    assert (liu.gender, liu.birthday, liu.id_type) == ("female", date(2015, 3, 7), "resident_id")
    assert liu.status == "approved" and liu.approved_by == street.admin.id
    chen = Resident.get_by_id(made[0])
    assert flags.listed(chen.flags) == ["unproven_mobile", "entered_by_staff", "no_consent"]
    assert flags.listed(liu.flags) == ["no_email", "entered_by_staff", "no_consent"]
    assert chen.household_id == liu.household_id and says("household", chen.household_id)["members"] == 2
    assert Message.select().count() == 0
    assert [e.action for e in audit.of("table:resident")] == ["resident.import"]
    kept_equal()


def test_each_row_that_cannot_be_is_told_why_and_the_others_are_made(street: Street, chen: int) -> None:
    known, nameless, wang, again = listed(
        street, CHEN, {k: v for k, v in WANG.items() if k != "name"}, WANG, WANG
    )
    assert isinstance(known, Invalid) and known.field == "id_number"
    assert isinstance(nameless, Invalid) and nameless.field == "name"
    assert isinstance(again, Invalid) and again.field == "id_number"
    assert isinstance(wang, int)
    (refused,) = listed(street, LIU, by=street.auditor)
    assert isinstance(refused, Forbidden)


def test_who_may_not_approve_brings_in_files_that_wait(street: Street) -> None:
    desk = replace(street.grid_worker, posts=(replace(street.grid_worker.posts[0], role="duty_desk"),))
    (made,) = listed(street, LIU, by=desk)
    assert Resident.get_by_id(made).status == "pending"


def test_a_file_is_changed_by_its_own_rules(street: Street, chen: int) -> None:
    (wang,) = listed(street, WANG)
    assert isinstance(wang, int)
    source = tables.of("resident").source
    assert source is not None and source.write is not None
    happy = street.happy.id
    taken, empty, moved = source.write(
        street.admin,
        [
            Wanted(happy, wang, {"id_number": CHEN_ID}),
            Wanted(happy, wang, {"name": None}),
            Wanted(happy, chen, {"home": Home("3", "2", "502"), "email": "new@example.com"}, "名单"),
        ],
    )
    assert isinstance(taken, Invalid) and taken.field == "id_number"
    assert isinstance(empty, Invalid) and empty.field == "name"
    assert moved == chen
    assert [e.action for e in audit.of(f"resident:{chen}")] == ["resident.correct", "resident.register"]
    kept_equal()
    (refused,) = source.write(street.stranger, [Wanted(happy, chen, {"name": "陈秀"})])
    assert isinstance(refused, Forbidden) and Resident.get_by_id(chen).name == "陈秀英"


def test_a_list_that_was_a_mistake_is_taken_back_whole(street: Street) -> None:
    table = tables.of("resident")
    batch = store.batch(street.admin, "import", table, street.happy.id, "名单.xlsx")
    with store.in_batch(batch):
        made = listed(street, WANG, LIU)
    assert isinstance(made[0], int)
    correct(street.admin, made[0], {"name": "王建国国"}, "改名")
    undone = history.undo(street.admin, batch)
    assert undone.rows == 1 and len(undone.kept) == 1
    assert Resident.get_by_id(made[1]).status == "erased" and Resident.get_by_id(made[0]).status == "approved"
    assert says("household", Resident.get_by_id(made[0]).household_id)["members"] == 1
    assert "刘小雨" not in everything_kept()


def test_whoever_has_been_in_touch_with_us_is_not_taken_back(street: Street) -> None:
    (wang,) = listed(street, WANG)
    assert isinstance(wang, int)
    source = tables.of("resident").source
    assert source is not None and source.remove is not None
    consent.give(wang, consent.VERSION, "sms")
    with pytest.raises(Conflict):
        source.remove(street.admin, wang, "")


def test_somebody_from_a_list_who_registers_has_agreed_and_proven_her_number(
    street: Street, registers: Registers
) -> None:
    (made,) = listed(street, CHEN)
    found = registers(CHEN)
    assert found.resident_id == made and found.outcome == "joined"
    resident = Resident.get_by_id(made)
    assert flags.listed(resident.flags) == ["entered_by_staff"] and resident.mobile_proven_at is not None


def test_whatever_happens_to_a_file_its_face_says_so(street: Street, registers: Registers, chen: int) -> None:
    kept_equal()
    approve(street.admin, chen)
    kept_equal()
    change = request_change(chen, {"mobile": "+8613700137000"}, channel="telegram")
    kept_equal()
    assert change is not None
    approve_change(street.admin, change)
    kept_equal()
    wang = registers(WANG).resident_id
    assert wang is not None
    request_change(wang, {"home": Home("3", "2", "501")}, channel="telegram")
    kept_equal()
    correct(street.admin, chen, {"name": "陈秀", "home": Home("5", "1", "101")}, "搬家")
    kept_equal()
    place(street.admin, chen, street.grid.id)
    annotate(street.admin, chen, "常出门")
    kept_equal()
    reject(street.admin, wang, "不在本社区")
    kept_equal()
    applicant = Applicant(None, "staff", org_id=street.happy.id)
    again = register(
        applicant, WANG | {"home": Home("7", "1", "101")}, proven=(), consent_version=consent.VERSION,
        actor=street.admin,
    )  # fmt: skip
    assert again.resident_id == wang
    kept_equal()


def test_an_erased_file_leaves_nothing_of_her_in_the_dynamic_database(street: Street, chen: int) -> None:
    correct(street.admin, chen, {"name": "陈秀"}, "改名")
    erase_file(street.admin, chen, "本人要求")
    left = everything_kept()
    assert "陈" not in left and "1949" not in left and "chenxiu" not in left
    row = store.of_subject(tables.of("resident"), chen)
    assert row is not None and row.deleted_at is not None and not row.data and row.sealed is None
    kept_equal()


def everything_kept() -> str:
    """All that can be read of residents' rows and their versions, in plain text."""
    table = tables.of("resident")
    said = []
    for place_ in ("record", "record_version"):
        said += execute(
            f"SELECT data, words, tags, by_name FROM {place_} WHERE table_id = ?", [table.id]
        ).fetchall()
    return str(said)
