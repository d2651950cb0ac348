"""How the open question is put: with what was understood before, its buttons, and ways around it."""

from __future__ import annotations

from typing import Any

from backend.core.i18n import Text, _, render
from backend.fields import proof
from backend.fields.base import Field, join
from backend.fields.finder import index_in
from backend.fields.plain import folded
from backend.fields.turn import Turn
from backend.fields.words import Option, Said, Words

SKIP = Option("!skip", _("Skip"))
PERSON = Option("!person", _("Talk to a person"))
KEEP = Option("!keep", _("Leave it as it is"))
BY_NUMBER = ("sms", "voice")
"""Channels where a button is a number, which must not be taken for an answer that is a number itself."""


def extras(turn: Turn, f: Field) -> tuple[Option, ...]:
    """The buttons beside the answers: keep, skip, a person."""
    found = []
    if turn.answers.get(f.name) is not None:
        found.append(KEEP)
    elif f.skippable:
        found.append(SKIP if f.none_label is None else Option("!skip", f.none_label))
    if turn.misses >= 3:
        found.append(PERSON)
    return tuple(found)


def as_words(turn: Turn, f: Field) -> bool:
    """Whether the extras are told in words: a digit would be an answer to this question."""
    return f.digits and turn.channel in BY_NUMBER and not f.options(turn.ctx)


def question(turn: Turn, f: Field, lead: Text | None = None, spoken_lead: Text | None = None) -> Words:
    """The Words that ask `f`, after `lead` (what was understood, or what would work)."""
    if (number := proof.offered(turn, f)) is not None:
        return proof.offering(turn, f, number, lead)
    ways: Text | None = None
    options = f.options(turn.ctx)
    beside = extras(turn, f)
    if beside:
        if as_words(turn, f):
            ways = join(*(_WAYS[o.value] for o in beside), by=" ")
        else:
            options += beside
    have = turn.answers.get(f.name)
    if have is not None:
        value = f.load(have)
        now = _("So far: {value}.", value=_shown(f, value, turn.locale))
        lead = join(lead, now) if lead else now
    ask = f.question
    short = spoken = None
    if f.ask_short is not None:
        short = join(lead, f.ask_short, ways)
    if f.ask_spoken is not None or spoken_lead is not None:
        spoken = join(spoken_lead or lead, f.ask_spoken or ask, ways)
    text = join(lead, ask, ways) if lead or ways else ask
    return Words(text or ask, short, spoken, options, f.accepts, f.keypad, f.sensitive)


_WAYS: dict[str, Text] = {
    "!skip": _("(Or say “skip”.)"),
    "!person": _("(Or say “person” to talk to somebody.)"),
    "!keep": _("(Or say “keep” to leave it.)"),
}


def _shown(f: Field, value: Any, locale: str) -> str:
    return f.masked(value, locale) if f.sensitive else f.show(value, locale)


def echo(turn: Turn, f: Field, value: Any, said: Said) -> tuple[Text | None, Text | None]:
    """What is said back, to read and to hear; nothing when the words were just that, or a button was pressed."""
    if not f.echo or f.decisive or said.choice is not None:
        return None, None
    tells_more = type(f).fills is not Field.fills
    if not said.keyed and not tells_more and folded(f.show(value, turn.locale)) == folded(said.text):
        return None, None
    heard = _("Got it.") if f.sensitive else _("Got it: {value}.", value=f.speak(value, turn.locale))
    return f.echoed(value, turn.locale), heard


def misheard(turn: Turn, f: Field, hint: Text) -> Words:
    """After an answer that we could not use: what would work, from the second time on with help, then a person."""
    lead: Text | None = hint
    if turn.misses == 2:
        more = f.help or f.example(turn.ctx)
        # An example that the hint gives already is not given twice.
        if more is not None and render(more, turn.locale).rstrip("。. ") not in render(hint, turn.locale):
            lead = join(hint, more)
    elif turn.misses >= 3:
        lead = join(hint, _("If you like, somebody from the office will help. You can also just try again."))
    return question(turn, f, lead)


def explained(turn: Turn, f: Field) -> Words:
    """The answer to "help": what the question wants, and the words that always work."""
    lead = join(f.help, f.example(turn.ctx)) if f.help else f.example(turn.ctx)
    always = _("You can say “back”, “cancel” or “person” at any time.")
    return question(turn, f, join(lead, always))


def picked(turn: Turn, f: Field, said: Said) -> str | None:
    """The extra ("!skip", "!keep", "!person") that a number stands for, where the extras are numbered."""
    text = said.text.strip()
    if said.choice is not None or not text or len(text) > 8:
        return None
    options = f.options(turn.ctx)
    if f.digits and not options:
        return None
    beside = extras(turn, f)
    if not beside:
        return None
    number = index_in(text)
    if number is None or not len(options) < number <= len(options) + len(beside):
        return None
    return beside[number - len(options) - 1].value
