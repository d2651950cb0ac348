"""Who may see what of her file: she decides, and every page, list, print and file of the office obeys (row A7)."""

from __future__ import annotations

import json

import pytest

from backend.core import audit
from backend.core.access import SYSTEM
from backend.core.errors import Forbidden, Invalid
from backend.printing import rows as print_rows
from backend.records import reading, store, tables
from backend.records.query import Query
from backend.records.sources import KEPT
from backend.residents import privacy, queries
from backend.residents.actions import approve, erase_file, export_own_data, reveal
from backend.residents.printing import KIND
from backend.sheets import exporting
from tests.databases import TestDatabase
from tests.residents.conftest import CHEN_MOBILE, Registers, Street


@pytest.fixture
def database(sqlite_database: TestDatabase) -> TestDatabase:
    """Nothing here is said differently to either database."""
    return sqlite_database


def _keeps(resident_id: int, *items: str) -> None:
    for item in items:
        privacy.choose(resident_id, item, privacy.ME, channel="sms")


def test_the_office_alone_sees_a_file_until_she_chooses_something_else(chen: int) -> None:
    assert set(privacy.settings_of(chen).values()) == {privacy.ADMINS}
    assert queries.acquainted([chen], "zh_CN") == {} and queries.mobile_of(chen) == CHEN_MOBILE


def test_what_only_she_may_see_is_in_no_list_print_or_file_of_the_office(street: Street, chen: int) -> None:
    _keeps(chen, "birthday", "mobile", "home")
    summary = queries.by_id(chen)
    assert (summary.mobile, summary.home) == (None, None)
    table = tables.of("resident")
    face = store.of_subject(table, chen)
    assert face is not None
    shown = reading.shown(table, face, table.open, "zh_CN", open_=True)
    assert [shown[n] for n in ("birthday", "mobile", "home")] == [KEPT] * 3
    source = print_rows.find(KIND)
    (row,) = source.rows(street.admin, [chen], "zh_CN", True)
    assert (row["birthday"], row["mobile"], row["home"], row["room"]) == (*[KEPT] * 3, "")
    sheet = exporting.sheet(street.admin, Query(table), table.open, "zh_CN", full=True)
    (cells,) = list(sheet.rows)
    assert CHEN_MOBILE[3:] not in str(cells) and "1949" not in str(cells) and "501" not in str(cells)
    assert "陈秀英" in str(cells)


def test_an_alarm_brings_helpers_what_she_keeps_to_herself(chen: int) -> None:
    _keeps(chen, "mobile", "home")
    known = queries.in_need(chen)
    assert known is not None and known.mobile == CHEN_MOBILE and known.home is not None
    assert queries.home_of(chen) is not None


def test_a_look_at_what_only_she_may_see_needs_the_right_and_a_reason_that_stays(
    street: Street, chen: int
) -> None:
    _keeps(chen, "birthday")
    with pytest.raises(Invalid):
        reveal(street.admin, chen, "birthday", " ")
    with pytest.raises(Forbidden):
        reveal(street.grid_worker, chen, "birthday", "好奇")
    assert "1949" in reveal(street.admin, chen, "birthday", "公安机关协查")
    payload = json.loads(audit.of(f"resident:{chen}")[0].payload)
    assert payload["why"] == "birthday: 公安机关协查"


def test_what_she_chooses_is_on_record_and_only_what_is_offered_can_be_chosen(chen: int) -> None:
    privacy.choose(chen, "birthday", privacy.PUBLIC, channel="webchat")
    entry = audit.of(f"resident:{chen}")[0]
    assert entry.action == "resident.privacy"
    assert json.loads(entry.payload)["after"] == {"birthday": "public"}
    for item, level in (("name", privacy.ME), ("id_number", privacy.PUBLIC), ("mobile", "everybody")):
        with pytest.raises(Invalid):
            privacy.choose(chen, item, level, channel="sms")
    privacy.choose(chen, "birthday", privacy.ADMINS, channel="sms")
    assert privacy.settings_of(chen)["birthday"] == privacy.ADMINS


def test_neighbours_read_what_she_shows_and_nothing_without_her_name(chen: int) -> None:
    approve(SYSTEM, chen)
    for item in ("mobile", "birthday"):
        privacy.choose(chen, item, privacy.PUBLIC, channel="telegram")
    assert queries.acquainted([chen], "zh_CN") == {}
    privacy.choose(chen, "name", privacy.PUBLIC, channel="telegram")
    line = queries.acquainted([chen], "zh_CN")[chen]
    assert "陈秀英" in line and "12-31" in line and "1949" not in line and "501" not in line
    assert CHEN_MOBILE[-4:] in line


def test_her_choices_are_exported_and_go_with_her_file(
    street: Street, registers: Registers, chen: int
) -> None:
    _keeps(chen, "email")
    assert export_own_data(chen)["privacy"]["email"] == privacy.ME
    approve(street.admin, chen)
    erase_file(street.admin, chen, "本人到场申请")
    assert privacy.only_hers([chen]) == {}
