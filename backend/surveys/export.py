"""A survey's answers as an Excel file: one row for each, its questions as columns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from backend.core.i18n import Text, _, render
from backend.fields.address import Home
from backend.fields.base import Field
from backend.fields.choices import MultiChoice
from backend.messaging import channels
from backend.residents import queries as residents
from backend.surveys import form, queries
from backend.surveys.models import Survey, SurveyAnswer
from backend.web.workbook import Cell, Sheet


def sheet(survey: Survey, locale: str, *, confidential: bool) -> Sheet:
    """`confidential`: with what was answered to confidential questions, else masked. Of an anonymous survey: without anything
    that tells who or when, in no order."""
    fields = form.questions(survey).fields
    about: list[Text] = [] if survey.anonymous else [_("Name"), _("Home"), _("When"), _("Channel")]
    headers = [render(text, locale) for text in about]
    for f in fields:
        headers += [render(text, locale) for text in _columns(f)]
    return Sheet(render(form.title(survey), locale), headers, _rows(survey, fields, locale, confidential))


def _columns(f: Field) -> list[Text]:
    if isinstance(f, MultiChoice):
        return [_("{question}: {option}", question=f.label, option=c.label) for c in f.choices]
    return [f.label]


def _rows(survey: Survey, fields: tuple[Field, ...], locale: str, confidential: bool) -> Iterator[list[Cell]]:
    rows = queries.answers(survey)
    known = residents.by_ids([row.resident_id for row in rows if row.resident_id is not None])
    for row in rows:
        stored = form.stored(row)
        cells = _about(survey, row, known.get(row.resident_id or 0), locale)
        for f in fields:
            cells += _cells(f, stored.get(f.name), locale, confidential)
        yield cells


def _about(survey: Survey, row: SurveyAnswer, resident: residents.Summary | None, locale: str) -> list[Cell]:
    if survey.anonymous:
        return []
    home = Home.from_json(resident.home).show(locale) if resident and resident.home else ""
    channel = channels.NAMES.get(row.channel, row.channel)
    return [resident.name if resident else "", home, row.at, render(channel, locale)]


def _cells(f: Field, stored: Any, locale: str, confidential: bool) -> list[Cell]:
    if isinstance(f, MultiChoice):
        return [None if stored is None else int(c.value in stored) for c in f.choices]
    if stored is None:
        return [None]
    value = f.load(stored)
    if f.sensitive and not confidential:
        return [f.masked(value, locale)]
    return [f.show(value, locale) if f.kind == "photo" else f.cell(value, locale)]
