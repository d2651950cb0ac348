"""The life of one message: heard, understood, done and answered in one database transaction."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace

import peewee
import structlog

from backend.core import clock, ids, metrics
from backend.core.db import transaction
from backend.fields import id_number
from backend.fields.state import State
from backend.fields.words import Said
from backend.messaging import people
from conversations import (
    changed,
    codes,
    consent,
    discreet,
    elsewhere,
    going_on,
    guard,
    phrases,
    picking,
    router,
    store,
    usage,
    with_a_person,
)
from conversations.flow import Person
from conversations.inbound import Inbound, Turn
from conversations.memory import Memory
from conversations.registry import Registry
from conversations.store import MASKED, Found
from conversations.talk import Talk

log = structlog.get_logger()

TRIES = 3


Hear = Callable[[Talk, Inbound, Said, str, Found, int], None]
"""What a turn does with what was said: answers in the Talk."""


class Engine:
    """Answers Inbounds with the Flows and Commands of a Registry."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry

    def handle(self, inbound: Inbound) -> Turn:
        """One Inbound, one transaction. A repeat of its event_id changes nothing and gets the same replies."""
        began = time.perf_counter()
        # The channel's own, when it has tied the update to one already: from the update to the delivery it is the same.
        known = structlog.contextvars.get_contextvars().get("correlation")
        correlation = known or ids.correlation()
        with nullcontext() if known else structlog.contextvars.bound_contextvars(correlation=correlation):
            turn = self._surely(inbound, correlation)
            usage.count(turn, inbound.channel)
            metrics.inbound_total.inc(inbound.channel, "repeat" if turn.repeated else turn.outcome)
            metrics.turn_seconds.observe(time.perf_counter() - began)
            log.info(
                "turn",
                channel=inbound.channel,
                identity=turn.identity_id,
                outcome=turn.outcome,
                repeated=turn.repeated,
            )
        return turn

    def _surely(self, inbound: Inbound, correlation: str) -> Turn:
        for tries_left in reversed(range(TRIES)):
            try:
                return self._once(inbound, correlation, self._hear)
            except (peewee.IntegrityError, peewee.OperationalError, peewee.InterfaceError) as error:
                # A parallel message made the same row, two turns waited for each other, or the connection was lost: nothing
                # of this try remains, and if its commit did get through, the next finds it as a repeat.
                if not tries_left:
                    raise
                log.info("turn.retried", error=type(error).__name__)
            except Exception:
                # A conversation never dies in silence: nothing of this try remains, what she told us before does, she is told,
                # and so is the office.
                log.exception("turn.failed", channel=inbound.channel)
                return self._once(inbound, correlation, _apologise)
        raise AssertionError("unreachable")

    def _once(self, inbound: Inbound, correlation: str, hear: Hear) -> Turn:
        with transaction():
            now = clock.now_ms()
            found = store.find(inbound, now)
            if found.heard_id is not None:
                return store.replay(found)
            return self._turn(inbound, found, correlation, now, hear)

    def _turn(self, inbound: Inbound, found: Found, correlation: str, now: int, hear: Hear) -> Turn:
        person = Person(
            found.id,
            inbound.channel,
            inbound.address,
            found.locale,
            found.resident_id,
            found.staff_id,
            found.org_id,
            inbound.ours,
            inbound.said_at,
        )
        memory = Memory.unseal(found.memory)
        talk = Talk(person, memory, self.registry, clock.local(clock.from_ms(now)))
        talk.elsewhere = lambda: elsewhere.offer(talk)
        said, where = picking.resolve(inbound, found, memory, self.registry)
        if with_a_person.hears(talk, inbound, said, where, found):
            where = "person"
        masked = (where == "form" and _sensitive(talk)) or (
            where in ("form", "person") and id_number.stands_in(said.text)
        )
        masked = masked or (inbound.edits is not None and memory.form is not None and where != "person")
        hidden = discreet.hidden(said.text, alone=where != "person" and memory.form is None)
        kept = said if hidden == said.text else replace(said, text=hidden)
        # Where a person reads no machine answers, so none can answer it for ever; and a cry for help is heard from anybody.
        verdict = "go" if where == "person" else _guarded(inbound, said, memory, now)
        if verdict != "go" and self.registry.cry(said.text) is not None:
            verdict = "go"
        if verdict == "go":
            hear(talk, inbound, said, where, found, now)
            guard.learn(memory.guard, inbound.said.text, talk.outcome != "misheard", now)
        elif verdict == "last word":
            talk.say(phrases.falling_silent())
            talk.outcome = "automatic"
        else:
            talk.outcome = "automatic"
        for flow, effect in talk.effects:
            codes.send(talk, flow, effect, now)
        if talk.handover:
            # A cry for help is for the office to read; an answer that we failed over is not.
            with_a_person.call(talk, MASKED if masked and talk.handover == "failed" else kept.text)
        inbound_id = store.record(inbound, kept, found.id, talk.outcome, masked, now)
        replies = store.reply(talk, inbound_id, correlation, now)
        store.save(talk, found, replies, said is not inbound.said, inbound.event_id, now)
        if found.state == "blocked":
            people.set_state(found.id, "active")
        if talk.locale:
            people.set_locale(found.id, talk.locale)
        by = usage.by(found.resident_id, found.staff_id)
        return Turn(
            found.id, talk.speaks, replies, talk.outcome, picked=inbound.message_id, used=tuple(talk.used),
            by=by, org_id=found.org_id,
        )  # fmt: skip

    def _hear(self, talk: Talk, inbound: Inbound, said: Said, where: str, found: Found, now: int) -> None:
        memory = talk.memory
        if (
            where != "person"
            and memory.flow
            and found.updated_at is not None
            and now - found.updated_at > elsewhere.KEEP_MS
        ):
            talk.say(phrases.expired(self.registry.title(memory.flow)))
            memory.close()
            memory.parked = []
        wished = consent.wish(said.text, found.state, inbound.opt_out, inbound.channel)
        if wished is not None:
            answer = consent.heed(talk.person, wished)
            talk.outcome = "consent"
            if answer is not None and inbound.opt_out is None:
                talk.say(answer)
        elif where == "person":
            with_a_person.pass_on(talk, said, found, now)
        elif where == "which":
            talk.say(phrases.which_is_meant(said.text, picking.rivals(said.text, found, memory)))
            talk.outcome = "asked"
        elif where == "stale":
            talk.say(phrases.answered_already())
            going_on.again(talk)
            talk.outcome = "stale"
        elif said.choice is not None and said.choice.startswith("resume:"):
            elsewhere.take_over(talk, int(said.choice.removeprefix("resume:")))
        elif inbound.start and not said.text:
            router.begin(talk)
        elif inbound.edits is not None and inbound.edits == memory.heard and memory.form is not None:
            self._correct(talk, said)
        elif inbound.edits is not None:
            talk.outcome = "ignored"
        else:
            router.hear(talk, said)

    def _correct(self, talk: Talk, said: Said) -> None:
        """She edited the message that gave the last answer: take that one back, and hear the new text."""
        flow = talk.flow
        if flow is None:
            return
        if changed.heed(talk):
            talk.say(phrases.question_changed())
            going_on.again(talk)
            return
        state = State.from_json(talk.memory.form or {})
        back = flow.form.step(state, Said(choice="!back"), talk.now, talk.speaks)
        talk.memory.form = back.state.to_json()
        router.hear(talk, said)


