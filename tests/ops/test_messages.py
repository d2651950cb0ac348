"""The tool that keeps the translations whole."""

from __future__ import annotations

from babel.messages.catalog import Catalog

from backend.care.checkin import LABELS as CHECKINS
from backend.care.health.dosing import LABELS as DOSES
from backend.core.i18n import LANGUAGES, LOCALES_DIR, SPOKEN, match_locale, render
from bots.voice_shape import LANGUAGES as CALLED
from bots.voice_shape import SPEAKERS
from iot.points import POINTS
from iot.seeing.spans import SPANS
from locales import messages


def catalogue(**texts: str | tuple[str, ...]) -> Catalog:
    made = Catalog(locale="zh_CN", charset="utf-8")
    for text, translation in texts.items():
        made.add(text, translation, locations=[("x.py", 0)])
    return made


def test_a_text_without_translation_is_named() -> None:
    wanted = catalogue(Hello="", Bye="")
    assert messages.problems(wanted, catalogue(Hello="您好", Bye="再见"), "zh_CN") == []
    assert messages.problems(wanted, catalogue(Hello="您好"), "zh_CN") == [
        "zh_CN: not translated: 'Bye' (x.py)"
    ]


def test_a_translation_with_a_place_that_nobody_fills_is_named() -> None:
    wanted = Catalog(locale="zh_CN")
    wanted.add("Hello {name}", locations=[("x.py", 0)])
    have = Catalog(locale="zh_CN")
    have.add("Hello {name}", "您好 {nmae}")
    assert "nmae" in messages.problems(wanted, have, "zh_CN")[0]


def test_the_catalogue_is_collected_from_code_and_templates() -> None:
    places = {place for message in messages.collected() for place, _line in message.locations}
    assert any(place.endswith(".py") for place in places)
    assert any(place.endswith(".html") for place in places)


def test_every_language_has_a_catalogue_and_a_voice() -> None:
    for locale in LANGUAGES:
        if locale != messages.SOURCE:
            assert messages.catalogue_path(locale).exists(), f"{locale}: run `make messages`, then translate"
    assert set(SPEAKERS) == set(CALLED) == set(LANGUAGES)
    folders = {path.name for path in LOCALES_DIR.iterdir() if (path / "LC_MESSAGES").is_dir()}
    assert folders <= set(SPOKEN), f"no row in LANGUAGES for {sorted(folders - set(SPOKEN))}"


def test_a_reader_gets_the_nearest_language() -> None:
    assert match_locale("zh-TW") == match_locale("zh_CN") == match_locale("zh") == "zh_CN"
    assert match_locale("EN-gb") == "en"
    assert match_locale("fr") is None and match_locale(None) is None and match_locale("") is None


def test_an_easy_text_of_a_register_is_short() -> None:
    assert [line for locale in messages.REGISTERS for line in messages.hard_to_read(locale)] == []


def test_a_word_that_means_two_things_in_english_is_two_texts() -> None:
    """One id has one translation: a medicine that was taken is not a letter that a server took, nor electric power the repair of it."""
    meant = {
        CHECKINS["asked"]: "已问，等回复",
        DOSES["asked"]: "已问，等回复",
        DOSES["taken"]: "已服药",
        DOSES["refused"]: "没服药",
        POINTS["power"].title: "功率",
        SPANS["day"]: "一天",
    }
    assert [render(text, "zh_CN") for text in meant] == list(meant.values())
