"""SQLite for many processes: who waits for the one writer has his turn."""

from __future__ import annotations

import fcntl
import os
import sys
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from backend.core.sqlite import COPY_AFTER, COPY_AT, PRAGMAS, SWITCH_S, Sqlite
from tests.servers import LONG, until


def _is_held(path: str) -> bool:
    probe = os.open(path, os.O_RDWR | os.O_CREAT)
    try:
        fcntl.flock(probe, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return False
    except BlockingIOError:
        return True
    finally:
        os.close(probe)


def test_who_waits_to_write_is_before_whoever_comes_later(tmp_path: Path) -> None:
    # Two databases of one file are two processes to each other: their locks are of different descriptors.
    path = str(tmp_path / "a.db")
    order: list[str] = []

    def write(name: str) -> None:
        database = Sqlite(path)
        with database.writing():
            order.append(name)
        database.close()

    somebody = os.open(f"{path}-turns", os.O_RDWR | os.O_CREAT)
    fcntl.flock(somebody, fcntl.LOCK_EX)
    alarm, campaign = (threading.Thread(target=write, args=(name,)) for name in ("alarm", "campaign"))
    try:
        alarm.start()
        until(lambda: _is_held(f"{path}-next"), what="the alarm's waiting")
        campaign.start()
    finally:
        os.close(somebody)
    alarm.join(LONG)
    campaign.join(LONG)
    assert order == ["alarm", "campaign"]


def test_whose_turn_it_is_gets_the_interpreter_back_soon_and_only_then(tmp_path: Path) -> None:
    database, usual = Sqlite(str(tmp_path / "a.db")), sys.getswitchinterval()
    with database.writing():
        assert sys.getswitchinterval() == pytest.approx(SWITCH_S)
        assert usual > SWITCH_S
    other = Sqlite(str(tmp_path / "b.db"))
    # One who waits and one whose turn it is, of one process.
    with database.writing():
        with other.writing():
            pass
        assert sys.getswitchinterval() == pytest.approx(SWITCH_S)
    with suppress(ZeroDivisionError), database.writing():
        _ = 1 / 0
    assert sys.getswitchinterval() == pytest.approx(usual)
    other.close()
    database.close()


def test_who_writes_for_an_alarm_is_before_whoever_waits_already(tmp_path: Path) -> None:
    path = str(tmp_path / "a.db")
    order: list[str] = []

    def write(name: str, urgent: bool) -> None:
        database = Sqlite(path)
        with database.writing(urgent=urgent):
            order.append(name)
        database.close()

    somebody = os.open(f"{path}-turns", os.O_RDWR | os.O_CREAT)
    fcntl.flock(somebody, fcntl.LOCK_EX)
    campaign = threading.Thread(target=write, args=("campaign", False))
    alarm = threading.Thread(target=write, args=("alarm", True))
    try:
        campaign.start()
        until(lambda: _is_held(f"{path}-next"), what="the campaign's waiting")
        alarm.start()
        until(lambda: _is_held(f"{path}-urgent"), what="the alarm's waiting")
    finally:
        os.close(somebody)
    alarm.join(LONG)
    campaign.join(LONG)
    assert order == ["alarm", "campaign"]


def test_an_answer_is_written_in_a_storm_in_which_some_alarm_always_waits(tmp_path: Path) -> None:
    path = str(tmp_path / "a.db")
    always = os.open(f"{path}-urgent", os.O_RDWR | os.O_CREAT)
    fcntl.flock(always, fcntl.LOCK_SH)
    database = Sqlite(path)
    written: list[str] = []

    def answer() -> None:
        with database.writing():
            written.append("I'm going")

    going = threading.Thread(target=answer, daemon=True)
    going.start()
    going.join(LONG)
    assert written == ["I'm going"]
    os.close(always)
    database.close()


def test_who_had_to_wait_for_a_turn_knows_that_others_want_to_write(tmp_path: Path) -> None:
    # An urgent writer and a usual one of one process take turns like two processes.
    path = str(tmp_path / "a.db")
    database = Sqlite(path)
    order: list[str] = []
    crowded: list[bool] = []

    def write() -> None:
        with database.writing(urgent=True):
            order.append("alarm")
            crowded.append(database.is_crowded())
        database.close()

    def waited() -> bool:
        alarm = threading.Thread(target=write)
        order.clear()
        with database.writing():
            alarm.start()
            until(lambda: _is_held(f"{path}-urgent"), what="the alarm's waiting")
            order.append("much")
        alarm.join(LONG)
        assert order == ["much", "alarm"]
        return crowded[-1]

    with database.writing():
        assert not database.is_crowded()
    # It is known for a second, which a slow machine may take between two lines.
    until(waited, what="what was noticed of others")
    database.close()


@pytest.mark.parametrize("urgent", [False, True])
@pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")
def test_the_log_is_brought_into_the_file_before_a_commit_has_to_do_it(tmp_path: Path, urgent: bool) -> None:
    database = Sqlite(str(tmp_path / "a.db"))
    database.execute_sql("CREATE TABLE t (x BLOB)")
    rows = 100
    for _ in range(COPY_AFTER[0] // rows):
        with database.writing(urgent=urgent):
            database.run_many("INSERT INTO t (x) VALUES (randomblob(?))", [(14_000,)] * rows)

    def begun() -> int:
        # How often the log has begun anew (https://sqlite.org/walformat.html, 4.1).
        with (tmp_path / "a.db-wal").open("rb") as log:
            return int.from_bytes(log.read(16)[12:])

    def begun_anew() -> bool:
        with database.writing(urgent=urgent):
            database.run("INSERT INTO t (x) VALUES (1)")
        return begun() > 0

    assert COPY_AT // 2 < COPY_AFTER[0] * 4 < PRAGMAS["wal_autocheckpoint"]  # so many pages
    until(begun_anew, what="a log that begins anew")
    database.close()
