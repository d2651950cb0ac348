"""The answers of a survey as staff may look at them: all, or one group, and of an anonymous one never so few that they
point at somebody."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from backend.core import clock
from backend.fields.base import Context
from backend.fields.form import Form
from backend.residents import selection
from backend.surveys import anonymity, form, holding, queries, results
from backend.surveys.audience import AGE_GROUPS, age_group
from backend.surveys.models import Survey, SurveyAnswer
from backend.surveys.results import Cross, Question

GROUPINGS = ("building", "age")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked at: one group (`by` is one of GROUPINGS), and two questions against each other."""

    by: str = ""
    group: str = ""
    row: str = ""
    column: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """`hidden`: there are too few answers to show any. `groups`: what may be looked at alone, with its answers' count; of an
    anonymous survey nothing while it is open. `held`: answers that came and are not shown yet."""

    form: Form
    rows: list[SurveyAnswer] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    groups: dict[str, list[tuple[str, int]]] = field(default_factory=dict)
    chosen: tuple[str, str] = ("", "")
    cross: Cross | None = None
    hidden: bool = False
    held: int = 0

    @property
    def countable(self) -> list[Any]:
        """The questions that can stand against each other."""
        return [f for f in self.form.fields if f.kind in results.COUNTED]


def view(survey: Survey, wanted: Wanted, locale: str) -> View:
    questions = form.questions(survey)
    rows = queries.answers(survey)
    held = holding.count(survey) if survey.anonymous else 0
    if survey.anonymous and len(rows) < anonymity.LEAST:
        return View(questions, hidden=True, held=held)
    named = _groups_of(survey, rows)
    offered = {by: _offered(survey, [one[by] for one in named]) for by in GROUPINGS}
    if survey.anonymous and survey.status != "closed":
        # Of the next few answers perhaps one is from there.
        offered = {}
    chosen = ("", "")
    if wanted.by in offered and wanted.group in dict(offered[wanted.by]):
        chosen = (wanted.by, wanted.group)
        rows = [row for row, one in zip(rows, named, strict=True) if one[wanted.by] == wanted.group]
    answers = [form.stored(row) for row in rows]
    ctx = Context(clock.now(), locale, clock.zone())
    crossed = None
    one, other = questions.by_name.get(wanted.row), questions.by_name.get(wanted.column)
    if (
        one is not None
        and other is not None
        and one is not other
        and {one.kind, other.kind} <= set(results.COUNTED)
    ):
        crossed = results.cross(one, other, answers, ctx)
    counted = results.questions(questions, answers, ctx)
    return View(questions, rows, counted, offered, chosen, crossed, held=held)


def _groups_of(survey: Survey, rows: list[SurveyAnswer]) -> list[dict[str, str]]:
    if survey.anonymous:
        return [{"building": row.building, "age": row.age_group} for row in rows]
    traits = selection.traits([row.resident_id for row in rows if row.resident_id is not None])
    nobody = selection.Traits("", None)
    today = clock.local(clock.now()).date()
    return [
        {"building": t.building, "age": age_group(today, t.birthday)}
        for t in (traits.get(row.resident_id or 0, nobody) for row in rows)
    ]


def _offered(survey: Survey, groups: list[str]) -> list[tuple[str, int]]:
    counts = anonymity.tally(groups)
    names = anonymity.shown(counts) if survey.anonymous else sorted(n for n in counts if n)
    order = [name for name, _low, _high in AGE_GROUPS]
    by_age = all(name in order for name in names)
    names.sort(key=order.index if by_age else lambda n: (len(n), n))
    return [(name, counts[name]) for name in names]
