"""The tool that keeps the translations whole."""

from __future__ import annotations

from babel.messages.catalog import Catalog

from locales import messages


def catalogue(**texts: str | tuple[str, ...]) -> Catalog:
    made = Catalog(locale="zh_CN", charset="utf-8")
    for text, translation in texts.items():
        made.add(text, translation, locations=[("x.py", 0)])
    return made


def test_a_text_without_translation_is_named() -> None:
    wanted = catalogue(Hello="", Bye="")
    assert messages.problems(wanted, catalogue(Hello="您好", Bye="再见")) == []
    assert messages.problems(wanted, catalogue(Hello="您好")) == ["not translated: 'Bye' (x.py)"]


def test_a_translation_with_a_place_that_nobody_fills_is_named() -> None:
    wanted = Catalog(locale="zh_CN")
    wanted.add("Hello {name}", locations=[("x.py", 0)])
    have = Catalog(locale="zh_CN")
    have.add("Hello {name}", "您好 {nmae}")
    assert "nmae" in messages.problems(wanted, have)[0]


def test_the_catalogue_is_collected_from_code_and_templates() -> None:
    places = {place for message in messages.collected() for place, _line in message.locations}
    assert any(place.endswith(".py") for place in places)
    assert any(place.endswith(".html") for place in places)
