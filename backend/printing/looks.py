"""How a template looks: pictures of its pages for the admin, of a real row or of one that shows its columns' labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from backend.core import access
from backend.core.access import Actor
from backend.core.errors import NotFound
from backend.core.i18n import Text, _
from backend.printing import document, rows, starters
from backend.printing.actions import Draft
from backend.printing.columns import Columns
from backend.printing.models import PrintTemplate
from backend.printing.press import PRESS
from backend.printing.rows import Row

WIDTH, SMALL = 1000, 420
"""Pixels at the longer side."""


@dataclass(frozen=True, slots=True)
class Look:
    """`at` of `records` rows is shown (0 of 0: none, only the labels); `problems` are for the writer."""

    png: bytes
    pages: int
    at: int
    records: int
    problems: list[Text]


def look(actor: Actor, draft: Draft, at: int, locale: str) -> Look:
    """The template with the row `at` (from 0, it goes around) of those that the actor saw last. Raises Invalid, PressError."""
    design = draft.design()
    columns = rows.columns(actor, draft.kind)
    ids = _recent(actor, draft.kind)
    row, at = _row(actor, draft.kind, ids, at, columns, locale)
    png, pages = PRESS.png(document.build(design, columns, [row], locale), WIDTH)
    problems: list[Text] = [
        _("“{name}” is not known. Did you mean “{meant}”?", name=u.name, meant=u.meant)
        if u.meant
        else _("“{name}” is not known.", name=u.name)
        for u in columns.unknown(design.parts, locale)
    ]
    problems += [
        _("“{name}” is empty here.", name=columns.label(key, locale))
        for key in columns.empty(design.parts, [row])
    ]
    return Look(png, pages, at + 1 if ids else 0, len(ids), problems)


def paper(actor: Actor, draft: Draft, kind: str, row_id: int, locale: str) -> bytes:
    """The first page for one row of a batch."""
    columns = rows.columns(actor, kind)
    row, _at = _row(actor, kind, [row_id], 0, columns, locale)
    return PRESS.png(document.build(draft.design(), columns, [row], locale), WIDTH)[0]


def _recent(actor: Actor, kind: str) -> list[int]:
    if not kind:
        return []
    source = rows.find(kind)
    return source.recent(actor) if access.may(actor, source.permission) else []


def _row(actor: Actor, kind: str, ids: list[int], at: int, columns: Columns, locale: str) -> tuple[Row, int]:
    if not ids:
        return rows.sample(columns, locale), 0
    at %= len(ids)
    found = next(iter(rows.find(kind).rows(actor, ids[at : at + 1], locale, False)), None)
    if found is None:
        raise NotFound()
    return found, at


# --- small ones, for lists ------------------------------------------------------------------------------------


def of_template(template: PrintTemplate, locale: str) -> bytes:
    return _small(Draft.of(template), locale)


def of_starter(key: str) -> bytes:
    starter = starters.get(key)
    return _small(starter.draft, starter.locale)


@lru_cache(maxsize=64)
def _small(draft: Draft, locale: str) -> bytes:
    return PRESS.png(document.build(draft.design(), _Labels(), [{}], locale), SMALL)[0]


class _Labels(Columns):
    """Every name stands for itself: a small picture is of the template, not of somebody."""

    def __init__(self) -> None:
        super().__init__(())

    def value(self, row: Mapping[str, str], name: str) -> str:
        return super().value(row, name) or name
