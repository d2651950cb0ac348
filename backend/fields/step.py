"""The pure step of a Form: from a State and what was said to the next State and what we say. No clock, no database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from backend.core.i18n import Text, _, render, text_from_json
from backend.fields import asking, proof, review
from backend.fields.base import Field, Misunderstood, join
from backend.fields.commands import Command, command
from backend.fields.finder import index_in
from backend.fields.plain import folded
from backend.fields.state import State, Step
from backend.fields.turn import Turn
from backend.fields.words import Said, Words

if TYPE_CHECKING:
    from backend.fields.form import Form

_KEEP_WORDS = frozenset(
    [
        "不改",
        "不改了",
        "不变",
        "保留",
        "保持",
        "就这样",
        "不用改",
        "还是这个",
        "没变",
        "keep",
        "keep it",
        "leave it",
        "leave it as it is",
        "no change",
        "same",
        "unchanged",
    ]
)


PHOTOS = "photos"
"""A form that is opened with this fact, a list, gathers there the keys of photos that come when none is asked for."""


def start(
    form: Form, prefill: Mapping[str, Any], facts: Mapping[str, Any], now: datetime, locale: str
) -> Step:
    """The first question; what is known already is taken over, said back and not asked."""
    turn = Turn(form, State(form.name, facts=dict(facts)), now, locale)
    told: list[str] = []
    for f in form.fields:
        if prefill.get(f.name) is None:
            continue
        value = f.known(prefill[f.name], turn.ctx)
        if value is None:
            continue
        if proof.wanted(turn, f, value, Said()):
            proof.offer(turn, f, value)
            continue
        turn.accept(f, value)
        shown = f.masked(value, locale) if f.sensitive else f.show(value, locale)
        told.append(f"{render(f.label, locale)} {shown}".strip())
    known: Text | None = _("We know already: {values}.", values=", ".join(told)) if told else None
    if "known" in facts:
        known = text_from_json(facts["known"])
    return proceed(turn, join(form.intro, known))


def step(form: Form, state: State, said: Said, now: datetime, locale: str) -> Step:
    """What one message does. Never raises on what a person can say."""
    turn = Turn(form, state, now, locale)
    if turn.phase in ("asking", "correcting", "code") and turn.asking and turn.asking not in form.by_name:
        turn.phase, turn.asking = "asking", None
    order = command_in(turn, said)
    if order is not None:
        return _obey(turn, order)
    if said.media is not None and PHOTOS in turn.facts and not _asks_photo(turn):
        turn.facts = {**turn.facts, PHOTOS: [*turn.facts[PHOTOS], said.media.key]}
        if not said.text and said.choice is None:
            return turn.finish(Words(_("Thank you, I have your photo.")), ask(turn))
        said = replace(said, media=None)
    match turn.phase:
        case "code":
            held = proof.heard(turn, said)
            return held if held is not None else proceed(turn, _("Thank you, the number is confirmed."))
        case "review" | "done":
            return _reviewed(turn, said)
        case "correcting" if turn.asking is None:
            return _chosen(turn, said)
    f = turn.field
    if f is None:
        return proceed(turn)
    if said.media is not None and "photo" not in f.accepts and _keeps_photo(turn, said):
        if not said.text and said.choice is None:
            return turn.finish(asking.question(turn, f, _("Thank you, I have your photo.")))
        said = replace(said, media=None)
    return _answered(turn, f, said)


def _asks_photo(turn: Turn) -> bool:
    f = turn.field
    return turn.phase in ("asking", "correcting") and f is not None and "photo" in f.accepts


def _keeps_photo(turn: Turn, said: Said) -> bool:
    """A photo that comes before it is asked for answers the question that will ask for it."""
    later = next((f for f in turn.active() if "photo" in f.accepts and f.name not in turn.answers), None)
    if later is None:
        return False
    try:
        turn.accept(later, later.parse(Said(media=said.media), turn.ctx))
    except Misunderstood:
        return False
    return True


def command_in(turn: Turn, said: Said) -> Command | None:
    """The command that `said` is, unless the open question claims it as an answer."""
    order = command(said)
    if order is None or said.choice is not None:
        return order
    f = turn.field
    if f is None or turn.phase == "code":
        return order
    return None if f.claims(said, turn.ctx) else order


def proceed(turn: Turn, lead: Text | None = None, spoken_lead: Text | None = None) -> Step:
    """Ask what is open, else show the review, else submit."""
    f = turn.open()
    if f is not None and (number := proof.offered(turn, f)) is not None and number in turn.proven:
        # Proven since: she goes on from that very number.
        turn.accept(f, number)
        proof.settle(turn)
        f = turn.open()
    if f is not None:
        turn.phase, turn.asking, turn.misses = "asking", f.name, 0
        return turn.finish(asking.question(turn, f, lead, spoken_lead))
    if turn.reviewed():
        return review.begin(turn, lead)
    return submit(turn)


def submit(turn: Turn) -> Step:
    turn.phase, turn.asking, turn.misses = "done", None, 0
    kept = {f.name for f in turn.active()}
    turn.answers = {name: data for name, data in turn.answers.items() if name in kept}
    by_name = turn.form.by_name
    answers = {name: by_name[name].load(data) for name, data in turn.answers.items() if data is not None}
    return Step(turn.state(), outcome="submitted", answers=answers, proven=turn.proven)


def ask(turn: Turn) -> Words:
    """The open question again, whatever the phase."""
    match turn.phase:
        case "code":
            return proof.ask(turn)
        case "review" | "done":
            return review.words(turn)
        case "correcting" if turn.asking is None:
            return review.choosing(turn)
    f = turn.field or turn.open()
    return asking.question(turn, f) if f is not None else review.words(turn)


def reject(
    form: Form,
    state: State,
    name: str,
    text: Text,
    facts: Mapping[str, Any] | None,
    now: datetime,
    locale: str,
) -> Step:
    """Ask `name` again because its answer cannot be had after all (`text` says why); everything else is kept."""
    changed = {**state.facts, **(facts or {})}
    turn = Turn(form, State(state.form, state.phase, state.asking, state.answers, 0, changed, state.proof, state.derived),
                now, locale)  # fmt: skip
    f = turn.source(form.by_name[name])
    turn.forget(f)
    turn.phase, turn.asking = "asking", f.name
    return turn.finish(asking.question(turn, f, text))


def _answered(turn: Turn, f: Field, said: Said) -> Step:
    order = asking.picked(turn, f, said)
    if order is not None:
        said = Said(choice=order)
    if (number := proof.offered(turn, f)) is not None and (hers := proof.agreed(turn, said)) is not None:
        proof.settle(turn)
        return _taken(turn, f, number, Said()) if hers else proceed(turn)
    if said.choice == "!skip":
        return _skip(turn, f)
    if said.choice == "!person":
        return turn.finish(outcome="person")
    phrase = folded(said.text) or said.text.strip()
    if turn.answers.get(f.name) is not None and (said.choice == "!keep" or phrase in _KEEP_WORDS):
        return proceed(turn)
    if f.skippable and phrase in f.nothing and not f.claims(said, turn.ctx):
        return _skip(turn, f, clear=True)
    try:
        value = f.parse(said, turn.ctx)
    except Misunderstood as why:
        turn.misses += 1
        return turn.finish(asking.misheard(turn, f, why.text), outcome="misheard")
    return _taken(turn, f, value, said)


def _taken(turn: Turn, f: Field, value: Any, said: Said) -> Step:
    proof.vouched(turn, f, value, said)
    if proof.wanted(turn, f, value, said):
        return proof.begin(turn, f, value)
    turn.accept(f, value)
    if f.ends(value):
        return submit(turn)
    return proceed(turn, *asking.echo(turn, f, value, said))


def _skip(turn: Turn, f: Field, *, clear: bool = False) -> Step:
    if turn.answers.get(f.name) is not None and not clear:
        return proceed(turn)
    if not f.skippable:
        turn.misses += 1
        return turn.finish(
            asking.question(turn, f, _("We do need this one to go on; “help” tells you more.")),
            outcome="misheard",
        )
    turn.skip(f)
    return proceed(turn)


def _obey(turn: Turn, order: Command) -> Step:
    f = turn.field
    match order:
        case "cancel":
            turn.phase, turn.asking = "done", None
            return turn.finish(outcome="cancelled")
        case "person":
            return turn.finish(outcome="person")
        case "back":
            return _back(turn)
        case "skip" if f is not None and turn.phase in ("asking", "correcting"):
            return _skip(turn, f)
        case "help" if f is not None and turn.phase in ("asking", "correcting"):
            return turn.finish(asking.explained(turn, f))
        case "review":
            return proceed(turn)
    return turn.finish(ask(turn))


def _back(turn: Turn) -> Step:
    if turn.phase == "code":
        return proof.change(turn)
    if turn.phase == "correcting":
        return proceed(turn)
    before: list[Field] = []
    for f in turn.active():
        if f.name == turn.asking:
            break
        if f.name in turn.answers and f.name not in turn.derived:
            before.append(f)
    if not before:
        return turn.finish(_with_lead(turn, _("This is the first question.")))
    turn.phase, turn.asking, turn.misses = "asking", before[-1].name, 0
    return turn.finish(asking.question(turn, before[-1]))


def _with_lead(turn: Turn, lead: Text) -> Words:
    f = turn.field
    return asking.question(turn, f, lead) if f is not None else ask(turn)


def _reviewed(turn: Turn, said: Said) -> Step:
    if turn.open() is not None:
        return proceed(turn)
    turn.phase = "review"
    match review.verdict(turn, said):
        case "ok":
            return submit(turn)
        case "cancel":
            turn.phase = "done"
            return turn.finish(outcome="cancelled")
        case "correct":
            return _to_choosing(turn)
    return _correction(turn, said) or _unclear(turn)


def _to_choosing(turn: Turn) -> Step:
    turn.phase, turn.asking, turn.misses = "correcting", None, 0
    return turn.finish(review.choosing(turn))


def _unclear(turn: Turn) -> Step:
    turn.misses += 1
    hint = _("Say “{ok}”, or what shall be corrected, like “phone 138 0013 8000”.", ok=review.agreement(turn))
    return turn.finish(review.words(turn, hint), outcome="misheard")


def _chosen(turn: Turn, said: Said) -> Step:
    """The answer to "what shall we correct?"."""
    f = review.picked_field(turn, said)
    if f is not None:
        return review.reopen(turn, f)
    fixed = _correction(turn, said)
    if fixed is not None:
        return fixed
    nothing = index_in(said.text) == len(turn.correctable()) + 1
    if nothing or said.choice == "!review" or review.verdict(turn, said) in ("ok", "correct"):
        return review.begin(turn)
    turn.misses += 1
    return turn.finish(review.choosing(turn, _("Which of these? The number is enough.")), outcome="misheard")


def _correction(turn: Turn, said: Said) -> Step | None:
    """A correction in free words: 改手机, 手机 13800138000."""
    found = review.named(turn, said.text)
    if found is None:
        return None
    f, rest = turn.source(found[0]), found[1]
    if not rest or f is not found[0]:
        return review.reopen(turn, f)
    again = Said(text=rest)
    try:
        value = f.parse(again, turn.ctx)
    except Misunderstood as why:
        return review.reopen(turn, f, why.text)
    return _taken(turn, f, value, again)
