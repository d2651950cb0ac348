"""What staff may write as a condition, what it means, and what they are told when it makes no sense."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from backend.core.errors import Invalid
from backend.core.i18n import render
from iot.rules import grammar, names
from iot.rules.condition import understood
from iot.uplink import Scalar


@pytest.mark.parametrize(
    ("text", "values", "holds"),
    [
        ("temperature > 45", {"temperature": 46.0}, True),
        ("temperature > 45", {"temperature": 45.0}, False),
        ("temperature > 45", {}, None),
        ("temperature ＞ 45 且 smoke".replace("且", "and"), {"temperature": 50.0, "smoke": True}, True),
        # Where one part decides, what is missing does not matter.
        ("smoke or temperature > 45", {"temperature": 50.0}, True),
        ("smoke or temperature > 45", {"temperature": 20.0}, None),
        ("smoke and temperature > 45", {"temperature": 20.0}, False),
        ("not (smoke or temperature > 45)", {"temperature": 50.0}, False),
        ("not smoke", {"smoke": False}, True),
        ("door_open = true", {"door_open": True}, True),
        ("temperature - before.temperature >= 5", {"temperature": 25.0, "before.temperature": 20.0}, True),
        ("since.water_total > hours(24)", {"since.water_total": 86_401.0}, True),
        ("ago.motion > minutes(1.5)", {"ago.motion": 91.0}, True),
        ("device.room in ['501', '502'] && smoke", {"device.room": "502", "smoke": True}, True),
        ("device.name.contains('厨房') && temperature > 30", {"device.name": "厨房温度计", "temperature": 31.0}, True),
        ("!known(battery) and temperature > 2", {"temperature": 3.0}, True),
        ("-temperature > 10", {"temperature": -12.0}, True),
        # A device that says text where its model promises a number says nothing.
        ("temperature > 45", {"temperature": "hot"}, None),
    ],
)  # fmt: skip
def test_a_condition_is_true_false_or_unknown(
    text: str, values: dict[str, Scalar], holds: bool | None
) -> None:
    assert understood(text).holds(values) is holds


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("temprature > 5", "temperature"),
        ("温度 > 5", "temperature"),
        ("last.temp > 5", "last.temperature"),
        ("device.rom == '501'", "device.room"),
        ("temperature", "temperature > 45"),
        ("temperature >", "temperature >"),
        ("(temperature > 5", ")"),
        ("1 < temperature < 5", "1 < temperature"),
        ("smoke > 3", "smoke"),
        ("temperature > 'a'", "temperature"),
        ("battery && smoke", "battery"),
        ("smoke.matches('(a+)+')", "matches"),
        ("[1,2,3].all(x, x > 0)", "["),
        ("size(device.name) > 3", "size"),
        ("since.door_open > 5 && door_open", "last.door_open"),
        ("true", ""),
        ("temperature > " + "9" * 400, "9"),
        ("", "temperature > 45"),
        ("smoke" + " || smoke" * 80, "500"),
        ("(" * 20 + "smoke" + ")" * 20, ""),
    ],
)
@pytest.mark.parametrize("locale", ["zh_CN", "en"])
def test_what_makes_no_sense_is_told_with_what_to_write_instead(text: str, told: str, locale: str) -> None:
    with pytest.raises(Invalid) as refused:
        understood(text, "clear")
    said = render(refused.value.text, locale)
    assert told in said and refused.value.field == "clear"
    assert "{" not in said


def test_when_time_alone_turns_a_condition_is_known() -> None:
    dry = understood("since.water_total > hours(24) && home.alone")
    assert dry.changes_in({"since.water_total": 80_000.0, "home.alone": True}) == 6_400
    assert dry.changes_in({"since.water_total": 90_000.0}) is None
    assert understood("hours(1) < ago.motion * 2 + 60").changes_in({"ago.motion": 0.0}) == (3_600 - 60) / 2
    assert understood("temperature > 45").changes_in({"temperature": 1.0}) is None


@given(some.text(alphabet="smoketperaud_.()<>=!&|+-*/ 0123456789\"'[],（＞", max_size=60))
def test_any_text_is_a_condition_or_told_apart(text: str) -> None:
    try:
        understood(text)
    except Invalid:
        return


_TRUTHS = some.sampled_from((True, False, None))


@given(a=_TRUTHS, b=_TRUTHS, c=_TRUTHS)
def test_an_answer_never_depends_on_what_is_missing(a: bool | None, b: bool | None, c: bool | None) -> None:
    asked = understood("(smoke and not gas) or (water_leak != smoke)")
    given_ = {"smoke": a, "gas": b, "water_leak": c}
    full = [
        {**given_, **dict(zip([n for n, v in given_.items() if v is None], guess, strict=False))}
        for guess in [(x, y, z) for x in (True, False) for y in (True, False) for z in (True, False)]
    ]
    possible = {asked.holds(values) for values in full}
    answer = asked.holds(given_)
    assert answer is None or possible == {answer}


def test_every_name_that_is_offered_is_understood() -> None:
    for text in [*names.ABOUT, *(f"{place}.motion" for place in names.PLACES)]:
        found = names.find(text)
        assert found is not None
        sign = {"yes_no": text, "number": f"{text} > 1", "text": f"{text} == 'x'"}[found.kind]
        assert understood(sign).names == (found,)
        assert grammar.as_cel(understood(sign).node)
