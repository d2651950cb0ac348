"""How a table lies in its sheet: where the names of its columns stand, and where its rows begin. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from backend.sheets.cells import Cell, text_of

_LOOKED_AT = 25
_LONGEST_HEADER = 60
_FIGURE = re.compile(r"[\d\s.,:/年月日%+\-]+|\d{17}[\dXx]|1\d{10}")


@dataclass(frozen=True, slots=True)
class Header:
    """`row` is its number in the file, from 1; the rows come after `last`. `names` by the position of each column from 0; columns
    without a name and without anything under it are left out."""

    row: int
    last: int
    names: dict[int, str]


def header(rows: Sequence[tuple[int, Sequence[Cell]]], at: int | None = None) -> Header | None:
    """The names of the columns in the first rows of a sheet, told from what is under them, or in row `at`. None: nothing there."""
    filled = [(n, row) for n, row in rows if any(c is not None for c in row)]
    if at is not None:
        filled = [(n, row) for n, row in filled if n >= at]
        return _named(filled, 0) if filled else None
    looked = filled[:_LOOKED_AT]
    if not looked:
        return None
    widest = max(sum(c is not None for c in row) for _n, row in looked)
    best = max(range(len(looked)), key=lambda i: (_likeness(looked[i][1], widest), -i))
    if best and _goes_on(looked[best - 1][1], looked[best][1], looked[best + 1 :]):
        best -= 1
    return _named(filled, best)


def _likeness(row: Sequence[Cell], widest: int) -> float:
    """How much a row looks like the names of columns: short words, all different, over the whole width."""
    cells = [c for c in row if c is not None]
    words = [
        c for c in cells if isinstance(c, str) and len(c) <= _LONGEST_HEADER and not _FIGURE.fullmatch(c)
    ]
    if not words:
        return 0.0
    return (len(set(words)) / len(cells)) * 2 * (len(words) / len(cells)) + len(set(words)) / max(
        widest, 1
    ) * 2


def _named(rows: Sequence[tuple[int, Sequence[Cell]]], at: int) -> Header:
    number, top = rows[at]
    under = rows[at + 1 : at + 1 + _LOOKED_AT]
    last = number
    parts = [top]
    if under and _goes_on(top, under[0][1], under[1:]):
        parts.append(under[0][1])
        last = under[0][0]
        under = under[1:]
    width = max((len(row) for _n, row in [*under, (0, top)]), default=0)
    names: dict[int, str] = {}
    taken: set[str] = set()
    for column in range(width):
        said = list(
            dict.fromkeys(" ".join(text_of(row[column]).split()) for row in parts if column < len(row))
        )
        name = " ".join(s for s in said if s)[:_LONGEST_HEADER]
        if not name and not any(column < len(row) and row[column] is not None for _n, row in under):
            continue
        names[column] = _single(name or f"#{column + 1}", taken)
    return Header(number, last, names)


def _goes_on(top: Sequence[Cell], below: Sequence[Cell], rest: Sequence[tuple[int, Sequence[Cell]]]) -> bool:
    """Whether the next row tells the names under a common one: 联系方式 over 手机 and 邮箱, merged cells above."""
    said = [c for c in top if c is not None]
    if not rest or not 1 < len(set(said)) < len(said):
        return False
    words = [c for c in below if isinstance(c, str) and not _FIGURE.fullmatch(c)]
    return len(words) == len([c for c in below if c is not None]) == len(set(words)) and not any(
        isinstance(c, int | float | date) for c in below
    )


def _single(name: str, taken: set[str]) -> str:
    found, n = name, 1
    while found in taken:
        n += 1
        found = f"{name} ({n})"
    taken.add(found)
    return found
