"""Another database is read like a workbook, and never written; an operator brings a large one in from the command line."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import psycopg
import pytest
from flask import Flask

from backend.core import clock as clocks
from backend.core.errors import Invalid
from backend.sheets import databases
from backend.sheets.models import ImportRun
from tests.databases import Postgres
from tests.sheets.books import table
from tests.sheets.club import HEADERS, LI, WANG, Club, found_club

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


def test_an_address_that_leads_nowhere_is_told_without_its_password(tmp_path: Path) -> None:
    for address in (
        f"sqlite:///{tmp_path}/none.db",
        "mysql://u:secret@127.0.0.1:1/x",
        "postgresql://u:secret@127.0.0.1:1/x",
        "oracle://x",
    ):
        with pytest.raises(Invalid) as caught:
            databases.opened(address).sheets  # noqa: B018
        assert "secret" not in str(caught.value.text)
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
