"""Rows of a sheet as values of a table's Fields, or for each cell what is wrong with it. Pure, and quick: what a column says again and
again is read once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from backend.core.i18n import Text, _
from backend.fields.base import Context, Field, Misunderstood
from backend.fields.plain import folded
from backend.sheets.cells import Cell, damaged, failed, mended, rounded, text_of
from backend.sheets.fingerprints import Fingerprints

_NUMBERS = frozenset({"integer", "decimal", "money", "rating"})
_TRIED = 2_000
_REMEMBERED = 50_000
DAMAGED = _(
    "This long number lost its last digits in the spreadsheet. Please format the column as text and type the number again."
)
ROUNDED = _(
    "This number ends in three noughts, as a spreadsheet leaves it when it rounds. Please format the column as text and type the "
    "number again; if it really ends so, enter it on the person's own page."
)
DAY_NUMBER = _("This is a day as a spreadsheet counts it. Please format the column as a date.")
_DAYS = 1_000_000
"""Figures below are no day written without dashes (19480305)."""
UNREADABLE = _("We could not read this value.")


@dataclass(frozen=True, slots=True)
class Checked:
    """`values` by column key, None for an empty cell; `wrong` by column key."""

    values: dict[str, Any]
    wrong: dict[str, Text]


@dataclass
class _Column:
    """One column of the sheet; remembers what its cells meant while that pays."""

    key: str
    means: Field
    memory: dict[Any, Any] | None = field(default_factory=dict)
    tried: int = 0

    def read(self, cell: Cell, ctx: Context) -> Any:
        """Raises Misunderstood."""
        if self.memory is None or self.means.depends:
            return self._parsed(cell, ctx)
        place = (cell, type(cell))
        known = self.memory.get(place, self)
        if known is self:
            known = self._tried(cell, ctx)
            self.memory[place] = known
            self.tried += 1
        if isinstance(known, Misunderstood):
            raise known
        return known

    def _tried(self, cell: Cell, ctx: Context) -> Any:
        try:
            return self._parsed(cell, ctx)
        except Misunderstood as wrong:
            return wrong

    def settle(self, rows: int) -> None:
        """Whether remembering pays, after so many rows."""
        if self.memory is not None and (
            len(self.memory) > _REMEMBERED or (rows >= _TRIED and self.tried > rows * 0.7)
        ):
            self.memory = None

    def _parsed(self, cell: Cell, ctx: Context) -> Any:
        kind = self.means.kind
        if failed(cell):
            raise Misunderstood(
                _("A formula came to nothing here ({error}). Please write the value itself.", error=str(cell))
            )
        if kind not in _NUMBERS and damaged(cell):
            raise Misunderstood(DAMAGED)
        if kind == "id_number" and rounded(cell):
            raise Misunderstood(ROUNDED)
        if (
            kind == "date"
            and isinstance(cell, int | float)
            and not isinstance(cell, bool)
            and abs(cell) < _DAYS
        ):
            raise Misunderstood(DAY_NUMBER)
        cell = mended(cell, kind)
        if isinstance(cell, date | datetime) and kind != "date":
            cell = text_of(cell)
        try:
            return self.means.from_cell(cell, ctx)
        except Misunderstood:
            if self.means.nothing and folded(text_of(cell)) in self.means.nothing:
                return None
            raise
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
            raise Misunderstood(UNREADABLE) from None


class Checker:
    """Reads rows whose cells stand in the order of `fields` (key and Field). `ctx` tells the day, and the reader's language."""

    def __init__(self, fields: Sequence[tuple[str, Field]], ctx: Context) -> None:
        self._columns = [_Column(key, one) for key, one in fields]
        # What another answer depends on is read before it.
        self._order = sorted(range(len(fields)), key=lambda i: bool(fields[i][1].depends))
        self._keys = {key for key, _field in fields}
        self._telling = [c for c in self._columns if type(c.means).fills is not Field.fills]
        self._ctx = ctx
        self._rows = 0

    def row(self, cells: Sequence[Cell]) -> Checked:
        values: dict[str, Any] = {}
        wrong: dict[str, Text] = {}
        for place in self._order:
            column = self._columns[place]
            cell = cells[place] if place < len(cells) else None
            if cell is None:
                values[column.key] = None
                continue
            ctx = self._ctx
            if column.means.depends:
                ctx = Context(ctx.now, ctx.locale, ctx.zone, values, ctx.facts)
            try:
                values[column.key] = column.read(cell, ctx)
            except Misunderstood as misread:
                wrong[column.key] = misread.text
        self._fill(values, wrong)
        self._rows += 1
        if self._rows % _TRIED == 0:
            for column in self._columns:
                column.settle(self._rows)
        return Checked(values, wrong)

    def _fill(self, values: dict[str, Any], wrong: dict[str, Text]) -> None:
        """What one value tells of others: an ID number tells the birthday, and whether the one given is that one."""
        for column in self._telling:
            value = values.get(column.key)
            if value is None:
                continue
            for key, told in column.means.fills(value).items():
                if key not in self._keys or key in wrong:
                    continue
                if values[key] is None:
                    values[key] = told
                elif values[key] != told:
                    wrong[key] = _("This does not fit “{label}” of the same row.", label=column.means.label)


class Once:
    """Keys that may stand in a file only once."""

    def __init__(self) -> None:
        self._rows = Fingerprints()

    def again(self, key: str, row: int) -> Text | None:
        """What is wrong with a key that another row has."""
        earlier = self._rows.of(key)
        if not earlier:
            self._rows.add(key, row)
        elif earlier[0] != row:
            return _("The same stands in row {n} already.", n=earlier[0])
        return None
