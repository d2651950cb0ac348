"""Connections to the database."""

from __future__ import annotations

from psycopg.conninfo import make_conninfo

from backend.core import db


def test_a_database_server_that_vanished_is_given_up_within_half_a_minute() -> None:
    known = db.open_database("postgresql://linli:secret@db.example/linli").connect_params
    assert known["tcp_user_timeout"] <= 30_000
    assert known["keepalives_idle"] + known["keepalives_interval"] * known["keepalives_count"] <= 30
    make_conninfo(**{name: said for name, said in known.items() if name != "prepare_threshold"})
