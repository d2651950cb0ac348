"""The life of one message: heard, understood, done and answered in one database transaction.

The hot path speaks plain SQL (`core.db.execute`): a turn is one SELECT, the INSERTs of what was heard and what is
answered, and one UPDATE of the Conversation.
"""

from __future__ import annotations

import os
import re
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import peewee
import structlog

from backend.core import clock, crypto, ids, metrics, orgs
from backend.core.db import execute, is_postgres, transaction
from backend.core.i18n import DEFAULT_LOCALE
from backend.fields.plain import folded
from backend.fields.state import SendCode, State, code_digest
from backend.fields.words import Option, Said
from backend.messaging import handovers, outbox, people
from backend.messaging.content import Content, rendered
from backend.messaging.models import SAID_PLACE, Message
from backend.messaging.people import At
from backend.staff import queries as staff
from conversations import consent, guard, phrases, router
from conversations.flow import Flow, Person
from conversations.inbound import Inbound, Outgoing, Turn
from conversations.memory import Memory
from conversations.registry import Registry

log = structlog.get_logger()

HOLDER = f"{socket.gethostname()[:20]}:{os.getpid()}"
REMIND_AFTER_MS = 30 * 60_000
KEEP_MS = 14 * 86_400_000
CODE_LIFE_MS = 10 * 60_000
CODES_AN_HOUR = 5
MASKED = "•••"
TRIES = 3

_SELECT = (
    "SELECT i.id, i.resident_id, i.staff_id, i.org_id, i.locale, i.state, c.state, c.offer_id, c.updated_at, n.id"
    " FROM identity i LEFT JOIN conversation c ON c.identity_id = i.id"
    " LEFT JOIN inbound n ON n.identity_id = i.id AND n.event_id = ?"
    " WHERE i.channel = ? AND i.address_index = ?"
)
_INSERT_IDENTITY = (
    "INSERT INTO identity (channel, address, address_index, locale, state, preference, created_at)"
    " VALUES (?, ?, ?, ?, 'active', 100, ?) ON CONFLICT (channel, address_index) DO NOTHING"
)
_INSERT_INBOUND = "INSERT INTO inbound (channel, event_id, identity_id, said, outcome, at) VALUES (?, ?, ?, ?, ?, ?) RETURNING id"
_SAVE = (
    "INSERT INTO conversation (identity_id, state, flow, offer_id, phone_index, remind_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (identity_id) DO UPDATE SET state = excluded.state, flow = excluded.flow, offer_id = excluded.offer_id,"
    " phone_index = COALESCE(excluded.phone_index, conversation.phone_index), remind_at = excluded.remind_at,"
    " updated_at = excluded.updated_at"
)
_OPTIONS_OF = "SELECT identity_id, resident_id, staff_id, content FROM message WHERE id = ?"
_REPLIES = (
    "SELECT d.id, m.id, m.content FROM message m JOIN delivery d ON d.message_id = m.id AND d.identity_id = m.identity_id"
    " WHERE m.identity_id = ? AND m.inbound_id = ? ORDER BY m.id"
)


@dataclass(frozen=True, slots=True)
class Found:
    """The Identity's row as the turn reads it."""

    id: int
    resident_id: int | None
    staff_id: int | None
    org_id: int | None
    locale: str
    state: str
    memory: bytes | None
    offer_id: int | None
    updated_at: int | None
    heard_id: int | None


Hear = Callable[[router.Talk, Inbound, Said, str, Found, int], None]
"""What a turn does with what was said: answers in the Talk."""


