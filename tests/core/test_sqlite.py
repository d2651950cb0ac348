"""SQLite for many processes: who waits for the one writer has his turn."""

from __future__ import annotations

import fcntl
import os
import sys
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from backend.core.sqlite import SWITCH_S, Sqlite
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


def test_who_writes_much_learns_that_an_alarm_waits(tmp_path: Path) -> None:
    # Both in one process, as messages of devices are stored.
    database = Sqlite(str(tmp_path / "a.db"))
    order: list[str] = []

    def write() -> None:
        with database.writing(urgent=True):
            order.append("alarm")
        database.close()

    alarm = threading.Thread(target=write)
    with database.writing():
        assert not database.awaited()
        alarm.start()
        until(database.awaited, what="the alarm's waiting")
        order.append("much")
    alarm.join(LONG)
    assert order == ["much", "alarm"]
    with database.writing():
        assert not database.awaited()
    database.close()
