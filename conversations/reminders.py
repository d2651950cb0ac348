"""A silent conversation is reminded once, in waking hours, and kept."""

from __future__ import annotations

import structlog

from backend.core import clock, sweep
from backend.core.db import execute, is_postgres, transaction
from backend.messaging import outbox
from backend.messaging.people import At
from conversations import going_on, phrases
from conversations.engine import engine
from conversations.flow import Person
from conversations.memory import Memory
from conversations.registry import Registry
from conversations.talk import Talk

log = structlog.get_logger()

EVERY_S = 30
WAKING = range(8, 21)
"""The hours, on the community's clocks, in which nobody minds a message that is not urgent."""

_DUE = "SELECT identity_id FROM conversation WHERE remind_at <= ? ORDER BY remind_at LIMIT 500"
_LOAD = (
    "SELECT i.id, i.channel, i.locale, i.resident_id, i.staff_id, i.org_id, c.state FROM identity i"
    " JOIN conversation c ON c.identity_id = i.id WHERE i.id = ? AND i.state = 'active' AND c.remind_at <= ? AND c.handover_id IS NULL"
)


def remind() -> int:
    """Repeat the open question to everybody who has been silent since; returns how many were reminded."""
    now = clock.now()
    if clock.local(now).hour not in WAKING:
        return 0
    due = [row[0] for row in execute(_DUE, (clock.to_ms(now),)).fetchall()]
    registry = engine().registry
    return sweep.each("conversations.remind", due, lambda identity_id: _remind(identity_id, registry))


def _remind(identity_id: int, registry: Registry) -> bool:
    with transaction():
        now = clock.now_ms()
        if is_postgres():
            # By a statement of its own, as in a turn: she may be answering at this moment.
            execute("SELECT 1 FROM identity WHERE id = ? FOR UPDATE", (identity_id,))
        # What others offer her meanwhile waits for the reminder, and then stands.
        load = f"{_LOAD} FOR UPDATE OF c" if is_postgres() else _LOAD
        row = execute(load, (identity_id, now)).fetchone()
        if row is None:
            # She cannot be written to; a person is with her; or she has just answered, and what she is asked now has its own time.
            execute(
                "UPDATE conversation SET remind_at = NULL WHERE identity_id = ? AND remind_at <= ?",
                (identity_id, now),
            )
            return False
        _id, channel, locale, resident_id, staff_id, org_id, state = row
        memory = Memory.unseal(state)
        person = Person(identity_id, channel, "", locale, resident_id, staff_id, org_id)
        talk = Talk(person, memory, registry, clock.local(clock.from_ms(now)))
        memory.reminded = True
        if talk.flow is not None:
            talk.say(phrases.reminder())
            going_on.again(talk)
            for words in talk.replies:
                memory.asked = outbox.say(At(identity_id), words, purpose="reminder", queue="replies")
        execute(
            "UPDATE conversation SET state = ?, remind_at = NULL, offer_id = NULL WHERE identity_id = ?",
            (memory.seal(), identity_id),
        )
        return bool(talk.replies)


JOBS = [("conversations.remind", EVERY_S, remind)]