class Engine:
    """Answers Inbounds with the Flows and Commands of a Registry."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry

    def handle(self, inbound: Inbound) -> Turn:
        """One Inbound, one transaction. A repeat of its event_id changes nothing and gets the same replies."""
        began = time.perf_counter()
        # The channel's own, when it has tied the update to one already: from the update to the delivery it is the same.
        correlation = structlog.contextvars.get_contextvars().get("correlation") or ids.correlation()
        with structlog.contextvars.bound_contextvars(correlation=correlation):
            turn = self._surely(inbound, correlation)
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
            found = _find(inbound, now)
            if found.heard_id is not None:
                return _replay(found)
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
        )
        memory = Memory.unseal(found.memory)
        talk = router.Talk(person, memory, self.registry, clock.local(clock.from_ms(now)))
        said, where = _resolve(inbound, found, memory)
        masked = (where == "form" and self._sensitive(memory)) or (
            inbound.edits is not None and memory.form is not None
        )
        verdict = _guarded(inbound, memory, now)
        if verdict == "go":
            hear(talk, inbound, said, where, found, now)
            guard.learn(memory.guard, inbound.said.text, talk.outcome != "misheard", now)
        elif verdict == "last word":
            talk.say(phrases.falling_silent())
            talk.outcome = "automatic"
        else:
            talk.outcome = "automatic"
        for flow, effect in talk.effects:
            _send_code(talk, flow, effect, now)
        if talk.handover:
            # A cry for help is for the office to read; an answer that we failed over is not.
            _hand_over(talk, MASKED if masked and talk.handover == "failed" else said.text)
        inbound_id = _record(inbound, said, found.id, talk.outcome, masked, now)
        replies = _reply(talk, inbound_id, correlation, now)
        _save(talk, found, replies, said is not inbound.said, inbound.event_id, now)
        if found.state == "blocked":
            people.set_state(found.id, "active")
        if talk.locale:
            people.set_locale(found.id, talk.locale)
        return Turn(found.id, talk.speaks, replies, talk.outcome, picked=inbound.message_id)

    def _hear(
        self, talk: router.Talk, inbound: Inbound, said: Said, where: str, found: Found, now: int
    ) -> None:
        memory = talk.memory
        if memory.flow and found.updated_at is not None and now - found.updated_at > KEEP_MS:
            talk.say(phrases.expired(router.title_of(self.registry, memory.flow)))
            memory.close()
            memory.parked = []
        wished = consent.wish(said.text, found.state, inbound.opt_out) if inbound.channel == "sms" else None
        if wished is not None:
            answer = consent.heed(talk.person, wished, found.state)
            talk.outcome = "consent"
            if answer is not None and inbound.opt_out is None:
                talk.say(answer)
        elif where == "stale":
            talk.say(phrases.answered_already())
            router.again(talk)
            talk.outcome = "stale"
        elif said.choice is not None and said.choice.startswith("resume:"):
            _take_over(talk, int(said.choice.removeprefix("resume:")))
        elif inbound.start and not said.text:
            self._begin(talk)
        elif inbound.edits is not None and inbound.edits == memory.heard and memory.form is not None:
            self._correct(talk, said)
        elif inbound.edits is not None:
            talk.outcome = "ignored"
        else:
            router.hear(talk, said)

    def _begin(self, talk: router.Talk) -> None:
        if talk.flow is None and (offer := _elsewhere(talk)):
            talk.say(offer)
        else:
            router.begin(talk)

    def _correct(self, talk: router.Talk, said: Said) -> None:
        """She edited the message that gave the last answer: take that one back, and hear the new text."""
        flow = talk.flow
        if flow is None:
            return
        state = State.from_json(talk.memory.form or {})
        back = flow.form.step(state, Said(choice="!back"), talk.now, talk.speaks)
        talk.memory.form = back.state.to_json()
        router.hear(talk, said)

    def _sensitive(self, memory: Memory) -> bool:
        """Whether the open question's answer must not be readable in the log of what was said to us."""
        flow = self.registry.flows.get(memory.flow or "")
        if flow is None or memory.form is None:
            return False
        asked = flow.form.by_name.get(memory.form.get("asking") or "")
        return memory.form.get("phase") == "code" or (asked is not None and asked.sensitive)


def _apologise(
    talk: router.Talk, _inbound: Inbound, _said: Said, _where: str, _found: Found, _now: int
) -> None:
    talk.say(phrases.failed())
    talk.outcome = talk.handover = "failed"


# --- reading --------------------------------------------------------------------------------------------------


def _find(inbound: Inbound, now: int) -> Found:
    index = _index(inbound.address)
    row = _locked(inbound.event_id, inbound.channel, index)
    if row is None:
        sealed = crypto.encrypt(inbound.address, "identity.address")
        locale = inbound.locale or DEFAULT_LOCALE
        execute(_INSERT_IDENTITY, (inbound.channel, sealed, index, locale, now))
        row = _locked(inbound.event_id, inbound.channel, index)
    return Found(*row)


def _locked(event_id: str, channel: str, index: str) -> Any:
    """The row of `_SELECT`, kept from every other turn of this Identity; None when there is no such Identity yet."""
    if is_postgres():
        # By a statement of its own: one that waits for a lock goes on with what it had read before it waited.
        execute("SELECT 1 FROM identity WHERE channel = ? AND address_index = ? FOR UPDATE", (channel, index))
    return execute(_SELECT, (event_id[:80], channel, index)).fetchone()


