"""What the form builder's script says, in the reader's language: it holds no words of its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from backend.core.i18n import LANGUAGES, Msg, _
from backend.web import form_checks
from backend.web.form_checks import KINDS, Problem
from backend.web.text import say

OPERATIONS: dict[str, Msg] = {
    "eq": _("is"),
    "ne": _("is not"),
    "has": _("includes"),
    "ge": _("is at least"),
    "le": _("is at most"),
    "filled": _("was answered"),
    "empty": _("was not answered"),
}
_WORDS: dict[str, Msg] = {
    "question": _("Question {n}"),
    "moved": _("Question {n} is now number {to} of {all}."),
    "removed": _("Question {n} is removed."),
    "undone": _("Question {n} is back."),
    "added": _("Question {n} is added."),
    "handle": _("Move question {n}: drag it, or press the up and down arrow keys"),
    "up": _("Move question {n} up"),
    "down": _("Move question {n} down"),
    "copy": _("Copy question {n}"),
    "remove": _("Remove question {n}"),
    "option": _("Option {n}"),
    "option_up": _("Move option {n} up"),
    "option_down": _("Move option {n} down"),
    "option_remove": _("Remove option {n}"),
    "untitled": _("(no words yet)"),
    "yes": _("Yes"),
    "no": _("No"),
    "later": _("(asked later)"),
    "choose": _("Please choose"),
    "depends": _("It depends on an answer that is not asked before it. Please move it, or choose another."),
    "not_shown": _("The preview did not come. Please try again."),
}


def for_page(kinds: Iterable[str], problems: Sequence[Problem]) -> dict[str, Any]:
    """JSON for the page: kinds with their names and operations, the languages, the script's words, what is wrong where."""
    return {
        # Pairs, since JSON for a page sorts the keys of an object.
        "kinds": [[kind, say(KINDS[kind])] for kind in kinds],
        "allKinds": {kind: say(label) for kind, label in KINDS.items()},
        "operations": {kind: list(operations) for kind, operations in form_checks.OPERATIONS.items()},
        "operationNames": {name: say(label) for name, label in OPERATIONS.items()},
        "languages": [[code, language.name, language.tag] for code, language in LANGUAGES.items()],
        # The places ({n}) are filled in by the script.
        "words": {key: say(msg) for key, msg in _WORDS.items()},
        "problems": [[p.question, p.part, say(p.text)] for p in problems],
    }
