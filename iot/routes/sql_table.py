"""To a table of a database: SQLite (a file in VAR_DIR/routes, apart for each Org), PostgreSQL, MySQL or MariaDB. The table is made when it is not there.

A row is a reading, or one chosen point of it; its `id` is unique, so that what is sent twice is there once.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import orjson
import peewee
from playhouse.postgres_ext import Psycopg3Database

from backend.core import places
from backend.core.errors import Invalid
from backend.core.i18n import _
from backend.settings import settings
from iot.routes import addresses
from iot.routes.sending import Asked, Failure, Given, Kind, Outcome, Target, told
from iot.routes.shape import Item, Shape

SCHEMES = {"postgresql": (5432, True), "mysql": (3306, True)}
"""Both speak TLS, but to machines that the operator named and for which `?tls=off` is said."""
WAIT_S = 5
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,60}(\.[A-Za-z_][A-Za-z0-9_]{0,60})?")
_FILE = re.compile(r"sqlite:///([A-Za-z0-9_][A-Za-z0-9_.-]{0,60}\.(?:db|sqlite|sqlite3))")
_OF_THE_ROW = (peewee.DataError, peewee.IntegrityError)
_ERRORS = (peewee.PeeweeException, OSError, places.Refused, ValueError)
_TEXT, _MOMENT, _WHOLE, _REAL = "VARCHAR(%d)", "moment", "INTEGER", "DOUBLE PRECISION"
_HEAD = [("id", _TEXT % 160), ("at", _MOMENT), ("received_at", _MOMENT), ("device_id", _WHOLE), ("address", _TEXT % 120),
         ("device", _TEXT % 80), ("model", _TEXT % 80), ("org", _TEXT % 80), ("kind", _TEXT % 8)]  # fmt: skip
COLUMNS = {
    "reading": [*_HEAD, ("readings", "TEXT")],
    "points": [*_HEAD, ("name", _TEXT % 200), ("number", _REAL), ("words", "TEXT")],
}
"""By the shape's `how`. `readings` is JSON; of a point there is `number` (1 and 0 for yes and no) or `words`."""
_MOMENTS = {"sqlite": "TEXT", "postgresql": "TIMESTAMP WITH TIME ZONE", "mysql": "DATETIME(3)"}