@lru_cache(maxsize=8192)
def _index(address: str) -> str:
    return people.address_index(address)


def _replay(found: Found) -> Turn:
    rows = execute(_REPLIES, (found.id, found.heard_id)).fetchall()
    replies = tuple(Outgoing(d, m, Content.unseal(c)) for d, m, c in rows)
    return Turn(found.id, found.locale, replies, "repeat", repeated=True)


def heard_before(channel: str, address: str, event_id: str) -> bool:
    """Whether this event was heard before: for what costs something before the turn (a photo to fetch)."""
    row = execute(_SELECT, (event_id[:80], channel, _index(address))).fetchone()
    return row is not None and row[-1] is not None


_NUMBER = re.compile(r"\s*(?:回复?|选|按)?\s*([0-9０-９]{1,2})\s*[.。、,，)）]?\s*")


def _resolve(inbound: Inbound, found: Found, memory: Memory) -> tuple[Said, str]:
    """What was said, with a picked option looked up, and what it answers: "form", "offer" or "stale"."""
    said = inbound.said
    if inbound.message_id is not None:
        content = _options_of(inbound.message_id, found)
        if content is None or not 0 <= (inbound.option or 0) < len(content.options):
            return said, "stale"
        picked = content.options[inbound.option or 0].value
        said = replace(said, choice=picked)
        if inbound.message_id == memory.asked:
            return said, "form"
        return said, "offer" if ":" in picked or picked.startswith("!") else "stale"
    if said.choice is None and found.offer_id is not None and said.text and len(said.text) <= 40:
        content = _options_of(found.offer_id, found)
        value = _picked(content, said.text) if content else None
        if value is not None:
            return replace(said, choice=value), "offer"
    return said, "form"


def _options_of(message_id: int, found: Found) -> Content | None:
    """The Message's content when it was said to this person; nobody answers what others were asked."""
    row = execute(_OPTIONS_OF, (message_id,)).fetchone()
    if row is None:
        return None
    identity_id, resident_id, staff_id, content = row
    same_person = (found.resident_id is not None and resident_id == found.resident_id) or (
        found.staff_id is not None and staff_id == found.staff_id
    )
    return Content.unseal(content) if identity_id == found.id or same_person else None


def _picked(content: Content, text: str) -> str | None:
    """The option that the text picks: by its number, or by its words."""
    if (match := _NUMBER.fullmatch(text)) and 0 < int(match.group(1)) <= len(content.options):
        return content.options[int(match.group(1)) - 1].value
    plain = folded(text)
    return next(
        (o.value for o in content.options if plain and plain in (folded(o.label), folded(o.short))), None
    )


def _guarded(inbound: Inbound, memory: Memory, now: int) -> guard.Verdict:
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
    return guard.check(memory.guard, inbound.said.text, now)


# --- going on elsewhere ---------------------------------------------------------------------------------------

_ELSEWHERE = """
SELECT c.identity_id, c.flow FROM conversation c
WHERE c.flow IS NOT NULL AND c.identity_id <> ? AND c.updated_at > ? AND c.identity_id IN (
    SELECT id FROM identity WHERE resident_id = ?
    UNION SELECT id FROM identity WHERE channel IN ('sms', 'voice') AND address_index = ?
    UNION SELECT identity_id FROM conversation WHERE phone_index = ?)
ORDER BY c.updated_at DESC LIMIT 1
"""


def _open_elsewhere(person: Person) -> tuple[int, str] | None:
    """(identity, flow) of a conversation that this person left open on another channel."""
    index = _index(person.address)
    by_phone = index if person.channel in ("sms", "voice") else ""
    since = clock.now_ms() - KEEP_MS
    row = execute(_ELSEWHERE, (person.identity_id, since, person.resident_id, by_phone, by_phone)).fetchone()
    return (int(row[0]), str(row[1])) if row else None


def _elsewhere(talk: router.Talk) -> Any:
    found = _open_elsewhere(talk.person)
    if found is None or found[1] not in talk.registry.flows:
        return None
    title = talk.registry.flows[found[1]].title
    option = Option(f"resume:{found[0]}", phrases.going_on(title).text)
    return phrases.resume_offer(title, option, talk.registry.menu(talk.person))


