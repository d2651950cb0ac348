"""Another database as a book: each of its tables is a sheet. It is read and never written."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import psycopg
import pymysql
from pymysql.constants import FIELD_TYPE
from pymysql.converters import conversions
from pymysql.cursors import SSCursor

from backend.core.errors import Forbidden, Invalid
from backend.core.i18n import _
from backend.settings import settings
from backend.sheets.cells import Cell, tidy
from backend.sheets.decoding import MOST_ROWS, SAMPLE
from backend.sheets.reading import Row, SheetInfo

_AT_ONCE = 500
_WAIT_S = 10
_QUERY_S = 120
_ERRORS = (sqlite3.Error, psycopg.Error, pymysql.Error, OSError)
_TABLES = {
    "sqlite": "SELECT '', name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%' ORDER BY name",
    "postgresql": "SELECT table_schema, table_name FROM information_schema.tables WHERE table_schema NOT IN"
    " ('pg_catalog', 'information_schema') ORDER BY 1, 2",
    "mysql": "SELECT '', table_name FROM information_schema.tables WHERE table_schema = DATABASE() ORDER BY table_name",
}
_NO_DAY = "0000-00-00"
"""How MySQL says that a day is not known."""
_QUOTES = {"sqlite": '"', "postgresql": '"', "mysql": "`"}
_HARMLESS = frozenset({"sslmode", "ssl", "connect_timeout"})
"""What an address that a page asks for may say behind its `?`: libpq takes another host from there, or a file of ours."""


@dataclass(frozen=True)
class Database:
    """`url`: sqlite:///path, postgresql://user:password@host/name or mysql://user:password@host/name."""

    url: str

    @property
    def kind(self) -> str:
        scheme = urlsplit(self.url).scheme
        return {"postgres": "postgresql", "mariadb": "mysql"}.get(scheme, scheme)

    @property
    def sheets(self) -> tuple[SheetInfo, ...]:
        """Every table and view that has rows. Raises Invalid."""
        with self._open() as connection:
            names = self._names(connection)
            found = []
            for index, name in enumerate(names):
                first = list(self._select(connection, name, f" LIMIT {SAMPLE}"))
                if len(first) > 1:
                    count = self._all(connection, f"SELECT COUNT(*) FROM {self._quoted(name)}")[0][0]  # noqa: S608 its own names
                    found.append(SheetInfo(index, name[1], int(count), len(first[0][1]), tuple(first)))
        if not found:
            raise Invalid(_("There is no table with rows in this database."))
        return tuple(found)

    def rows(self, index: int) -> Iterator[Row]:
        """The rows of a table, numbered from 2: the first is the names of its columns. Raises Invalid."""
        with self._open() as connection:
            names = self._names(connection)
            if index >= len(names):
                raise Invalid(_("This table is not there any more."))
            for number, cells in self._select(connection, names[index], f" LIMIT {MOST_ROWS}"):
                if number > 1:
                    yield number, cells

    # --- how

    @contextmanager
    def _open(self) -> Iterator[Any]:
        try:
            with closing(self._connected()) as connection:
                yield connection
        except _ERRORS as error:
            raise Invalid(
                _("The other database does not answer as we need it: {error}", error=str(error)[:200])
            ) from error

    def _connected(self) -> Any:
        parts = urlsplit(self.url)
        if self.kind == "sqlite":
            path = Path(unquote(parts.path)[1:])
            return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=_WAIT_S)
        if self.kind == "postgresql":
            options = f"-c default_transaction_read_only=on -c statement_timeout={_QUERY_S * 1000}"
            return psycopg.connect(self.url, connect_timeout=_WAIT_S, options=options)
        if self.kind == "mysql":
            connection = pymysql.connect(
                host=parts.hostname or "", port=parts.port or 3306, user=unquote(parts.username or ""),
                password=unquote(parts.password or ""), database=parts.path.strip("/"), connect_timeout=_WAIT_S,
                read_timeout=_QUERY_S, charset="utf8mb4", local_infile=False, cursorclass=SSCursor,
                conv={**conversions, FIELD_TYPE.BIT: lambda bits: int.from_bytes(bits, "big")},
                ssl={"check_hostname": True} if parse_qs(parts.query).get("ssl") else None,
            )  # fmt: skip
            connection.query("SET SESSION TRANSACTION READ ONLY")
            return connection
        raise Invalid(
            _(
                "A database address begins with sqlite:///, postgresql:// or mysql://, such as mysql://user:password@host/name."
            )
        )

    def _names(self, connection: Any) -> list[tuple[str, str]]:
        return [(str(schema), str(name)) for schema, name in self._all(connection, _TABLES[self.kind])]

    def _quoted(self, name: tuple[str, str]) -> str:
        quote = _QUOTES[self.kind]
        return ".".join(f"{quote}{part.replace(quote, quote * 2)}{quote}" for part in name if part)

    def _all(self, connection: Any, sql: str) -> Sequence[Sequence[Any]]:
        with closing(connection.cursor()) as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall())

    def _select(self, connection: Any, name: tuple[str, str], limit: str) -> Iterator[Row]:
        sql = f"SELECT * FROM {self._quoted(name)}{limit}"  # noqa: S608 its own names
        # A cursor on the server's side: a million rows are not fetched at once.
        cursor = connection.cursor(name="linli") if self.kind == "postgresql" else connection.cursor()
        with closing(cursor):
            cursor.execute(sql)
            number = 1
            while rows := cursor.fetchmany(_AT_ONCE):
                if number == 1:
                    yield 1, [str(column[0]) for column in cursor.description]
                for row in rows:
                    number += 1
                    yield number, [_cell(value) for value in row]


def check_allowed(url: str) -> None:
    """Raises Forbidden for an address that pages may not ask for: not every machine that ours reaches is everybody's business."""
    parts = urlsplit(url.strip())
    allowed = {host.strip().lower() for host in settings().import_hosts.split(",") if host.strip()}
    host = (parts.hostname or "").lower()
    more = parse_qs(parts.query, keep_blank_values=True).keys() - _HARMLESS
    # Of several hosts, and of what stands behind a `#`, libpq and we would not understand the same.
    plain = not more and not parts.fragment and "," not in parts.netloc and "#" not in url
    named = {host, f"{host}:{parts.port}"} if plain and parts.port else {host}
    if Database(url).kind == "sqlite" or not host or not plain or not allowed & named:
        raise Forbidden(
            _("This database is not among those that may be asked from here. Please ask who runs Linli.")
        )


def without_password(url: str) -> str:
    """The address as it may be shown: host and name."""
    parts = urlsplit(url.strip())
    return f"{parts.scheme}://{parts.hostname or ''}{parts.path}"


def opened(url: str) -> Database:
    return Database(url.strip())


def _cell(value: Any) -> Cell:
    if isinstance(value, bytes):
        try:
            value = value.decode()
        except UnicodeDecodeError:
            return None
    if isinstance(value, str) and value.startswith(_NO_DAY):
        return None
    if value is None or isinstance(value, str | int | float | bool):
        return value if isinstance(value, int) else tidy(value)
    return tidy(value) if hasattr(value, "isoformat") and hasattr(value, "year") else tidy(str(value))
