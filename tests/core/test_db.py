"""Connections to the database."""

from __future__ import annotations

from psycopg.conninfo import make_conninfo

from backend.core import db
from tests.databases import Postgres, TestDatabase


def test_a_database_server_that_vanished_is_given_up_within_half_a_minute() -> None:
    known = db.open_database("postgresql://linli:secret@db.example/linli").connect_params
    assert known["tcp_user_timeout"] <= 30_000
    assert known["keepalives_idle"] + known["keepalives_interval"] * known["keepalives_count"] <= 30
    make_conninfo(**{name: said for name, said in known.items() if name != "prepare_threshold"})


def test_a_connection_that_the_server_ended_while_it_was_idle_is_replaced_before_it_is_used(
    postgres: Postgres, postgres_database: TestDatabase
) -> None:
    for ready in (db.reconnect_if_lost, lambda: None):
        assert db.execute("SELECT 1").fetchone() == (1,)
        postgres.stop()
        postgres.start()
        ready()
        with db.transaction():
            assert db.execute("SELECT 2").fetchone() == (2,)
        db.reconnect_if_lost()
        assert db.execute("SELECT 3").fetchone() == (3,)


def test_asking_whether_the_connection_stands_leaves_an_open_transaction_alone(
    postgres_database: TestDatabase,
) -> None:
    with db.transaction():
        (before,) = db.execute("SELECT txid_current()").fetchone()
        db.reconnect_if_lost()
        assert db.execute("SELECT txid_current()").fetchone() == (before,)