def _take_over(talk: router.Talk, identity_id: int) -> None:
    """Move the open conversation of her other Identity here; checked again, since an option may be old."""
    found = _open_elsewhere(talk.person)
    if found is None or found[0] != identity_id:
        router.again(talk)
        return
    if is_postgres():
        # A turn of the other Identity may be under way.
        execute("SELECT 1 FROM identity WHERE id = ? FOR UPDATE", (identity_id,))
    row = execute("SELECT state FROM conversation WHERE identity_id = ?", (identity_id,)).fetchone()
    other = Memory.unseal(row[0])
    if other.flow is None or other.form is None:
        router.again(talk)
        return
    talk.memory.open(other.flow, other.form)
    other.close()
    execute(
        "UPDATE conversation SET state = ?, flow = NULL, offer_id = NULL, remind_at = NULL, phone_index = NULL WHERE identity_id = ?",
        (other.seal(), identity_id),
    )
    talk.outcome = "resumed"
    router.again(talk)


# --- writing --------------------------------------------------------------------------------------------------


def _record(inbound: Inbound, said: Said, identity_id: int, outcome: str, masked: bool, now: int) -> int:
    heard: dict[str, Any] = {}
    if said.text:
        heard["text"] = MASKED if masked else said.text[:10_000]
    if said.choice is not None:
        heard["choice"] = said.choice[:200]
    if said.media is not None:
        heard["media"] = said.media.key
    if said.location is not None:
        heard["location"] = MASKED if masked else [said.location.latitude, said.location.longitude]
    if said.contact is not None:
        heard["contact"] = MASKED
    sealed = crypto.seal(heard, SAID_PLACE)
    params = (inbound.channel, inbound.event_id[:80], identity_id, sealed, outcome, now)
    return int(execute(_INSERT_INBOUND, params).fetchone()[0])


def _reply(talk: router.Talk, inbound_id: int, correlation: str, now: int) -> tuple[Outgoing, ...]:
    person = talk.person
    identity = (person.identity_id, person.channel, person.resident_id, person.staff_id)
    out = []
    for words in talk.replies:
        content = rendered(words, talk.speaks)
        message_id, delivery_id = outbox.reply(identity, content, inbound_id, HOLDER, correlation, now)
        out.append(Outgoing(delivery_id, message_id, content))
    return tuple(out)


def _save(
    talk: router.Talk, found: Found, replies: tuple[Outgoing, ...], picked: bool, event_id: str, now: int
) -> None:
    memory = talk.memory
    memory.heard = event_id
    offer_id = None if picked else found.offer_id
    phone_index = None
    if replies:
        last = replies[-1]
        if talk.question:
            memory.asked, offer_id = last.message_id, None
        else:
            with_options = [r for r in replies if r.content.options]
            offer_id = with_options[-1].message_id if with_options else offer_id
    if memory.form is not None and (proven := (memory.form.get("proof") or {}).get("proven")):
        phone_index = _index(proven[-1])
    waiting = memory.flow is not None and not memory.reminded and talk.person.channel != "voice"
    remind_at = now + REMIND_AFTER_MS if waiting else None
    execute(_SAVE, (found.id, memory.seal(), memory.flow, offer_id, phone_index, remind_at, now))


def _send_code(talk: router.Talk, flow: Flow, effect: SendCode, now: int) -> None:
    """Send a one-time code to the address to be proven; at most CODES_AN_HOUR from one person and to one address."""
    memory = talk.memory
    memory.codes = [at for at in memory.codes if now - at < 3_600_000]
    channel = "sms" if effect.via == "sms" else "email"
    target = people.ensure(channel, effect.to, talk.speaks)
    since = clock.from_ms(now - 3_600_000)
    to_it = (
        Message.select()
        .where(
            (Message.identity_id == target.id) & (Message.purpose == "code") & (Message.created_at > since)
        )
        .count()
    )
    digits, salt = ids.code(6), ids.token(6)
    state = flow.form.with_code(
        State.from_json(memory.form or {}), code_digest(digits, salt), salt, now + CODE_LIFE_MS
    )
    memory.form = state.to_json()
    if to_it >= CODES_AN_HOUR or len(memory.codes) >= CODES_AN_HOUR:
        talk.replies.insert(0, phrases.too_many_codes())
        return
    memory.codes.append(now)
    outbox.say(At(target.id), phrases.code(digits), purpose="code", queue="replies")


def _hand_over(talk: router.Talk, said: str) -> None:
    """Put her on the list of people who wait for a person, and tell the duty desk."""
    identity = people.get(talk.person.identity_id)
    org_id = identity.org_id or getattr(orgs.default_community(), "id", None)
    desk = staff.staff_with_permission("message.say", org_id) if org_id else []
    handovers.open_for(identity, talk.handover or "asked", said, [s.id for s in desk])


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
