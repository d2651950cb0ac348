"""The form builder: a Form that staff put together on a page, kept as its JSON.

A page imports `web/builder.html` and shows `builder.editor(draft)` inside its own form; what comes back goes through `read`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from backend.core.i18n import LANGUAGES, Text, _, render, text_from_json
from backend.fields.form import Form
from backend.web import form_checks
from backend.web.form_checks import KINDS, Problem
from backend.web.form_words import for_page

__all__ = ["Draft", "Problem", "blank", "draft_of", "read", "same_questions"]

MOST_QUESTIONS = 60
LONGEST = 300_000
"""Characters of JSON: far more than any form that people would answer."""
_TEXTS = frozenset([*form_checks.TEXT_KEYS, "words"])


@dataclass(frozen=True, slots=True)
class Draft:
    """A form in the making: `fields` is JSON as the page holds it, whole or not; `form` only when there are no problems.

    `frozen`: people are answering already, and only texts may change. `refused`: kinds that cannot be asked here, and why.
    """

    fields: list[dict[str, Any]]
    form: Form | None = None
    problems: tuple[Problem, ...] = ()
    frozen: bool = False
    refused: Mapping[str, Text] = field(default_factory=dict)

    @property
    def page(self) -> dict[str, Any]:
        """What the page's script needs, in the reader's language."""
        return for_page([k for k in KINDS if k not in self.refused], self.problems)

    @property
    def json(self) -> str:
        return json.dumps(self.fields, ensure_ascii=False)


def blank() -> Draft:
    """A form without questions yet."""
    return Draft([])


def draft_of(form: Form, *, frozen: bool = False, refused: Mapping[str, Text] | None = None) -> Draft:
    """An existing form, to be edited."""
    found = [_by_locale(f) for f in form.to_json()["fields"]]
    return Draft(found, form, frozen=frozen, refused=refused or {})


def read(
    raw: str,
    *,
    name: str,
    title: Text = "",
    frozen: Form | None = None,
    refused: Mapping[str, Text] | None = None,
    least: int = 1,
) -> Draft:
    """What the page sent: a Form named `name`, or what is wrong with it, question by question; what was typed stays in
    `fields`. `frozen`: the form that people are answering, of which only texts may change. `least`: questions it must have.
    """
    refused = refused or {}
    typed = _typed(raw)
    if typed is None:
        lost = Problem(_("The questions did not arrive whole. Please press save once more."))
        kept = [] if frozen is None else draft_of(frozen).fields
        return Draft(kept, None, (lost,), frozen is not None, refused)
    problems = [] if len(typed) >= least else [Problem(_("There is no question yet. Please add one."))]
    if len(typed) > MOST_QUESTIONS:
        problems.append(Problem(_("{n} questions at most: nobody answers more.", n=MOST_QUESTIONS)))
    cleaned, found = form_checks.checked(typed[:MOST_QUESTIONS], refused)
    problems += found
    form: Form | None = None
    if not problems:
        form = Form(name, title, form_checks.built(cleaned), review=False)
        if frozen is not None and not same_questions(frozen, form):
            form, change = (
                None,
                _(
                    "People are answering already, so only the words can change. Make a copy for other questions."
                ),
            )
            problems.append(Problem(change))
    return Draft(cleaned, form, tuple(problems), frozen is not None, refused)


def same_questions(one: Form, other: Form) -> bool:
    """Whether both ask the same, in whatever words: an answer to one is an answer to the other."""
    return bones(one.to_json()["fields"]) == bones(other.to_json()["fields"])


def bones(value: Any) -> Any:
    """The JSON of a Form or a part of it without its words."""
    if isinstance(value, dict):
        return {k: bones(v) for k, v in value.items() if k not in _TEXTS}
    if isinstance(value, list):
        return [bones(v) for v in value]
    return value


def _typed(raw: str) -> list[dict[str, Any]] | None:
    """None for what no page of ours sends."""
    if len(raw) > LONGEST:
        return None
    try:
        found = json.loads(raw or "[]")
    except (ValueError, RecursionError):
        return None
    if isinstance(found, dict):
        found = found.get("fields")
    whole = isinstance(found, list) and all(isinstance(f, dict) for f in found)
    return found if whole else None


def _by_locale(value: Any, key: str = "") -> Any:
    """Every text of a stored field as the page edits it: by language."""
    if key in form_checks.TEXT_KEYS:
        text = text_from_json(value)
        if isinstance(text, dict):
            return text
        return {code: render(text, code) for code in LANGUAGES}
    if isinstance(value, dict):
        return {k: v if k == "when" else _by_locale(v, k) for k, v in value.items()}
    if isinstance(value, list) and key == "options":
        return [_by_locale(v) for v in value]
    return value
