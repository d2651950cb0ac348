"""What the answers say together: counts, figures, texts, and two questions against each other. Pure."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from backend.core.i18n import Text
from backend.fields.base import Context, Field
from backend.fields.choices import Choice, MultiChoice
from backend.fields.form import Form
from backend.fields.words import Option
from backend.surveys.form import was_asked

Answers = Mapping[str, Any]
"""Stored values by Field name."""
COUNTED = ("choice", "multi_choice", "yes_no", "rating")
FIGURES = ("integer", "decimal", "money", "rating")
BINS = 8


@dataclass(frozen=True, slots=True)
class Bar:
    """One answer and how often it was given; `percent` of those who answered the question."""

    value: str
    label: Text
    count: int
    percent: float


@dataclass(frozen=True, slots=True)
class Figures:
    mean: float
    median: float
    least: float
    most: float


@dataclass(frozen=True, slots=True)
class Question:
    """The answers to one question. `asked`: to how many it was put; `answered`: how many of those did not skip it."""

    of: Field
    asked: int
    answered: int
    bars: list[Bar] = field(default_factory=list)
    figures: Figures | None = None
    texts: list[Any] = field(default_factory=list)
    """Stored values of what cannot be counted, in the order of the answers."""


@dataclass(frozen=True, slots=True)
class Cross:
    """How two questions go together: `cells[row][column]` people; `row_totals` are those who answered both, by row."""

    rows: list[Option]
    columns: list[Option]
    cells: list[list[int]]
    row_totals: list[int]

    def percent(self, row: int, column: int) -> float:
        """Of those in the row."""
        return 100 * self.cells[row][column] / self.row_totals[row] if self.row_totals[row] else 0.0


def options_of(asked: Field, ctx: Context) -> list[Option]:
    """Every answer that can be counted, in its order; none for a question of another kind."""
    if isinstance(asked, Choice | MultiChoice):
        return [Option(c.value, c.label, c.short) for c in asked.choices]
    return list(asked.options(ctx)) if asked.kind in COUNTED else []


def values_of(asked: Field, stored: Any) -> list[str]:
    """The options that a stored value names."""
    if stored is None:
        return []
    if asked.kind == "yes_no":
        return ["yes" if stored else "no"]
    return [str(v) for v in stored] if isinstance(stored, list | tuple) else [str(stored)]


def questions(form: Form, answers: Sequence[Answers], ctx: Context) -> list[Question]:
    """Each question's results, in the form's order."""
    asked = Counter(f.name for one in answers for f in was_asked(form, one))
    return [_question(f, asked[f.name], answers, ctx) for f in form.fields]


def _question(one: Field, asked: int, answers: Sequence[Answers], ctx: Context) -> Question:
    given = [a[one.name] for a in answers if a.get(one.name) is not None]
    bars: list[Bar] = []
    figures = None
    if one.kind in COUNTED:
        counted = Counter(v for stored in given for v in values_of(one, stored))
        bars = [_bar(o.value, o.label, counted[o.value], len(given)) for o in options_of(one, ctx)]
    if one.kind in FIGURES and given:
        numbers = [float(v) for v in given]
        figures = Figures(statistics.fmean(numbers), statistics.median(numbers), min(numbers), max(numbers))
        bars = bars or _distribution(numbers, whole=one.kind == "integer")
    texts = [] if one.kind in COUNTED or one.kind in FIGURES else given
    return Question(one, asked, len(given), bars, figures, texts)


def _bar(value: str, label: Text, count: int, of: int) -> Bar:
    return Bar(value, label, count, 100 * count / of if of else 0.0)


def _distribution(numbers: Sequence[float], *, whole: bool) -> list[Bar]:
    """Each number by itself while they are few, else ranges of equal width; the upper end belongs to the next range."""
    counted = Counter(numbers)
    if len(counted) <= BINS:
        return [_bar(f"{n:g}", f"{n:g}", counted[n], len(numbers)) for n in sorted(counted)]
    low, high = min(numbers), max(numbers)
    width = (high - low) / BINS
    if whole:
        width = max(1.0, float(-(-(high - low + 1) // BINS)))
    found = Counter(min(int((n - low) / width), BINS - 1) for n in numbers)
    bars = []
    for index in range(BINS):
        begin, end = low + index * width, low + (index + 1) * width
        if whole and begin > high:
            break
        label = f"{begin:g}–{min(end - 1, high):g}" if whole else f"{begin:.4g}–{end:.4g}"
        bars.append(_bar(str(index), label, found[index], len(numbers)))
    return bars


def cross(one: Field, other: Field, answers: Sequence[Answers], ctx: Context) -> Cross:
    """`one` in rows, `other` in columns; somebody who chose several stands in several cells, but once in her row's total."""
    rows, columns = options_of(one, ctx), options_of(other, ctx)
    row_at = {o.value: i for i, o in enumerate(rows)}
    column_at = {o.value: i for i, o in enumerate(columns)}
    cells = [[0] * len(columns) for _row in rows]
    totals = [0] * len(rows)
    for answer in answers:
        across = [column_at[v] for v in values_of(other, answer.get(other.name)) if v in column_at]
        if not across:
            continue
        for row in (row_at[v] for v in values_of(one, answer.get(one.name)) if v in row_at):
            totals[row] += 1
            for column in across:
                cells[row][column] += 1
    return Cross(rows, columns, cells, totals)
