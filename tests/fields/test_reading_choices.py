from __future__ import annotations

import pytest

from backend.fields import Choice, MultiChoice, Said, TimeSlot, YesNo
from backend.fields.affirm import affirmed
from tests.fields.community import SLOTS, TROUBLES, context, hint, understood

TROUBLE = Choice("category", options=TROUBLES)
WISHES = MultiChoice("wishes", options=TROUBLES)
SLOT = TimeSlot("slot")


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("1", "water"), ("１", "water"), ("1.", "water"), ("①", "water"), ("一", "water"), ("第二个", "power"), ("选2", "power"),
        ("the second one", "power"), ("water", "water"), ("水管漏水", "water"), ("漏水", "water"), ("厨房水管漏水了", "water"),
        ("家里没电了", "power"), ("电梯", "lift"), ("the elevator is stuck", "lift"), ("Water leak", "water"), ("停电", "power"),
        ("故障", "lift"), ("３", "lift"), ("三号", "lift"), ("按3", "lift"),
    ],
)  # fmt: skip
def test_a_choice_is_a_number_a_label_a_part_of_it_or_a_word_for_it(typed: str, value: str) -> None:
    assert understood(TROUBLE, typed) == value


def test_a_pressed_button_is_its_value() -> None:
    assert TROUBLE.parse(Said(choice="lift"), context()) == "lift"


def test_an_old_button_is_not_taken_for_an_answer() -> None:
    assert "Which of these" in _hint_for_choice("gone")


def _hint_for_choice(value: str) -> str:
    from backend.core.i18n import render
    from backend.fields import Misunderstood

    with pytest.raises(Misunderstood) as why:
        TROUBLE.parse(Said(choice=value), context())
    return render(why.value.text, "en")


def test_a_choice_that_fits_two_asks_which() -> None:
    assert hint(TROUBLE, "电梯停电") == "Is it “Power” or “Lift”?"
    assert "from 1 to 3" in hint(TROUBLE, "4")
    assert "Which of these" in hint(TROUBLE, "不知道啊")


@pytest.mark.parametrize(
    ("typed", "values"),
    [
        ("1,3", ("water", "lift")), ("3 1", ("water", "lift")), ("13", ("water", "lift")), ("１、３", ("water", "lift")),
        ("电梯和水管", ("water", "lift")), ("都要", ("water", "power", "lift")), ("2", ("power",)), ("all", ("water", "power", "lift")),
        ("water and lift", ("water", "lift")), ("1,1,1", ("water",)),
    ],
)  # fmt: skip
def test_several_choices_are_numbers_or_words_in_any_order(typed: str, values: tuple[str, ...]) -> None:
    assert understood(WISHES, typed) == values


def test_how_many_choices_are_allowed_is_told() -> None:
    assert "2 at most" in hint(MultiChoice("w", options=TROUBLES, most=2), "123")
    assert "at least 1" in hint(WISHES, "都不要")
    assert understood(MultiChoice("w", options=TROUBLES, least=0), "没有") == ()


@pytest.mark.parametrize(
    "typed",
    [
        "是",
        "好的",
        "嗯",
        "行",
        "对对对",
        "没错",
        "好的，没问题",
        "可以啊",
        "1",
        "Yes please",
        "OK!",
        "sure",
        "要",
        "👍",
    ],
)
def test_a_yes_has_many_forms(typed: str) -> None:
    assert understood(YesNo("q"), typed) is True


@pytest.mark.parametrize(
    "typed", ["不", "不是", "没有", "不用了，谢谢", "不要", "2", "No.", "nope", "不太好", "not now"]
)
def test_a_no_has_many_forms(typed: str) -> None:
    assert understood(YesNo("q"), typed) is False


@pytest.mark.parametrize("typed", ["对吗?", "是不是", "好像不对", "什么", "也许", "yes but no", ""])
def test_what_is_neither_yes_nor_no_is_not_taken_for_one(typed: str) -> None:
    assert affirmed(typed) is not True


def test_yes_and_no_can_have_their_own_words() -> None:
    running = YesNo("q", yes={"zh_CN": "在流,很急"}, no={"zh_CN": "滴水,不急"})
    assert understood(running, "在流") is True
    assert understood(running, "滴水") is False
    assert running.show(False, "zh_CN") == "滴水,不急"


def test_a_consent_that_is_refused_is_answered_and_stays_open() -> None:
    assert (
        hint(YesNo("consent", must="We cannot go on without it."), "不同意") == "We cannot go on without it."
    )


@pytest.mark.parametrize(
    ("typed", "slot"),
    [("1", "s5-9"), ("明天上午", "s5-9"), ("明天下午三点", "s5-14"), ("周六", "s7-9"), ("周日下午5点", "s8-16"), ("Saturday morning", "s7-9"),
     ("3月7日9点到11点", "s7-9"), ("明天9点", "s5-9")],
)  # fmt: skip
def test_a_slot_is_a_number_or_a_time_in_words(typed: str, slot: str) -> None:
    assert understood(SLOT, typed, slots=SLOTS) == slot


def test_a_time_that_is_not_free_is_answered_with_those_that_are() -> None:
    assert "There are several" in hint(SLOT, "周日下午", slots=SLOTS)
    assert "On Saturday, March 7 we have March 7, 9:00 to 11:00" in hint(SLOT, "周六下午", slots=SLOTS)
    assert "nothing is free" in hint(SLOT, "今天", slots=SLOTS)
    assert "no free time" in hint(SLOT, "今天")


def test_a_slot_remembers_its_label_when_it_is_no_longer_offered() -> None:
    value = understood(SLOT, "周六", slots=SLOTS)
    assert SLOT.show(SLOT.load(SLOT.dump(value)), "zh_CN") == "3月7日9点到11点"
