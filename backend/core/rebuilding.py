"""Migrations that build an SQLite table anew do not lose its triggers unnoticed: SQLite drops them with the old table, and nothing else
would tell that figures are no longer kept, or that the search finds no new rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playhouse.migrate import SqliteMigrator
from playhouse.migrations import MigrationError

_TRIGGERS = (
    "SELECT t.name, t.tbl_name, s.rootpage FROM sqlite_master t JOIN sqlite_master s ON s.type = 'table' AND s.name = t.tbl_name"
    " WHERE t.type = 'trigger'"
)
_TABLES = "SELECT name, rootpage FROM sqlite_master WHERE type = 'table'"


class Watchful(SqliteMigrator):
    """Refuses, in the transaction of the migration, what built a table anew and did not make its triggers again."""

    @contextmanager
    def migration_context(self, atomic: bool = True) -> Iterator[None]:
        """Around one migration. Raises MigrationError."""
        with super().migration_context(atomic):
            before = self._asked(_TRIGGERS)
            yield
            tables = dict(self._asked(_TABLES))
            kept = {name for name, _table, _page in self._asked(_TRIGGERS)}
            # A table that begins at another page is another table; of the same one a trigger goes only when it is told to.
            lost = [
                name for name, table, page in before if name not in kept and tables.get(table, page) != page
            ]
            if lost:
                raise MigrationError(
                    f"the migration builds a table anew and loses its triggers: make {', '.join(sorted(lost))} again in it"
                )

    def _asked(self, sql: str) -> list[tuple[Any, ...]]:
        return list(self.database.execute_sql(sql).fetchall())
