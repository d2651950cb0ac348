"""What a Flow or a Command leads to once it is known which is meant: it begins, goes a step on, is submitted, or is done at once.

An error of it is said, and nothing of it remains.
"""

from __future__ import annotations

from dataclasses import replace

from backend.core.db import savepoint
from backend.core.errors import LinliError
from backend.fields.state import Step
from backend.fields.step import PHOTOS
from backend.fields.words import Said, Words
from conversations import changed, going_on, phrases
from conversations.flow import Answer, Command, Flow, Opening, Retry, Submitted
from conversations.talk import Talk, vouched, whoever


def start(
    talk: Talk, flow: Flow, text: str, opening: Opening | None = None, *, photo: str | None = None
) -> None:
    """Open a Flow; what was open before waits beneath it. `photo` came with the words that led here."""
    try:
        with savepoint():
            opened = opening or flow.start(talk.person, text)
    except LinliError as error:
        talk.say(Words(error.text))
        talk.note(flow.name, "refused")
        going_on.after(talk)
        return
    if isinstance(opened, Answer):
        talk.note(flow.name, "used")
        talk.say(*opened.replies)
        going_on.after(talk)
        return
    if opened.flow and opened.flow != flow.name:
        flow = talk.named(opened.flow)
    if photo is not None and PHOTOS in opened.facts:
        opened = replace(opened, facts={**opened.facts, PHOTOS: [*opened.facts[PHOTOS], photo]})
    talk.say(*opened.before)
    known = {"channel": talk.person.channel, "proven": vouched(talk.person), **changed.as_asked(flow)}
    talk.outcome = "started"
    talk.note(flow.name, "started")
    take(talk, flow, flow.form.start(dict(opened.prefill), {**known, **opened.facts}, talk.now, talk.speaks))


def run(talk: Talk, command: Command, argument: str) -> None:
    """Run a Command; an error of it is said, and nothing of it remains."""
    try:
        with savepoint():
            result = command.run(talk.person, argument)
    except LinliError as error:
        talk.say(Words(error.text))
        talk.outcome = "refused"
        talk.note(command.name, "refused")
        going_on.after(talk)
        return
    talk.outcome = "done"
    talk.note(command.name, "used")
    if isinstance(result, Opening):
        talk.memory.park()
        start(talk, talk.named(result.flow), "", result)
        return
    talk.handover = result.handover or talk.handover
    talk.person = whoever(talk.person)
    talk.say(*result.replies)
    if result.handover == "emergency":
        # Nobody who cries for help is asked about her form; “go on” takes it up again.
        talk.memory.park()
    else:
        going_on.after(talk)


def pictured(talk: Talk, said: Said) -> None:
    """A photo that came with words goes with what the words led to: the form that is open now, else the open repair."""
    if said.media is None:
        return
    form = talk.memory.form
    facts = form.get("facts", {}) if form is not None else {}
    if form is not None and said.media.key in facts.get(PHOTOS, ()):
        return  # it began with it
    if form is not None and PHOTOS in facts:
        talk.memory.form = {**form, "facts": {**facts, PHOTOS: [*facts[PHOTOS], said.media.key]}}
    elif form is None and (photos := for_photos(talk)) is not None:
        run(talk, photos, said.media.key)


def for_photos(talk: Talk) -> Command | None:
    return next((c for c in talk.registry.commands.values() if c.photos), None)


def take(talk: Talk, flow: Flow, step: Step) -> None:
    """What a step of the Form leads to."""
    memory = talk.memory
    if step.outcome == "submitted":
        _submit(talk, flow, step)
        return
    if step.outcome == "cancelled":
        talk.say(*(step.replies or (phrases.cancelled(flow.title),)))
        memory.close()
        talk.outcome = "cancelled"
        talk.note(flow.name, "cancelled")
        going_on.after(talk)
        return
    if memory.flow != flow.name or memory.form is None:
        memory.open(flow.name, step.state.to_json())
    else:
        memory.form = step.state.to_json()
    if step.outcome == "person":
        person(talk)
        return
    talk.outcome = "misheard" if step.outcome == "misheard" else talk.outcome
    for words in step.replies:
        talk.ask(words)
    talk.effects.extend((flow, effect) for effect in step.effects)


def _submit(talk: Talk, flow: Flow, step: Step) -> None:
    done = Submitted(step.answers, step.proven, step.state.facts)
    try:
        with savepoint():
            result = flow.submit(talk.person, done)
    except LinliError as error:
        # The answers stay; she may correct one, or try again.
        field_name = getattr(error, "field", None)
        if field_name:
            result = Retry(field_name, error.text)
        else:
            talk.say(Words(error.text))
            talk.outcome = "refused"
            going_on.again(talk)
            return
    if isinstance(result, Retry):
        facts = dict(result.facts) if result.facts is not None else None
        take(
            talk, flow, flow.form.reject(step.state, result.field, result.text, facts, talk.now, talk.speaks)
        )
        talk.outcome = "retry"
        return
    talk.memory.close()
    talk.outcome = "submitted"
    talk.note(flow.name, "finished")
    talk.handover = result.handover or talk.handover
    talk.person = whoever(talk.person)
    talk.say(*result.replies)
    if result.then is not None:
        start(talk, talk.named(result.then.flow), "", result.then)
        talk.outcome = "submitted"
        return
    going_on.after(talk)


def person(talk: Talk) -> None:
    """Somebody of ours is called; what was open stays open."""
    talk.handover = talk.handover or "asked"
    talk.say(phrases.person_called())
    if talk.flow is not None:
        going_on.again(talk)
