"""Another database is read like a workbook, and never written; an operator brings a large one in from the command line."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import psycopg
import pymysql
import pytest
from flask import Flask

from backend.core import clock as clocks
from backend.core.errors import Invalid
from backend.core.i18n import render
from backend.sheets import databases, laying, runs, states
from backend.sheets.choices import Choices
from backend.sheets.models import ImportRun
from tests.databases import Postgres, TestDatabase
from tests.sheets.books import table
from tests.sheets.club import HEADERS, LI, WANG, Club, found_club, work
from tests.sheets.maria import Maria

SQL = """CREATE TABLE "old people" (name VARCHAR(40), id_card VARCHAR(18), mobile BIGINT, born DATE, rest TEXT);
INSERT INTO "old people" VALUES ('王秀英', '110101194803050024', 13800138000, '1948-03-05', NULL);
INSERT INTO "old people" VALUES ('李建国', '110101195512120015', 13900139000, '1955-12-12', '一只猫');
CREATE TABLE empty (a INT);"""


@pytest.fixture
def old(tmp_path: Path) -> str:
    with sqlite3.connect(tmp_path / "old.db") as connection:
        connection.executescript(SQL)
    connection.close()
    return f"sqlite:///{tmp_path / 'old.db'}"


def test_a_sqlite_file_is_a_book_of_its_tables(old: str) -> None:
    database = databases.opened(old)
    (sheet,) = database.sheets
    assert sheet.name == "old people" and sheet.rows == 2
    header = sheet.header(1)
    assert header is not None and list(header.names.values()) == ["name", "id_card", "mobile", "born", "rest"]
    assert list(database.rows(sheet.index))[1] == (
        3,
        ["李建国", "110101195512120015", 13900139000, "1955-12-12", "一只猫"],
    )


def test_a_postgresql_database_is_read_in_a_transaction_that_cannot_write(postgres: Postgres) -> None:
    with postgres.fresh() as ours:
        with psycopg.connect(ours.url.replace("psycopg3", "postgresql")) as connection:
            connection.execute(SQL)
        database = databases.opened(ours.url)
        sheet = next(s for s in database.sheets if s.name == "old people")
        assert [str(c) for c in next(iter(database.rows(sheet.index)))[1][:4]] == [
            "王秀英",
            "110101194803050024",
            "13800138000",
            "1948-03-05",
        ]
        with database._open() as connection, pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            connection.execute('DELETE FROM "old people"')


MYSQL = (
    "CREATE TABLE `old people` (name VARCHAR(40) CHARACTER SET gbk, id_card VARCHAR(18), mobile BIGINT, born DATE,"
    " paid DECIMAL(9, 2), seen DATETIME NULL, alone BIT(1), face LONGBLOB, rest JSON, sex ENUM('男', '女'))",
    "INSERT INTO `old people` VALUES ('王秀英', '110101194803050024', 13800138000, '1948-03-05', 12.50,"
    " '2026-11-01 08:30:00', b'1', x'ffd8ff00', '{\"猫\": 1}', '女')",
    "SET SESSION sql_mode = ''",
    "INSERT INTO `old people` VALUES ('李建国', '110101195512120015', 13900139000, '0000-00-00', NULL, NULL, b'0', NULL, NULL, '男')",
    "CREATE TABLE empty (a INT)",
    "CREATE VIEW names AS SELECT name FROM `old people`",
)


@pytest.mark.xdist_group("maria")
def test_a_mysql_database_is_read_by_its_types_and_brought_in_without_being_written(
    maria: Maria, sqlite_database: TestDatabase, clock: clocks.Hands
) -> None:
    maria.run(*MYSQL, name="old")
    database = databases.opened(maria.url)
    names, people = database.sheets
    assert (names.name, names.rows, people.name, people.rows) == ("names", 2, "old people", 2)
    _number, wang = next(iter(database.rows(people.index)))
    assert [str(c) for c in wang[:4]] == ["王秀英", "110101194803050024", "13800138000", "1948-03-05"]
    assert [str(c) for c in wang[4:]] == ["12.50", "2026-11-01 08:30:00", "1", "None", '{"猫": 1}', "女"]
    with database._open() as connection, connection.cursor() as cursor:
        for statement in ("DELETE FROM `old people`", "DROP TABLE empty", "CREATE TABLE theirs (a INT)"):
            with pytest.raises(pymysql.MySQLError, match="READ ONLY"):
                cursor.execute(statement)
    with pytest.raises(Invalid) as caught:
        databases.opened(maria.url.replace("p%40ss", "wrong")).sheets  # noqa: B018
    told = render(caught.value.text, "en")
    assert "Access denied" in told and "wrong" not in told

    club = found_club()
    run = runs.begin(club.wu, club.table.key, club.happy.id, "old", database.sheets, source=maria.url)
    chosen = laying.laid(club.wu, run, people.index)
    assert {name: chosen.meanings.get(p) for p, (_at, name) in enumerate(chosen.columns)}[
        "mobile"
    ] == club.keys["phone"]
    runs.check(club.wu, run.id, laying.settle(club.wu, run, replace(chosen, key=club.keys["id"])))
    assert work(run).counts == {"create": 2}
    runs.write(club.wu, run.id, whole=True)
    run = work(run)
    assert run.state == states.WRITTEN and run.source is None and club.called() == ["王秀英", "李建国"]
    assert Choices.from_json(run.choices).sheet == people.index


def test_an_address_that_leads_nowhere_is_told_without_its_password(tmp_path: Path) -> None:
    for address in (
        f"sqlite:///{tmp_path}/none.db",
        "mysql://u:secret@127.0.0.1:1/x",
        "postgresql://u:secret@127.0.0.1:1/x",
        "oracle://x",
    ):
        with pytest.raises(Invalid) as caught:
            databases.opened(address).sheets  # noqa: B018
        assert "secret" not in render(caught.value.text, "en")
    assert not (tmp_path / "none.db").exists()
    assert databases.without_password("mysql://u:secret@db.example:3306/old") == "mysql://db.example/old"


@pytest.fixture
def club(app: Flask, clock: clocks.Hands) -> Club:
    return found_club()


def test_an_operator_sees_what_would_come_and_then_brings_it_in(
    club: Club, app: Flask, old: str, tmp_path: Path
) -> None:
    command = ["records", "import-from", old, "--table", club.table.key, "--org", str(club.happy.id)]
    told = app.test_cli_runner().invoke(args=command)
    assert told.exit_code == 0, told.output
    assert (
        "name: Name" in told.output and "New rows: 2" in told.output and "Nothing was written" in told.output
    )
    assert club.rows() == [] and ImportRun.select().count() == 0
    told = app.test_cli_runner().invoke(args=[*command, "--yes"])
    assert "Brought in: 2 rows" in told.output and club.called() == ["王秀英", "李建国"]
    (tmp_path / "more.csv").write_bytes(table([HEADERS, WANG, [*LI[:1], "1"]]))
    told = app.test_cli_runner().invoke(args=[*command[:2], str(tmp_path / "more.csv"), *command[3:]])
    assert "Rows with changes: 1" in told.output and "row 3:" in told.output
    told = app.test_cli_runner().invoke(args=[*command, "--sheet", "nope"])
    assert told.exit_code == 1 and "There are: old people" in told.output
