"""What came of a list: the rows that nobody can be told by, with the reason, on a page and as a workbook to correct."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from backend.core.i18n import Msg, Text, _, render
from backend.sheets.cells import Cell
from backend.web.workbook import Look, Marked, Sheet
from broadcasts.lists import actions as lists
from broadcasts.lists import work
from broadcasts.lists.columns import DOCUMENT, EMAIL, NUMBER, PHONE, ROLES, SINGLE, Layout
from broadcasts.lists.matching import REASONS
from broadcasts.models import AudienceList, AudienceRow

AT_ONCE = 500
COUNTED: dict[str, Msg] = {
    "resident": _("Residents"),
    "address": _("Addresses of others"),
    **REASONS,
}
"""What `AudienceList.counts` counts."""
_CELLS = {"bad_phone": (PHONE,), "bad_email": (EMAIL,), "unknown": (DOCUMENT, NUMBER)}


@dataclass(frozen=True, slots=True)
class Wrong:
    """A row of the file that nobody is told by; `place` is the cell that is to blame among `cells`, `earlier` the row of the same person."""

    number: int
    cells: list[Cell]
    reason: str
    place: int | None
    earlier: int | None = None

    @property
    def text(self) -> Text:
        if self.earlier is not None:
            return _("The same person as in row {n}", n=self.earlier)
        return REASONS[self.reason]


def wrong(one: AudienceList, after: int = 0, most: int = 50) -> list[Wrong]:
    """The next of them beyond row `after`."""
    row, layout = AudienceRow, lists.layout_of(one)
    mine = (row.list_id == one.id) & row.wrong.is_null(False) & (row.number > after)
    found = list(row.select().where(mine).order_by(row.number).limit(most))
    earlier = _earlier(one, [r for r in found if r.wrong == "twice"])
    return [
        Wrong(r.number, work.values_of(r.values), r.wrong, _place(layout, r.wrong), earlier.get(r.number))
        for r in found
    ]


def annotated(one: AudienceList, locale: str) -> Sheet:
    """All of them as they are in the file, each bad cell coloured with a note, and what is wrong in a last column."""
    layout = lists.layout_of(one)
    names = [name for _place, name in layout.columns]
    headers = [*names, render(_("Row"), locale), render(_("What is wrong"), locale)]
    looks = {n: Look(text=True) for n in range(len(names))}
    return Sheet(one.name, headers, _marked(one, len(names), locale), looks)


def columns_of(layout: Layout) -> list[tuple[str, str, Text]]:
    """(key or "", name, what it is) of each column."""
    keys = {n: key for n, key, _name in layout.values}
    named = zip(layout.columns, layout.roles, strict=True)
    return [
        ("" if role in SINGLE else keys.get(n, ""), name, ROLES[role])
        for n, ((_p, name), role) in enumerate(named)
    ]


def _marked(one: AudienceList, width: int, locale: str) -> Iterator[list[Cell | Marked]]:
    after = 0
    while part := wrong(one, after, AT_ONCE):
        for found in part:
            line: list[Cell | Marked] = [
                found.cells[n] if n < len(found.cells) else None for n in range(width)
            ]
            note = render(found.text, locale)
            if found.place is not None and found.place < width:
                said = found.cells[found.place] if found.place < len(found.cells) else None
                line[found.place] = Marked(said, note)
            yield [*line, found.number, note]
        after = part[-1].number


def _place(layout: Layout, reason: str) -> int | None:
    return next((p for role in _CELLS.get(reason, SINGLE) if (p := layout.at(role)) is not None), None)


def _earlier(one: AudienceList, twice: list[AudienceRow]) -> dict[int, int]:
    """The first row of the same person, by the number of the later one."""
    row = AudienceRow
    mine = (row.list_id == one.id) & row.wrong.is_null()
    first: dict[tuple[str, int], int] = {}
    for column in ("resident_id", "identity_id"):
        ids = [getattr(r, column) for r in twice if getattr(r, column) is not None]
        if ids:
            field = getattr(row, column)
            query = row.select(field, row.number).where(mine & field.in_(ids)).order_by(row.number.desc())
            first |= {(column, whose): number for whose, number in query.tuples()}
    found = {}
    for r in twice:
        of = [first.get((c, getattr(r, c))) for c in ("resident_id", "identity_id")]
        if there := [n for n in of if n is not None]:
            found[r.number] = min(there)
    return found
