"""Every cell becomes the value it means, or is told what is wrong with it; a hundred thousand rows do not take long."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from backend.core.i18n import render
from backend.sheets.cells import Cell, tidy
from backend.sheets.checking import Checked, Checker, Once
from tests.sheets.test_mapping import CTX, FIELDS


def checked(*cells: Any, keys: tuple[str, ...] = tuple(FIELDS)) -> Checked:
    return Checker([(k, FIELDS[k]) for k in keys], CTX).row([tidy(c) for c in cells])


def wrong(*cells: Any, keys: tuple[str, ...]) -> dict[str, str]:
    return {k: render(text, "en") for k, text in checked(*cells, keys=keys).wrong.items()}


def test_cells_become_values_whatever_the_spreadsheet_made_of_them() -> None:
    found = checked(
        "王 秀英",
        "11010119480305002 4",
        "2",
        date(1948, 3, 5),
        13800138000.0,
        " A@example.com ",
        "3号楼2单元501",
        "4.0",
        None,
    )
    assert not found.wrong
    assert found.values["name"] == "王秀英" and found.values["phone"] == "+8613800138000"
    assert found.values["gender"] == "female" and found.values["c7"] == 4 and found.values["c8"] is None


def test_an_id_number_tells_birthday_and_gender_and_contradicts_wrong_ones() -> None:
    keys = ("id_number", "birthday", "gender")
    assert checked("110101194803050024", None, None, keys=keys).values["birthday"] == date(1948, 3, 5)
    assert "does not fit" in wrong("110101194803050024", "1950-01-01", "女", keys=keys)["birthday"]


def test_a_long_number_without_its_digits_is_refused_not_guessed() -> None:
    assert "lost its last digits" in wrong(110101194803050024.0, keys=("id_number",))["id_number"]
    assert "lost its last digits" in wrong("1.10101E+17", keys=("c8",))["c8"]


def test_a_key_that_stands_twice_names_the_row_it_stood_in() -> None:
    once = Once()
    assert once.again("a", 2) is None and once.again("a", 2) is None
    assert render(once.again("a", 9), "en") == "The same stands in row 2 already."


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.none(),
            st.booleans(),
            st.integers(),
            st.floats(),
            st.dates(),
            st.datetimes(),
            st.text(max_size=40),
        ),
        max_size=9,
    )
)
def test_any_cells_end_in_values_or_words_and_remembering_changes_nothing(cells: list[Cell]) -> None:
    checker = Checker(list(FIELDS.items()), CTX)
    given_ = [tidy(c) for c in cells]
    assert checker.row(given_) == checker.row(given_)


def test_days_numbers_and_failed_formulas_as_people_and_programs_write_them() -> None:
    born = date(1948, 3, 5)
    for said in (
        "1948/3/5", "1948.3.5", "1948年3月5日", "19480305", 19480305, "1948-03-05 00:00:00", "Mar 5, 1948", "5 March 1948",
        "一九四八年三月五日", "１９４８－０３－０５", "1948—03—05", "1948\\3\\5", "'1948-03-05", tidy({"t": "1948-03-05T00:00:00"}),
    ):  # fmt: skip
        assert checked(said, keys=("birthday",)).values == {"birthday": born}, said
    for said in ("5/3/1948", "48-3-5", "5-Mar-48", "1948-3", "1948-02-30", "0000-00-00", 1e300, -5, True):
        assert wrong(said, keys=("birthday",)), said
    for number in (17597, 17597.5):
        assert "as a spreadsheet counts it" in wrong(number, keys=("birthday",))["birthday"]
    for said in ("13800138000.0", "１３８００１３８０００", "1.3800138000E+10", "+86 138 0013 8000"):
        assert checked(said, keys=("phone",)).values == {"phone": "+8613800138000"}, said
    for said in ("1.38E+10", "1,38E+10", "１．３８Ｅ＋１０"):
        assert "lost its last digits" in wrong(said, keys=("phone",))["phone"], said
    for said in ("110101194803050000", "１１０１０１１９４８０３０５００００"):
        assert "three noughts" in wrong(said, keys=("id_number",))["id_number"], said
    for key in FIELDS:
        assert "came to nothing here (#REF!)" in wrong("#REF!", keys=(key,))[key]