def _sensitive(talk: Talk) -> bool:
    """Whether the open question's answer must not be readable in the log of what was said to us."""
    flow, form = talk.flow, talk.memory.form
    if flow is None or form is None:
        return False
    asked = flow.form.by_name.get(form.get("asking") or "")
    return form.get("phase") == "code" or (asked is not None and asked.sensitive)


def _apologise(talk: Talk, _inbound: Inbound, _said: Said, _where: str, _found: Found, _now: int) -> None:
    talk.say(phrases.failed())
    talk.outcome = talk.handover = "failed"


def _guarded(inbound: Inbound, said: Said, memory: Memory, now: int) -> guard.Verdict:
    if (
        inbound.opt_out
        or inbound.start
        or inbound.said.choice
        or inbound.said.media
        or inbound.message_id is not None
    ):
        return "go"
    if inbound.channel in ("sms", "email") and guard.sounds_automatic(inbound.said.text):
        return "silent"
    return guard.check(memory.guard, inbound.said.text, now, picks=said.choice is not None)


# --- the engine of this process -------------------------------------------------------------------------------

_ours: Engine | None = None


def engine() -> Engine:
    """This process's Engine: over all Flows and Commands that we ship, unless another was given."""
    global _ours
    if _ours is None:
        from conversations.flows import registry

        _ours = Engine(registry())
    return _ours


def use(other: Engine | None) -> None:
    """Let this process talk with `other` (a simulator, a preview, a test); None: with what we ship."""
    global _ours
    _ours = other


def handle(inbound: Inbound) -> Turn:
    """`Engine.handle` of this process's engine."""
    return engine().handle(inbound)
