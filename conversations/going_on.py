"""Back to what is open: the question that stands, what was laid aside for a digression, or the menu."""

from __future__ import annotations

from backend.fields.state import State
from conversations import changed, phrases
from conversations.registry import admits
from conversations.talk import Talk


def again(talk: Talk) -> None:
    """Repeat the open question; with none open, the menu."""
    flow = talk.flow
    if flow is None or talk.memory.form is None:
        talk.say(phrases.menu(talk.registry.menu(talk.person)))
        return
    changed.heed(talk)
    talk.ask(flow.form.ask(State.from_json(talk.memory.form), talk.now, talk.speaks))


def resume_or_menu(talk: Talk) -> None:
    if talk.memory.unpark():
        _return_to(talk)
    else:
        talk.say(phrases.menu(talk.registry.menu(talk.person)))


def after(talk: Talk) -> None:
    """After a digression: back to the question that is open, or to what waits beneath, unless it is for her no more: who was
    recognised need not register."""
    while talk.memory.flow is not None or talk.memory.unpark():
        flow = talk.flow
        if flow is not None and admits(flow, talk.person):
            _return_to(talk)
            return
        talk.memory.close()


def _return_to(talk: Talk) -> None:
    flow = talk.flow
    if flow is None:
        talk.memory.close()
        return
    talk.say(phrases.going_on(flow.title))
    again(talk)
