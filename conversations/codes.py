"""One-time codes that prove a phone number or an e-mail address."""

from __future__ import annotations

from backend.core import clock, ids
from backend.fields.state import SendCode, State, code_digest
from backend.messaging import outbox, people
from backend.messaging.models import Message
from backend.messaging.people import At
from backend.settings import settings
from conversations import phrases
from conversations.flow import Flow
from conversations.talk import Talk

CODE_LIFE_MS = 10 * 60_000
CODES_AN_HOUR = 5
HOUR_MS = 3_600_000


def send(talk: Talk, flow: Flow, effect: SendCode, now: int) -> None:
    """Send a one-time code to the address to be proven, by SMS also from a call; at most CODES_AN_HOUR from one person and to
    one address. Where no SMS arrives, that is said, and a person offered."""
    memory = talk.memory
    memory.codes = [at for at in memory.codes if now - at < HOUR_MS]
    channel = "sms" if effect.via == "sms" else "email"
    target = people.ensure(channel, effect.to, talk.speaks)
    if channel == "sms" and (not settings().sms_is_on or target.state == "blocked"):
        # In place of "a code is on its way": none is.
        talk.replies[-1:] = [phrases.no_code()]
        return
    since = clock.from_ms(now - HOUR_MS)
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
