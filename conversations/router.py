"""Where a message goes: to the open Form, to a Command, to the Flow that its words are about, or back to the menu.

Decisions only; what they need from the database comes through the Flow's own `start` and `submit`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from backend.core.db import savepoint
from backend.core.i18n import SPOKEN, _
from backend.fields import commands
from backend.fields.spelling import respelt
from backend.fields.state import State
from backend.fields.words import Option, Said, Words
from conversations import changed, colleagues, courtesy, going_on, phrases, with_a_person
from conversations.flow import Answer, Command, Flow
from conversations.running import for_photos, person, pictured, run, start, take
from conversations.talk import Talk, whoever
from conversations.understanding import Candidate, Guess


def hear(talk: Talk, said: Said) -> None:
    """One thing said, its pressed option already looked up."""
    asks_another, flow = changed.heed(talk), talk.flow
    if said.choice is not None and ":" in said.choice and choose(talk, said.choice):
        return
    if said.choice is None and (cry := talk.registry.cry(said.text)) is not None:
        run(talk, cry, said.text)
        return
    command = _command(talk, flow, said)
    if flow is None and _met(talk, said, command):
        return
    if command in _ANYWHERE:
        talk.note(str(command), "used")
        _ANYWHERE[command](talk, said)
    elif asks_another and command != "cancel":
        talk.say(phrases.question_changed())
        going_on.again(talk)
    elif flow is not None and talk.memory.form is not None:
        _answer(talk, flow, said, command)
    elif command == "cancel" and _meant_by(talk, said):
        _free_text(talk, said)
    elif command in ("cancel", "back", "skip", "repeat", "review"):
        going_on.resume_or_menu(talk)
    else:
        _free_text(talk, said)


def begin(talk: Talk) -> None:
    """First contact, or back again: the open question, or a greeting."""
    if talk.flow is not None:
        going_on.again(talk)
    elif (offer := talk.elsewhere()) is not None:
        talk.say(offer)
    else:
        talk.say(phrases.greeting(talk.registry.menu(talk.person)))


def choose(talk: Talk, value: str) -> bool:
    """An option that means the same anywhere: `flow:name`, `lang:locale`, `command:argument`. False: not one of these."""
    name, _sep, argument = value.partition(":")
    if name == "flow" and (wanted := talk.find(argument)) is not None:
        talk.memory.park()
        start(talk, wanted, "")
    elif name == "lang" and argument in SPOKEN:
        talk.locale = argument
        talk.say(phrases.language_set())
        going_on.after(talk)
    elif name == "url":
        # She wrote its number, or pressed it where nothing can be opened.
        talk.say(Words(_("Here it is: {link}", link=argument)))
    elif name == "meant":
        _follow(talk, talk.registry.named(argument.partition(":")[0]), Said(text=argument.partition(":")[2]))
    elif name in talk.registry.commands:
        run(talk, talk.registry.commands[name], argument)
    else:
        return False
    return True


# --- the open Form --------------------------------------------------------------------------------------------


def _answer(talk: Talk, flow: Flow, said: Said, command: str | None) -> None:
    if said.choice is None and (other := talk.registry.yielded(flow, said.text, talk.person)) is not None:
        _follow(talk, other, said)
        return
    state = State.from_json(talk.memory.form or {})
    step = flow.form.step(state, said, talk.now, talk.speaks)
    if step.outcome == "misheard" and command is None and said.choice is None and said.text:
        meant = talk.registry.meaning(said.text, talk.person)
        if meant is not None and meant.entry.name != flow.name:
            # She speaks of something else: that first, then back to the open question.
            _follow(talk, meant.entry, said, meant.argument)
            return
        if (meant is not None and _anew(talk, flow, state, said)) or _told_beside(talk, flow, state, said):
            pictured(talk, said)
            return
        if len(said.text) <= courtesy.SMALL_TALK and (
            courtesy.HELLO.fullmatch(said.text) or courtesy.THANKS.fullmatch(said.text)
        ):
            talk.say(phrases.here() if courtesy.HELLO.fullmatch(said.text) else phrases.you_are_welcome())
            going_on.again(talk)
            pictured(talk, said)
            return
    take(talk, flow, step)


def _told_beside(talk: Talk, flow: Flow, state: State, said: Said) -> bool:
    """What she says belongs to an earlier answer: that is noted, and the open question stays."""
    fields = flow.form.by_name
    so_far = {name: fields[name].load(data) for name, data in state.answers.items() if data is not None}
    corrected = flow.aside(so_far, said.text) if flow.aside is not None else {}
    if not corrected:
        return False
    dumped = {name: fields[name].dump(value) for name, value in corrected.items()}
    talk.memory.form = replace(state, answers={**state.answers, **dumped}).to_json()
    shown = ", ".join(fields[name].show(value, talk.speaks) for name, value in corrected.items())
    talk.say(Words(_("Noted: {value}.", value=shown)))
    going_on.again(talk)
    return True


def _anew(talk: Talk, flow: Flow, state: State, said: Said) -> bool:
    """She speaks of another matter of the same kind: of that one instead, or, when she says "also", of that one first."""
    with savepoint():
        opened = flow.start(talk.person, said.text)
    if isinstance(opened, Answer):
        return False
    fields = flow.form.by_name
    told = {name: value for name, value in opened.prefill.items() if state.answers.get(name) is not None}
    if all(fields[name].load(state.answers[name]) == value for name, value in told.items()):
        return False
    if courtesy.ALSO.search(said.text):
        talk.memory.park()
    else:
        talk.memory.close()
    start(talk, flow, said.text, opened)
    return True


# --- from anywhere --------------------------------------------------------------------------------------------


def _command(talk: Talk, flow: Flow | None, said: Said) -> str | None:
    if flow is not None and talk.memory.form is not None:
        return flow.form.command(State.from_json(talk.memory.form), said, talk.now, talk.speaks)
    return commands.command(said)


def _menu(talk: Talk, said: Said) -> None:
    options = talk.registry.menu(talk.person)
    flow = talk.flow
    if flow is not None:
        others = (o for o in options if o.value != f"flow:{flow.name}")
        options = (Option("!repeat", _("Go on: {title}", title=flow.title)), *others)
    talk.say(phrases.menu((*options, phrases.PERSON)))


def _language(talk: Talk, said: Said) -> None:
    if wanted := courtesy.language_in(said.text, talk.speaks):
        choose(talk, f"lang:{wanted}")
    else:
        talk.say(phrases.languages())


def _help(talk: Talk, said: Said) -> None:
    flow = talk.flow
    if flow is not None and talk.memory.form is not None:
        _answer(talk, flow, said, "help")
    else:
        urgent = (phrases.URGENT,) if "emergency" in talk.registry.commands else ()
        talk.say(phrases.help_(), phrases.menu((*urgent, *talk.registry.menu(talk.person))))


_ANYWHERE: dict[str | None, Any] = {
    "menu": _menu,
    "language": _language,
    "person": lambda talk, _said: person(talk),
    "help": _help,
}


def _met(talk: Talk, said: Said, command: str | None) -> bool:
    """A colleague writes by SMS for the first time: she is welcomed, and told what is with her already. True: that is all;
    else her words are heard too."""
    hello = colleagues.met(talk.person)
    if hello is None:
        return False
    talk.person = whoever(talk.person)
    talk.say(hello)
    meant = talk.registry.meaning(said.text, talk.person)
    if meant is not None and meant.entry.audience == "staff":
        return False
    if (jobs := talk.registry.commands.get("request.jobs")) is not None:
        run(talk, jobs, "")
    return meant is None and command is None and said.choice is None


def _meant_by(talk: Talk, said: Said) -> bool:
    return bool(said.text) and talk.registry.meaning(said.text, talk.person) is not None


def _free_text(talk: Talk, said: Said) -> None:
    small = courtesy.small_talk(said.text)
    meant = talk.registry.meaning(said.text, talk.person) if said.text and small is None else None
    if meant is not None and talk.registry.doubted(meant, said.text):
        meant = None
    photos = for_photos(talk) if said.media is not None else None
    if meant is not None and meant.rival is not None:
        both = tuple(
            Candidate(entry, entry.title, 100).option(said.text) for entry in (meant.entry, meant.rival)
        )
        talk.say(phrases.did_you_mean(both))
    elif meant is not None:
        _follow(talk, meant.entry, said, meant.argument)
    elif said.media is not None and photos is not None:
        run(talk, photos, said.media.key)
    elif small == "hello" or courtesy.HELLO.fullmatch(respelt(said.text)):
        begin(talk)
    elif small == "thanks" or courtesy.THANKS.fullmatch(said.text):
        talk.say(phrases.welcome())
    elif courtesy.FINE.fullmatch(said.text):
        talk.say(phrases.fine())
    elif (guess := talk.registry.guess(said.text, talk.person)).sure and not guess.learnt:
        _follow(talk, guess.candidates[0].entry, replace(said, text=guess.reading or said.text))
    elif not guess.sure and (words := _at_a_loss(talk, said)):
        talk.outcome = "misheard"
        talk.say(*words)
    elif (passed_on := with_a_person.instead(talk, said)) is not None:
        # A colleague reads it: that is said, instead of asking her again and again what she means.
        talk.say(passed_on)
    elif guess.sure:
        _follow(talk, guess.candidates[0].entry, said)
    else:
        _ask_what(talk, said, guess)


def _ask_what(talk: Talk, said: Said, guess: Guess) -> None:
    talk.memory.misses += 1
    if talk.memory.misses == 1 and (offer := talk.elsewhere()) is not None:
        # Perhaps an answer to what she was asked there.
        talk.say(offer)
        return
    talk.outcome = "misheard"
    if talk.memory.misses == 1 and guess.likely:
        talk.say(phrases.did_you_mean(guess.options(said.text)))
    else:
        options = talk.registry.menu(talk.person)
        talk.say(phrases.not_understood(options, talk.memory.misses, guess.options(said.text)))


def _at_a_loss(talk: Talk, said: Said) -> tuple[Words, ...]:
    """What a Command that waits for just such words says to them."""
    if not said.text:
        return ()
    for command in talk.registry.commands.values():
        if command.at_a_loss and isinstance(answer := command.run(talk.person, said.text), Answer):
            return answer.replies
    return ()


def _follow(talk: Talk, entry: Flow | Command | commands.Command, said: Said, argument: str = "") -> None:
    """Do what her words are found to mean."""
    if isinstance(entry, Flow):
        talk.memory.park()
        start(talk, entry, argument or said.text, photo=said.media.key if said.media is not None else None)
    elif isinstance(entry, Command):
        run(talk, entry, argument or (said.text if entry.whole else ""))
    else:
        talk.note(entry, "used")
        _ANYWHERE[entry](talk, said)
    pictured(talk, said)
