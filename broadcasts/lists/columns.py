"""What the columns of somebody's list are: which tells where a person is reached or who she is, and what texts may ask for. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from backend.core.i18n import Msg, _, render
from backend.fields.base import Misunderstood
from backend.fields.calendar import shown_day
from backend.fields.phone import read_phone
from backend.sheets.cells import Cell, mended, text_of

VALUE, PHONE, EMAIL, DOCUMENT, NUMBER, LEFT_OUT = "value", "phone", "email", "id_number", "number", ""
ROLES: dict[str, Msg] = {
    VALUE: _("A placeholder for texts"),
    PHONE: _("Telephone number, to write to"),
    EMAIL: _("E-mail address, to write to"),
    DOCUMENT: _("ID number of a resident"),
    NUMBER: _("System number of a resident"),
    LEFT_OUT: _("Leave out"),
}
SINGLE = (PHONE, EMAIL, DOCUMENT, NUMBER)
"""What only one column can be."""
MOST_COLUMNS = 60
_CERTAIN, _LIKELY = 0.8, 0.3
_HEADINGS: dict[str, re.Pattern[str]] = {
    PHONE: re.compile(r"手机|电话|联系方式|手機|電話|mobile|phone|\btel\b", re.I),
    EMAIL: re.compile(r"邮箱|邮件|郵箱|e-?mail", re.I),
    DOCUMENT: re.compile(r"身份证|證件|证件号|公民身份|\bid (?:card|number|no)", re.I),
    NUMBER: re.compile(r"系统编号|系统号|system id|system number", re.I),
}
_MOBILE = re.compile(r"(?:\+?86)?[ -]?1[3-9]\d[ -]?\d{4}[ -]?\d{4}")
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_EIGHTEEN = re.compile(r"\d{17}[\dXx]")


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file is understood: the names of its columns stand in row `header` of `sheet`, the rows come after `last`. `columns` are the
    place in the file and the name of each, `roles` what each is."""

    sheet: int = 0
    header: int = 1
    last: int = 1
    encoding: str | None = None
    columns: tuple[tuple[int, str], ...] = ()
    roles: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> Layout:
        columns = tuple((int(place), str(name)) for place, name in given.get("columns", ()))
        return cls(
            int(given.get("sheet", 0)),
            int(given.get("header", 1)),
            int(given.get("last", 1)),
            given.get("encoding"),
            columns,
            tuple(given.get("roles", ())),
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "sheet": self.sheet,
            "header": self.header,
            "last": self.last,
            "encoding": self.encoding,
            "columns": [list(c) for c in self.columns],
            "roles": list(self.roles),
        }

    def at(self, role: str) -> int | None:
        """The place among `columns` of the first with this role."""
        return self.roles.index(role) if role in self.roles else None

    @property
    def values(self) -> list[tuple[int, str, str]]:
        """(place among `columns`, key, name) of what texts may ask for."""
        return [
            (n, f"c{place}", name)
            for n, ((place, name), role) in enumerate(zip(self.columns, self.roles, strict=True))
            if role == VALUE
        ]


def guessed(names: Sequence[str], rows: Sequence[Sequence[Cell]]) -> tuple[str, ...]:
    """What each column most likely is, by its heading and by what stands under it."""
    roles = [VALUE] * len(names)
    for role in SINGLE:
        marks = [(_mark(role, name, [r[n] for r in rows if n < len(r)]), -n) for n, name in enumerate(names)]
        best, place = max(marks, default=(0.0, 0))
        if best > 0 and roles[-place] == VALUE:
            roles[-place] = role
    return tuple(roles)


def _mark(role: str, name: str, cells: Sequence[Cell]) -> float:
    """How much a column looks like it; 0: not at all."""
    named = bool(_HEADINGS[role].search(name))
    if role == NUMBER:
        return float(named)
    told = [text_of(mended(c, role)) for c in cells if c is not None]
    share = sum(map(_LOOKS[role], told)) / len(told) if told else float(named)
    return share + named if share >= (_LIKELY if named else _CERTAIN) else 0.0


def _is_phone(text: str) -> bool:
    if _MOBILE.fullmatch(text):
        return True
    try:
        read_phone(text)
    except Misunderstood:
        return False
    return len(text) <= 20


_LOOKS: dict[str, Callable[[str], bool]] = {
    PHONE: _is_phone,
    EMAIL: lambda text: bool(_MAIL.fullmatch(text)),
    DOCUMENT: lambda text: bool(_EIGHTEEN.fullmatch(text)),
}


def shown(cell: Cell, locale: str) -> str:
    """A cell as a text says it: days as people read them, numbers as they were typed."""
    if isinstance(cell, bool):
        return render(_("Yes") if cell else _("No"), locale)
    if isinstance(cell, datetime):
        clock = f" {cell:%H:%M}" if cell.time() != datetime.min.time() else ""
        return shown_day(cell.date(), locale) + clock
    if isinstance(cell, date):
        return shown_day(cell, locale)
    if isinstance(cell, float):
        return f"{cell:.10g}"
    return text_of(cell)
