"""Whether a form that staff put together can be asked: each question's settings, its options, its condition."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from backend.core.i18n import LOCALES, Msg, Text, _, render
from backend.fields import base
from backend.fields.base import Field
from backend.fields.plain import clean, clean_lines, shortened

KINDS: dict[str, Msg] = {
    "choice": _("One of several"),
    "multi_choice": _("Several of several"),
    "yes_no": _("Yes or no"),
    "rating": _("A rating"),
    "text": _("A few words"),
    "long_text": _("A longer text"),
    "integer": _("A whole number"),
    "decimal": _("A number with decimals"),
    "money": _("An amount of money"),
    "date": _("A day"),
    "phone": _("A phone number"),
    "email": _("An e-mail address"),
    "photo": _("A photo"),
    "location": _("A place on the map"),
}
"""What staff can ask, in the order of the page's list."""
_NUMBERS = ("integer", "decimal", "money")
_KNOWN = ("filled", "empty")
OPERATIONS: dict[str, tuple[str, ...]] = {
    "choice": ("eq", "ne", *_KNOWN),
    "multi_choice": ("has", *_KNOWN),
    "yes_no": ("eq", *_KNOWN),
    "rating": ("eq", "ge", "le", *_KNOWN),
    "integer": ("eq", "ge", "le", *_KNOWN),
    "decimal": ("ge", "le", *_KNOWN),
    "money": ("ge", "le", *_KNOWN),
    "date": ("ge", "le", *_KNOWN),
}
"""What a condition may ask of an answer, by kind; of any other kind, only whether there is one."""
MOST_OPTIONS = 20
MOST_CLAUSES = 6
TEXT_KEYS: dict[str, int] = {
    "label": 60, "ask": 500, "ask_short": 160, "ask_spoken": 500, "help": 500, "unit": 20, "none_label": 40,
    "short": 30,
}  # fmt: skip
"""The texts of a field and of its options, and how long each may be."""
SETTINGS = frozenset(
    ["kind", "name", "label", "ask", "ask_short", "ask_spoken", "help", "unit", "none_label", "options", "when", "optional",
     "sensitive", "least", "most", "top", "max_length", "min_length", "places"]
)  # fmt: skip
"""Everything that can be set here; a Field may know more, which only code sets."""
_NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is to be mended: in the question of this number (from 1), in its `part` ("ask", "options", "when", "limits")."""

    text: Text
    question: int | None = None
    part: str = ""


def checked(
    typed: Sequence[Mapping[str, Any]], refused: Mapping[str, Text]
) -> tuple[list[dict[str, Any]], list[Problem]]:
    """The fields as they are kept, and what is wrong with them. A field that is wrong is kept as it was typed."""
    cleaned: list[dict[str, Any]] = []
    problems: list[Problem] = []
    earlier: dict[str, dict[str, Any]] = {}
    for number, given in enumerate(typed, 1):
        found: list[tuple[str, Text]] = []
        data = _cleaned(given, found)
        _check(data, refused, earlier, found)
        if not found and not _builds(data):
            found.append(("", _("We do not understand its settings. Please remove it and add it again.")))
        problems += [Problem(_named(number, data, text), number, part) for part, text in found]
        cleaned.append(data)
        if isinstance(name := data.get("name"), str):
            earlier[name] = data
    return cleaned, problems


def built(cleaned: Sequence[Mapping[str, Any]]) -> list[Field]:
    """The Fields of what `checked` found good."""
    return [Field.from_json(_labelled(data)) for data in cleaned]


def _labelled(data: Mapping[str, Any]) -> dict[str, Any]:
    """Lists and tables call a question by its own words when it has no short name."""
    if data.get("label"):
        return dict(data)
    asked = data.get("ask", {})
    return {**data, "label": {code: shortened(words.rstrip("?？。. "), 40) for code, words in asked.items()}}


def _builds(data: Mapping[str, Any]) -> bool:
    try:
        built([data])
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        return False
    return True


def _named(number: int, data: Mapping[str, Any], what: Text) -> Text:
    asked = data.get("ask")
    words = {code: shortened(text, 24) for code, text in asked.items()} if isinstance(asked, dict) else {}
    if not words:
        return _("Question {n}: {what}", n=number, what=what)
    return _("Question {n} (“{question}”): {what}", n=number, question=words, what=what)


# --- cleaning -------------------------------------------------------------------------------------------------


def _cleaned(given: Mapping[str, Any], found: list[tuple[str, Text]]) -> dict[str, Any]:
    """Without empty settings; every text by language."""
    data: dict[str, Any] = {}
    for key, value in given.items():
        if key in TEXT_KEYS:
            value = _text(value, TEXT_KEYS[key], key, found)
        elif key == "options" and isinstance(value, list):
            value = [_option(o, found) for o in value]
        if not _nothing(value):
            data[str(key)] = value
    return data


def _nothing(value: Any) -> bool:
    """A nought is something."""
    return value is None or value is False or value == "" or value == {}


def _option(given: Any, found: list[tuple[str, Text]]) -> dict[str, Any]:
    if not isinstance(given, dict):
        return {}
    data = dict(given)
    for key in ("label", "short"):
        if key in data:
            data[key] = _text(data[key], 60 if key == "label" else 30, "options", found)
    return {k: v for k, v in data.items() if not _nothing(v)}


def _text(given: Any, most: int, part: str, found: list[tuple[str, Text]]) -> dict[str, str]:
    if isinstance(given, str):
        given = {LOCALES[0]: given}
    if not isinstance(given, dict):
        return {}
    neat = clean_lines if part in ("ask", "help", "ask_spoken") else clean
    words = {code: neat(given[code]) for code in LOCALES if isinstance(given.get(code), str)}
    words = {code: text for code, text in words.items() if text}
    if any(len(text) > most for text in words.values()):
        found.append((part, _("This is longer than {n} characters. Please make it shorter.", n=most)))
    return words


# --- checking -------------------------------------------------------------------------------------------------


def _check(
    data: Mapping[str, Any],
    refused: Mapping[str, Text],
    earlier: Mapping[str, dict[str, Any]],
    found: list[tuple[str, Text]],
) -> None:
    kind, name = data.get("kind"), data.get("name")
    if not isinstance(kind, str) or kind not in KINDS or kind not in base.KINDS:
        found.append(("kind", _("Please choose what kind of answer you expect.")))
        return
    if kind in refused:
        found.append(("kind", refused[kind]))
    if not isinstance(name, str) or not _NAME.fullmatch(name) or name in earlier:
        found.append(("", _("It came twice. Please remove it and add it again.")))
    if not data.get("ask"):
        found.append(("ask", _("Please write the question.")))
    if data.keys() - SETTINGS:
        found.append(("", _("We do not understand its settings. Please remove it and add it again.")))
    if not all(right(data[key]) for key, right in _PLAIN.items() if key in data):
        found.append(
            ("limits", _("One of its limits is no number that we can use. Please look at it again."))
        )
    if kind in ("choice", "multi_choice"):
        _check_options(data, found)
    if kind in (*_NUMBERS, "multi_choice") and not found:
        low, high = data.get("least"), data.get("most")
        if low is not None and high is not None and low > high:
            found.append(("limits", _("The smallest number is larger than the largest.")))
    if (
        kind in ("text", "long_text")
        and not found
        and data.get("min_length", 1) > data.get("max_length", 5000)
    ):
        found.append(("limits", _("The smallest number is larger than the largest.")))
    if kind == "multi_choice" and not found:
        offered = len(data["options"])
        low, high = data.get("least", 1), data.get("most", offered)
        if not (
            isinstance(low, int) and isinstance(high, int) and 0 <= low <= offered and 1 <= high <= offered
        ):
            found.append(("limits", _("There are only {n} options to choose from.", n=offered)))
    if "when" in data and (wrong := _condition(data["when"], earlier)) is not None:
        found.append(("when", wrong))


def _whole(least: int, most: int) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= 10**9


_PLAIN: dict[str, Callable[[Any], bool]] = {
    "optional": lambda value: isinstance(value, bool),
    "sensitive": lambda value: isinstance(value, bool),
    "least": _number,
    "most": _number,
    "top": _whole(2, 10),
    "max_length": _whole(1, 5000),
    "min_length": _whole(1, 5000),
    "places": _whole(0, 6),
}


_OPTION = frozenset(["value", "label", "short", "words"])


def _words(given: Any) -> bool:
    return isinstance(given, list) and all(isinstance(w, str) for w in given)


def _check_options(data: Mapping[str, Any], found: list[tuple[str, Text]]) -> None:
    options = data.get("options")
    if not isinstance(options, list) or len(options) < 2:
        found.append(("options", _("Please give at least two options.")))
        return
    if len(options) > MOST_OPTIONS:
        found.append(
            ("options", _("{n} options at most: on the phone nobody remembers more.", n=MOST_OPTIONS))
        )
    values = [o.get("value") for o in options]
    if not all(set(o) <= _OPTION and _words(o.get("words", [])) for o in options):
        found.append(("options", _("We do not understand its settings. Please remove it and add it again.")))
    elif not all(isinstance(v, str) and _NAME.fullmatch(v) for v in values) or len(
        set(map(str, values))
    ) < len(values):
        found.append(("options", _("An option came twice. Please remove it and add it again.")))
    elif not all(o.get("label") for o in options):
        found.append(("options", _("An option is empty. Please write it, or remove it.")))
    else:
        for locale in LOCALES:
            labels = [render(o["label"], locale).casefold() for o in options]
            if len(set(labels)) < len(labels):
                found.append(("options", _("Two options read the same. Please tell them apart.")))
                return


def _condition(when: Any, earlier: Mapping[str, dict[str, Any]]) -> Text | None:
    """What is wrong with a condition: one clause, or several under one `and` or `or`."""
    clauses = [when]
    if (
        isinstance(when, dict)
        and len(when) == 1
        and isinstance(several := when.get("and", when.get("or")), list)
    ):
        clauses = several
    if not 1 <= len(clauses) <= MOST_CLAUSES:
        return _("{n} conditions at most.", n=MOST_CLAUSES)
    return next((wrong for clause in clauses if (wrong := _clause(clause, earlier)) is not None), None)


_CLAUSE = frozenset(["field", "op", "value"])


def _clause(clause: Any, earlier: Mapping[str, dict[str, Any]]) -> Text | None:
    of = clause.get("field") if isinstance(clause, dict) and clause.keys() <= _CLAUSE else None
    if not isinstance(of, str) or of not in earlier:
        return _("It depends on an answer that is not asked before it. Please move it, or choose another.")
    asked = earlier[of]
    kind, operation, value = str(asked.get("kind")), clause.get("op", "eq"), clause.get("value")
    if operation not in OPERATIONS.get(kind, _KNOWN):
        return _("Please choose when it is asked.")
    if operation in _KNOWN:
        return None
    if kind in ("choice", "multi_choice"):
        known = [o.get("value") for o in asked.get("options", ()) if isinstance(o, dict)]
        return None if value in known else _("It depends on an option that is gone. Please choose another.")
    right = {"yes_no": isinstance(value, bool), "date": _is_day(value)}.get(kind, _number(value))
    return None if right else _("Please complete the condition.")


def _is_day(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(date.fromisoformat(value))
    except ValueError:
        return False