class Writer:
    """A batch is one transaction."""

    def __init__(self, target: Target, shape: Shape, _uid: str = "") -> None:
        self._target, self._shape = target, shape
        self._scheme = urlsplit(target["url"]).scheme
        self._database: peewee.Database | None = None

    def send(self, items: Sequence[Item], until: float) -> list[Outcome]:
        try:
            database = self._ready()
            try:
                self._insert(database, items)
            except _OF_THE_ROW as error:
                if len(items) == 1:
                    return [Failure(told(error), "item")]
                # One of them is to blame; the others must not wait for it.
                return self.send(items[: len(items) // 2], until)
        except _ERRORS as error:
            self.close()
            return [Failure(told(error))]
        return [None] * len(items)

    def try_out(self, item: Item) -> tuple[bool, str]:
        """The row is taken back."""
        try:
            database = self._ready()
            with database.atomic() as whole:
                self._insert(database, [item])
                whole.rollback()
        except _ERRORS as error:
            self.close()
            return False, told(error)
        return True, f"INSERT INTO {self._target['table']} ✓ ROLLBACK"

    def close(self) -> None:
        if self._database is not None:
            self._database.close()
            self._database = None

    def _ready(self) -> peewee.Database:
        """Raises one of _ERRORS."""
        if self._database is None:
            database = opened(self._target)
            database.connect()
            self._database = database
            self._look(database)
        return self._database

    def _look(self, database: peewee.Database) -> None:
        """The table as we need it, made where it is missing. Raises ValueError when it is another."""
        schema, _dot, table = self._target["table"].rpartition(".")
        wanted = COLUMNS[self._shape.how]
        kinds = {_MOMENT: _MOMENTS[self._scheme]}
        columns = ", ".join(
            f"{self._quoted(name)} {kinds.get(kind, kind)} {_null(name)}" for name, kind in wanted
        )
        database.execute_sql(f"CREATE TABLE IF NOT EXISTS {self._quoted(self._target['table'])} ({columns})")
        there = {column.name for column in database.get_columns(table, schema or None)}
        missing = [name for name, _kind in wanted if name not in there]
        if missing:
            raise ValueError(f"the table has no column {', '.join(missing)}")
        unique = [index.columns for index in database.get_indexes(table, schema or None) if index.unique]
        if ["id"] not in unique and database.get_primary_keys(table, schema or None) != ["id"]:
            raise ValueError("id is not unique in the table")

    def _insert(self, database: peewee.Database, items: Sequence[Item]) -> None:
        rows = [row for item in items for row in self._rows(item)]
        if not rows:
            return
        names = [name for name, _kind in COLUMNS[self._shape.how]]
        places_ = ", ".join([f"({', '.join([database.param] * len(names))})"] * len(rows))
        # Not IGNORE, which would pass over rows that do not fit as well.
        again = (
            f"ON DUPLICATE KEY UPDATE {self._quoted('id')} = {self._quoted('id')}"
            if self._scheme == "mysql"
            else f"ON CONFLICT ({self._quoted('id')}) DO NOTHING"
        )
        table, columns = self._quoted(self._target["table"]), ", ".join(map(self._quoted, names))
        sql = f"INSERT INTO {table} ({columns}) VALUES {places_} {again}"  # noqa: S608  # checked names
        with database.atomic():
            database.execute_sql(sql, [value for row in rows for value in row])

    def _rows(self, item: Item) -> list[list[Any]]:
        head = [
            item.key, self._moment(item.at), self._moment(item.received), item.device_id, item.address, item.name, item.model,
            item.org, item.kind,
        ]  # fmt: skip
        if self._shape.how == "reading":
            return [[*head, orjson.dumps(dict(item.values)).decode()]]
        rows = []
        for place, (name, value) in enumerate(self._shape.named(item).items()):
            number = float(value) if isinstance(value, int | float) else None
            rows.append(
                [f"{item.key}-{place}", *head[1:], name, number, value if isinstance(value, str) else None]
            )
        return rows

    def _moment(self, at: datetime) -> Any:
        if self._scheme == "sqlite":
            return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
        return at if self._scheme == "postgresql" else at.astimezone(UTC).replace(tzinfo=None)

    def _quoted(self, name: str) -> str:
        quote = "`" if self._scheme == "mysql" else '"'
        return ".".join(f"{quote}{part}{quote}" for part in name.split("."))


def _null(name: str) -> str:
    return "NOT NULL PRIMARY KEY" if name == "id" else "NULL"


def opened(target: Target) -> peewee.Database:
    """The database, not connected yet. Raises places.Refused, OSError."""
    parts = urlsplit(target["url"])
    if parts.scheme == "sqlite":
        folder = settings().var_dir / "routes" / str(target["org"])
        folder.mkdir(parents=True, exist_ok=True)
        return peewee.SqliteDatabase(
            str(folder / parts.path[1:]), pragmas={"journal_mode": "wal"}, timeout=WAIT_S
        )
    place = addresses.place_of(target["url"], SCHEMES)
    plain = _plain(target["url"]) and places.inside(place)
    address = addresses.open_to(place)
    name = unquote(parts.path.strip("/"))
    if parts.scheme == "postgresql":
        secure = {"sslmode": "disable"} if plain else {"sslmode": "verify-full", "sslrootcert": "system"}
        return Psycopg3Database(
            name, host=place.host, hostaddr=address, port=place.port, user=target["user"] or None,
            password=target["password"] or None, connect_timeout=WAIT_S,
            options=f"-c statement_timeout={2 * WAIT_S}s", keepalives_idle=WAIT_S, keepalives_interval=WAIT_S, keepalives_count=2,
            tcp_user_timeout=3_000 * WAIT_S, **secure,
        )  # fmt: skip
    return peewee.MySQLDatabase(
        name, host=place.host, port=place.port, user=target["user"], password=target["password"],
        connect_timeout=WAIT_S, read_timeout=2 * WAIT_S, write_timeout=2 * WAIT_S, local_infile=False,
        ssl=None if plain else ssl.create_default_context(),
    )  # fmt: skip


def _plain(url: str) -> bool:
    return parse_qs(urlsplit(url).query).get("tls") == ["off"]


def checked(given: Given, before: Target) -> dict[str, Any]:
    """Raises Invalid."""
    table = given.get("table", "").strip()
    if not _NAME.fullmatch(table):
        raise Invalid(_("A table’s name has letters, digits and underscores."), "table")
    url = given.get("url", "").strip()
    if url.startswith("sqlite:"):
        if not _FILE.fullmatch(url):
            raise Invalid(_("A file is named like this: sqlite:///readings.db"), "url")
        return {"url": url, "user": "", "password": "", "table": table}
    url = re.sub(r"^postgres://", "postgresql://", re.sub(r"^mariadb://", "mysql://", url))
    target = addresses.taken({**given, "url": url}, before, SCHEMES)
    parts = urlsplit(target["url"])
    if not parts.path.strip("/") or parts.query not in ("", "tls=off"):
        raise Invalid(_("A database address looks like this: postgresql://db.example.com:5432/name"), "url")
    if _plain(target["url"]) and not places.inside(addresses.place_of(target["url"], SCHEMES)):
        raise Invalid(
            _(
                "Without encryption readings go only to machines that whoever runs Linli has named (WEBHOOK_HOSTS)."
            ),
            "url",
        )
    return target | {"table": table}


KIND = Kind(
    name="sql",
    title=_("Table of a database"),
    about=_("Each reading becomes a row. SQLite, PostgreSQL, MySQL; the table is made when it is not there."),
    fields=(
        addresses.address(_("Database"), "postgresql://db.example.com:5432/name"),
        addresses.USER,
        addresses.PASSWORD,
        Asked(
            "table", _("Table"), {"tag": "input", "type": "text", "maxlength": 120, "required": True},
            default="readings",
        ),
    ),
    checked=checked,
    shown=lambda target: f"{target['url']} · {target['table']}",
    opened=Writer,
    at_once=200,
)  # fmt: skip
