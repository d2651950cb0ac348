"""What devices measure of somebody's body is sealed: readings, last values, what is on its way to other systems."""

import json

import peewee as p
from playhouse.migrate import migrate

from backend.core import crypto

BODY = frozenset(
    (
        *("heart_rate", "breathing_rate", "blood_pressure_high", "blood_pressure_low", "blood_oxygen"),
        *("blood_glucose", "body_temperature", "weight"),
    )
)
COLUMNS = {"reading": "values", "device": "points", "routed_reading": "said"}
AT_ONCE = 2_000


def up(migrator, db):
    for table, column in COLUMNS.items():
        migrate(migrator.add_column(table, "body", p.BlobField(null=True)))
        for number, open_ones, _sealed in _rows(db, table, column):
            body = {name: said for name, said in open_ones.items() if name in BODY}
            if body:
                rest = {name: said for name, said in open_ones.items() if name not in BODY}
                _write(db, table, column, number, rest, crypto.seal(body, f"{table}.body".encode()))


def down(migrator, db):
    for table, column in COLUMNS.items():
        for number, open_ones, sealed in _rows(db, table, column):
            if sealed is not None:
                body = crypto.unseal(sealed, f"{table}.body".encode())
                _write(db, table, column, number, {**open_ones, **body}, None)
        migrate(migrator.drop_column(table, "body"))


def _rows(db, table, column):
    """(id, what lies open, what is sealed) of every row, some thousands in memory at a time."""
    last = 0
    sql = f'SELECT id, "{column}", body FROM {table} WHERE id > {db.param} ORDER BY id LIMIT {AT_ONCE}'  # noqa: S608
    while True:
        found = db.execute_sql(sql, (last,)).fetchall()
        for number, said, sealed in found:
            yield number, json.loads(said) if isinstance(said, str) else said, sealed
        if len(found) < AT_ONCE:
            return
        last = found[-1][0]


def _write(db, table, column, number, said, sealed):
    one = db.param
    sql = f'UPDATE {table} SET "{column}" = {one}, body = {one} WHERE id = {one}'  # noqa: S608
    db.execute_sql(sql, (json.dumps(said), sealed, number))
