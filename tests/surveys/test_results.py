"""Counting: what the page says agrees with a simple count, whatever people answered; and no group is too small."""

from __future__ import annotations

import statistics
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from backend.fields.base import Context
from backend.fields.words import Said
from backend.surveys import anonymity, form, results
from backend.surveys.anonymity import LEAST, Groups
from tests.surveys.street import GARDEN

CTX = Context(datetime(2026, 11, 2, 2, tzinfo=UTC), "zh_CN", ZoneInfo("Asia/Shanghai"))
MAYBE = {
    "often": st.sampled_from(["daily", "weekly", "never"]),
    "why": st.none() | st.sampled_from(["太远", "太吵"]),
    "wants": st.lists(st.sampled_from(["bench", "light", "swing"]), min_size=1, unique=True),
    "mark": st.integers(1, 5),
    "people": st.integers(1, 20),
    "help": st.none() | st.booleans(),
}


@st.composite
def answer(draw: Any) -> dict[str, Any]:
    """As the conversation leaves it: only what came up, and nothing for what was skipped."""
    given: dict[str, Any] = {}
    for field in GARDEN.fields:
        value = draw(MAYBE[field.name])
        if field in form.was_asked(GARDEN, given) and value is not None:
            given[field.name] = value
    return given


@given(st.lists(answer(), max_size=30))
def test_the_counts_are_those_of_a_simple_count(answers: list[dict[str, Any]]) -> None:
    found = {q.of.name: q for q in results.questions(GARDEN, answers, CTX)}
    for name, question in found.items():
        have = [a[name] for a in answers if name in a]
        assert question.answered == len(have)
        if name == "people":
            assert sum(b.count for b in question.bars) == len(have)
        if name in ("often", "mark"):
            assert {b.value: b.count for b in question.bars if b.count} == {
                str(v): have.count(v) for v in set(have)
            }
    assert {b.value: b.count for b in found["wants"].bars} == {
        v: sum(v in a.get("wants", ()) for a in answers) for v in ("bench", "light", "swing")
    }
    never = sum(a["often"] == "never" for a in answers)
    assert found["why"].asked == never
    assert found["wants"].asked == len(answers) - never
    assert found["help"].asked == len(answers)
    if marks := [a["mark"] for a in answers]:
        figures = found["mark"].figures
        assert figures is not None
        assert figures.median == statistics.median(marks) and figures.mean == statistics.fmean(marks)
    assert found["why"].texts == [a["why"] for a in answers if "why" in a]


@given(st.lists(answer(), max_size=30))
def test_a_cross_table_counts_each_pair_and_each_person_once_in_her_row(
    answers: list[dict[str, Any]],
) -> None:
    fields = GARDEN.by_name
    table = results.cross(fields["often"], fields["wants"], answers, CTX)
    for i, row in enumerate(table.rows):
        both = [a for a in answers if a["often"] == row.value and "wants" in a]
        assert table.row_totals[i] == len(both)
        for j, column in enumerate(table.columns):
            assert table.cells[i][j] == sum(column.value in a["wants"] for a in both)
            assert 0 <= table.percent(i, j) <= 100


@given(st.lists(st.integers(-1000, 100_000), min_size=1, max_size=60))
def test_a_distribution_loses_nobody(numbers: list[int]) -> None:
    (question,) = results.questions(
        type(GARDEN)("n", "", [GARDEN.by_name["people"]]), [{"people": n} for n in numbers], CTX
    )
    assert sum(b.count for b in question.bars) == len(numbers)
    assert len(question.bars) <= results.BINS


@given(answer())
def test_an_answer_comes_back_from_the_database_as_it_was_given(given_: dict[str, Any]) -> None:
    parsed = {name: GARDEN.by_name[name].load(value) for name, value in given_.items()}
    shown, hidden = form.split(GARDEN, parsed)

    class Row:
        answers, sealed = shown, hidden

    back = form.stored(Row())  # type: ignore[arg-type]
    assert {n: GARDEN.by_name[n].load(v) for n, v in back.items()} == parsed
    assert "why" not in shown


@settings(max_examples=60)
@given(st.lists(st.integers(0, 40), min_size=6, max_size=12))
def test_what_a_conversation_asks_is_what_the_results_count_as_asked(taps: list[int]) -> None:
    now = CTX.now.astimezone(CTX.zone)
    step = GARDEN.start({}, {"channel": "webchat"}, now, "zh_CN")
    asked = []
    for tap in taps * 2:
        if step.outcome == "submitted":
            break
        asked.append(step.state.asking)
        options = step.replies[-1].options
        said = Said(choice=options[tap % len(options)].value) if options else Said(text=str(tap % 20 + 1))
        if step.state.asking == "why":
            said = Said(text="太远了") if tap % 2 else Said(choice="!skip")
        step = GARDEN.step(step.state, said, now, "zh_CN")
    if step.outcome == "submitted":
        dumped = {n: GARDEN.by_name[n].dump(v) for n, v in step.answers.items()}
        assert [f.name for f in form.was_asked(GARDEN, dumped)] == list(dict.fromkeys(asked))


@given(st.dictionaries(st.sampled_from(["", "1", "2", "3", "4", "5"]), st.integers(0, 12)))
def test_neither_a_shown_group_nor_the_rest_is_small(counts: dict[str, int]) -> None:
    shown = anonymity.shown(counts)
    assert all(name and counts[name] >= LEAST for name in shown)
    rest = sum(counts.values()) - sum(counts[name] for name in shown)
    assert rest == 0 or rest >= LEAST or not shown


@given(
    st.lists(
        st.builds(Groups, st.sampled_from(["", "1", "2", "3"]), st.sampled_from(["", "65-79", "80+"])),
        max_size=40,
    )
)
def test_what_is_kept_of_somebody_fits_at_least_five(invited: list[Groups]) -> None:
    def count(groups: Groups) -> int:
        return sum(
            groups.building in ("", g.building) and groups.age_group in ("", g.age_group) for g in invited
        )

    for one in invited:
        kept = anonymity.kept(one, count)
        assert kept == Groups() or count(kept) >= LEAST
        assert kept.building in ("", one.building) and kept.age_group in ("", one.age_group)
